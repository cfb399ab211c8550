/**
 * Topology spread: pods of one kind evenly over zones, hosts, or whatever a label names.
 * Taps filter (DoNotSchedule) and score (ScheduleAnyway). Only pods of the same namespace that are not being deleted count, and
 * only on nodes that carry every key and that the constraint's policies let in.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
import {
  labelOf,
  matchesNodeRules,
  matchesSelector,
  tolerates,
  type ClassPod,
  type LabelSelector,
  type Node,
  type NodeFacts,
  type Plugin,
  type Pod,
} from '../kernel/index.ts'

type Constraint = NonNullable<Pod['scheduling']['topologySpreadConstraints']>[number]
const WEIGHT = 2

export const topologySpread = (): Plugin => ({
  name: 'topologySpread',
  apply({ hooks }) {
    hooks.filter.tap('topologySpread', (candidates) => {
      const { pod } = candidates
      const constraints = constraintsOf(pod, 'DoNotSchedule')
      if (constraints.length === 0) return
      const keys = constraints.map(({ topologyKey }) => topologyKey)
      candidates.where((node) => hasAll(node, keys) || 'lack the label of a topology to spread over', { isFixed: true })
      for (const constraint of constraints) {
        const { topologyKey, maxSkew, minDomains, labelSelector } = constraint
        const isCounted = countedOn(constraint, pod, keys)
        const counts = candidates.tally((placed, node) =>
          isOfKind(placed, pod, labelSelector) && isCounted(node) ? [[topologyKey, 1] as const] : [],
        )
        const self = matchesSelector(labelSelector, pod.labels) ? 1 : 0
        let least = 0
        let isDomain: ReadonlySet<string> = new Set()
        candidates.before((nodes) => {
          isDomain = new Set(nodes.filter(isCounted).map(({ labels }) => labels[topologyKey] ?? ''))
        })
        const compare = (): boolean => {
          least = isDomain.size < (minDomains ?? 1) ? 0 : Infinity
          for (const value of isDomain) least = Math.min(least, counts.of(topologyKey, value))
          return true
        }
        candidates.where(
          (node) => {
            const skew = counts.at(topologyKey, node) + self - (Number.isFinite(least) ? least : 0)
            return (
              skew <= maxSkew ||
              `would be uneven: ${topologyKey}=${node.labels[topologyKey]} would be ${skew} ahead, and ${maxSkew} is the most`
            )
          },
          { isVolatile: true, when: compare },
        )
      }
      candidates.retryOn('nodes:put', 'nodes:delete', 'pods:put', 'pods:release', 'pods:delete')
    })
    hooks.score.tap('topologySpread', (board) => {
      const { pod } = board
      const constraints = constraintsOf(pod, 'ScheduleAnyway')
      if (constraints.length === 0) return
      const keys = constraints.map(({ topologyKey }) => topologyKey)
      const parts = constraints.map((constraint) => {
        const { topologyKey, maxSkew, labelSelector } = constraint
        const isCounted = countedOn(constraint, pod, keys)
        const counts = board.tally((placed, node) =>
          isOfKind(placed, pod, labelSelector) && isCounted(node) ? [[topologyKey, 1] as const] : [],
        )
        return { topologyKey, maxSkew, counts, domainWeight: 0 }
      })
      board.before((feasible) => {
        const counted = feasible.filter((node) => hasAll(node, keys))
        for (const part of parts) part.domainWeight = Math.log(new Set(counted.map(({ labels }) => labels[part.topologyKey])).size + 2)
      })
      const score = (node: NodeFacts): number => {
        if (!hasAll(node, keys)) return LACKING
        return Math.round(
          parts.reduce(
            (sum, { topologyKey, maxSkew, counts, domainWeight }) => sum + counts.at(topologyKey, node) * domainWeight + maxSkew - 1,
            0,
          ),
        )
      }
      board.add(score, { weight: WEIGHT, normalise: fewestFirst, isVolatile: true })
    })
  },
})

const LACKING = -1

function constraintsOf({ scheduling, labels }: ClassPod, whenUnsatisfiable: Constraint['whenUnsatisfiable']): Constraint[] {
  return (scheduling.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => ({ ...constraint, labelSelector: narrowed(constraint, labels) }))
}

/** The pod's own values of matchLabelKeys are required too. */
function narrowed({ labelSelector, matchLabelKeys = [] }: Constraint, labels: Pod['labels']): LabelSelector | null {
  if (!labelSelector) return null
  const own = matchLabelKeys.flatMap((key) => {
    const value = labelOf(labels, key)
    return value === undefined ? [] : [{ key, operator: 'In' as const, values: [value] }]
  })
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...own] }
}

const hasAll = ({ labels }: Pick<Node, 'labels'>, keys: readonly string[]): boolean =>
  keys.every((key) => labelOf(labels, key) !== undefined)

const isOfKind = (placed: Pod, pod: ClassPod, selector: Constraint['labelSelector']): boolean =>
  placed.namespace === pod.namespace &&
  placed.deletedAt === null &&
  placed.status !== 'stopping' &&
  matchesSelector(selector, placed.labels)

/** Whether a node forms a domain and its pods count. */
function countedOn({ nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: Constraint, pod: ClassPod, keys: readonly string[]) {
  return (node: Node): boolean =>
    hasAll(node, keys) &&
    (nodeAffinityPolicy === 'Ignore' || matchesNodeRules(pod.scheduling, node)) &&
    (nodeTaintsPolicy === 'Ignore' ||
      !node.taints.some((taint) => taint.effect !== 'PreferNoSchedule' && !pod.tolerations.some((each) => tolerates(each, taint))))
}

/** `floor(100·(max+min−s)/max)`, 100 if the highest is 0; nodes that lack a key get 0. */
function fewestFirst(scores: readonly number[]): number[] {
  const counted = scores.filter((score) => score !== LACKING)
  const highest = Math.max(0, ...counted)
  const lowest = Math.min(...counted)
  return scores.map((score) => {
    if (score === LACKING) return 0
    return highest === 0 ? 100 : Math.floor((100 * (highest + lowest - score)) / highest)
  })
}
