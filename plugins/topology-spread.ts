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
  type CandidateSet,
  type ClassPod,
  type Kin,
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
      candidates.where((node) => hasAll(node, keys) || 'lack the label of a topology to spread over', {
        isFixed: true,
        sharedAs: JSON.stringify(keys),
      })
      for (const constraint of constraints) keepEven(candidates, constraint, keys)
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
        const counts = board.tally((placed) => (isOfKind(placed, pod, labelSelector) ? [[topologyKey, 1] as const] : NOTHING), {
          on: isCounted,
        })
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
      board.add(score, { weight: WEIGHT, normalise: fewestFirst, isVolatile: true, over: keys })
    })
  },
})

/** One more in the node's domain may be at most maxSkew ahead of the domain that has least. */
function keepEven(candidates: CandidateSet, constraint: Constraint, keys: readonly string[]): void {
  const { pod } = candidates
  const { topologyKey, maxSkew, minDomains, labelSelector } = constraint
  const isCounted = countedOn(constraint, pod, keys)
  const counts = candidates.tally((placed) => (isOfKind(placed, pod, labelSelector) ? [[topologyKey, 1] as const] : NOTHING), {
    on: isCounted,
  })
  const self = matchesSelector(labelSelector, pod.labels) ? 1 : 0
  let least = 0
  let domains: readonly number[] = []
  candidates.before((nodes) => {
    const places = new Set<number>()
    for (const node of nodes) {
      const place = counts.placeOf(topologyKey, node)
      // One node is enough to make a domain.
      if (!places.has(place) && isCounted(node)) places.add(place)
    }
    domains = [...places]
  })
  const compare = (): boolean => {
    const sums = counts.sums(topologyKey)
    least = domains.length === 0 || domains.length < (minDomains ?? 1) ? 0 : Infinity
    for (const place of domains) least = Math.min(least, sums[place] ?? 0)
    return true
  }
  candidates.where(
    (node) => {
      const skew = counts.at(topologyKey, node) + self - least
      return (
        skew <= maxSkew || `would be uneven: ${topologyKey}=${node.labels[topologyKey]} would be ${skew} ahead, and ${maxSkew} is the most`
      )
    },
    { isVolatile: true, when: compare, over: [topologyKey] },
  )
}

const NOTHING: readonly (readonly [string, number])[] = []
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

const isOfKind = (placed: Kin, pod: ClassPod, selector: Constraint['labelSelector']): boolean =>
  placed.namespace === pod.namespace && !placed.isLeaving && matchesSelector(selector, placed.labels)

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
  let highest = 0
  let lowest = Infinity
  for (const score of scores) {
    if (score === LACKING) continue
    highest = Math.max(highest, score)
    lowest = Math.min(lowest, score)
  }
  return scores.map((score) => {
    if (score === LACKING) return 0
    return highest === 0 ? 100 : Math.floor((100 * (highest + lowest - score)) / highest)
  })
}
