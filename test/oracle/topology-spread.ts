/**
 * Topology spread constraints.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
import type { Node, Pod } from '../../kernel/schema/index.ts'
import { isTerminating, label, placedPods, type Cluster } from './cluster.ts'
import { hasUntoleratedTaint, matchesNodeAffinity } from './node-rules.ts'
import { selects } from './selectors.ts'

type Constraint = NonNullable<Pod['scheduling']['topologySpreadConstraints']>[number]

const constraintsOf = ({ scheduling }: Pod, kind: Constraint['whenUnsatisfiable']): Constraint[] =>
  (scheduling.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind)

const hasKeys = (node: Node, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ topologyKey }) => label(node.labels, topologyKey) !== undefined)

/** The selector and, for each of matchLabelKeys that the pod has, its own value of it. */
function isAlike(constraint: Constraint, pod: Pod, other: Pod): boolean {
  if (!selects(constraint.labelSelector, other.labels)) return false
  const own = (constraint.matchLabelKeys ?? []).filter((key) => label(pod.labels, key) !== undefined)
  return own.every((key) => label(other.labels, key) === label(pod.labels, key))
}

/** Whether a node is one that the constraint looks at: it has all keys, and the policies let it in. */
function isLookedAt(constraint: Constraint, constraints: readonly Constraint[], pod: Pod, node: Node): boolean {
  if (!hasKeys(node, constraints)) return false
  if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !matchesNodeAffinity(pod, node)) return false
  return (constraint.nodeTaintsPolicy ?? 'Ignore') === 'Ignore' || !hasUntoleratedTaint(pod, node)
}

/** How many alike pods are in a domain; those that are on their way out do not count. */
function countIn(value: string | undefined, constraint: Constraint, pod: Pod, lookedAt: readonly Node[], cluster: Cluster): number {
  return placedPods(cluster).filter(
    (other) =>
      lookedAt.includes(other.node) &&
      label(other.node.labels, constraint.topologyKey) === value &&
      other.pod.namespace === pod.namespace &&
      !isTerminating(other.pod) &&
      isAlike(constraint, pod, other.pod),
  ).length
}

export const lacksSpreadKey = (pod: Pod, node: Node): boolean => !hasKeys(node, constraintsOf(pod, 'DoNotSchedule'))

/** count + self - min > maxSkew refuses. */
export function isUneven(pod: Pod, node: Node, cluster: Cluster): boolean {
  const constraints = constraintsOf(pod, 'DoNotSchedule')
  return constraints.some((constraint) => {
    const lookedAt = cluster.nodes.filter((each) => isLookedAt(constraint, constraints, pod, each))
    const domains = [...new Set(lookedAt.map(({ labels }) => label(labels, constraint.topologyKey)))]
    const counts = domains.map((domain) => countIn(domain, constraint, pod, lookedAt, cluster))
    const isShort = domains.length < (constraint.minDomains ?? 1)
    const least = isShort || counts.length === 0 ? 0 : Math.min(...counts)
    const self = isAlike(constraint, pod, pod) ? 1 : 0
    return countIn(label(node.labels, constraint.topologyKey), constraint, pod, lookedAt, cluster) + self - least > constraint.maxSkew
  })
}

/** The sum of count ln(domains + 2) + maxSkew - 1, rounded; then floor(100 (max + min - s) / max), 100 if max is 0, 0 without a key. */
export function topologySpreadScores(pod: Pod, among: readonly Node[], cluster: Cluster): number[] {
  const constraints = constraintsOf(pod, 'ScheduleAnyway')
  if (constraints.length === 0) return among.map(() => 0)
  const keyed = among.filter((node) => hasKeys(node, constraints))
  const rawOf = (node: Node): number => {
    let raw = 0
    for (const constraint of constraints) {
      const lookedAt = cluster.nodes.filter((each) => isLookedAt(constraint, constraints, pod, each))
      const domains = new Set(keyed.map(({ labels }) => label(labels, constraint.topologyKey))).size
      const count = countIn(label(node.labels, constraint.topologyKey), constraint, pod, lookedAt, cluster)
      raw += count * Math.log(domains + 2) + constraint.maxSkew - 1
    }
    return Math.round(raw)
  }
  const raws = keyed.map(rawOf)
  const most = Math.max(...raws)
  const least = Math.min(...raws)
  return among.map((node) => {
    if (!keyed.includes(node)) return 0
    return most === 0 ? 100 : Math.floor((100 * (most + least - rawOf(node))) / most)
  })
}
