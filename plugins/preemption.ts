/**
 * Preemption: whom to evict for a pod that fits nowhere. Taps preempt.
 * On a node all pods of lower priority go, and come back from the most important down while the pod still fits; between nodes the
 * one whose victims matter least is chosen. A pod of the same or a higher priority is never a victim.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption
 */
import { clusterConfig, isLeaving, type NodeFacts, type Nomination, type Plugin, type Pod, type PreemptRequest } from '../kernel/index.ts'

/** Makes every priority positive, so that fewer victims of negative priority are less, as upstream adds them up. */
const OFFSET = 2 ** 31

export const preemption = (): Plugin => ({
  name: 'preemption',
  after: ['priority'],
  apply({ hooks, state }) {
    hooks.preempt.tap('preemption', (request) => (clusterConfig(state).enablePreemption ? nominate(request) : undefined))
  },
})

/** A nomination, with what it is compared by. */
interface Candidate extends Nomination {
  readonly highest: number
  readonly sum: number
  readonly count: number
  /** When the first of the victims of the highest priority started. */
  readonly earliest: string
}

/** The node whose victims matter least. */
const nominate = (request: PreemptRequest): Nomination | undefined =>
  request.best({
    bound: (node) => atBest(node, request),
    boundSharedAs: `preemption below ${request.pod.priority}`,
    propose: (node) => victimsOn(node, request),
    compare,
  })

/** Pods on their way out are nobody's victims: they make room without being pushed. */
const lowerOn = (node: NodeFacts, { pod, podsOn }: PreemptRequest): Pod[] =>
  podsOn(node).filter((each) => each.priority < pod.priority && !isLeaving(each))

/** As if the least important pod were enough, and of those the one that started last. */
function atBest(node: NodeFacts, request: PreemptRequest): Candidate | undefined {
  let least: Pod | undefined
  for (const pod of lowerOn(node, request)) {
    if (!least || pod.priority < least.priority || (pod.priority === least.priority && startOf(pod) > startOf(least))) least = pod
  }
  return (
    least && { nodeId: node.id, victims: [], highest: least.priority, sum: least.priority + OFFSET, count: 1, earliest: startOf(least) }
  )
}

/** Whom to evict on one node; undefined when that would not help. */
function victimsOn(node: NodeFacts, request: PreemptRequest): Candidate | undefined {
  const victims = request.leastOf(node, lowerOn(node, request).toSorted(mostImportantFirst))
  if (!victims || victims.length === 0) return undefined
  const highest = Math.max(...victims.map(({ priority }) => priority))
  const starts = victims.filter(({ priority }) => priority === highest).map(startOf)
  return {
    nodeId: node.id,
    victims,
    highest,
    sum: victims.reduce((sum, { priority }) => sum + priority + OFFSET, 0),
    count: victims.length,
    earliest: starts.reduce((earliest, at) => (at < earliest ? at : earliest)),
  }
}

/** Highest priority, then the longest running, then by id so that the order is the same everywhere. */
function mostImportantFirst(a: Pod, b: Pod): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  if (startOf(a) !== startOf(b)) return startOf(a) < startOf(b) ? -1 : 1
  return a.id < b.id ? -1 : 1
}

/** Lowest highest victim, smallest sum, fewest victims, and of the highest victims the one that started last. */
function compare(a: Candidate, b: Candidate): number {
  const harm = a.highest - b.highest || a.sum - b.sum || a.count - b.count
  if (harm !== 0) return harm
  if (a.earliest !== b.earliest) return a.earliest > b.earliest ? -1 : 1
  if (a.nodeId === b.nodeId) return 0
  return a.nodeId < b.nodeId ? -1 : 1
}

const startOf = ({ startedAt, createdAt }: Pod): string => startedAt ?? createdAt
