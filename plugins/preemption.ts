/**
 * Preemption: whom to evict for a pod that fits nowhere. Taps preempt.
 * On a node all pods of lower priority go, and come back from the most important down while the pod still fits; between nodes the
 * one whose victims matter least is chosen. A pod of the same or a higher priority is never a victim.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption
 */
import { clusterConfig, type NodeFacts, type Nomination, type Plugin, type Pod, type PreemptRequest } from '../kernel/index.ts'

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
  /** When the first of the victims of the highest priority started. */
  readonly earliest: string
}

/** The node whose victims matter least. Pods on their way out are nobody's victims: they make room without being pushed. */
const nominate = (request: PreemptRequest): Nomination | undefined => request.best((node) => victimsOn(node, request), compare)

/** Whom to evict on one node; undefined when that would not help. */
function victimsOn(node: NodeFacts, { pod, podsOn, fitsWithout }: PreemptRequest): Candidate | undefined {
  const lower = podsOn(node).filter((each) => each.priority < pod.priority && each.status !== 'stopping')
  if (lower.length === 0 || !fitsWithout(node, lower)) return undefined
  const kept = new Set(lower)
  for (const spared of lower.toSorted(mostImportantFirst)) {
    kept.delete(spared)
    if (!fitsWithout(node, [...kept])) kept.add(spared)
  }
  const victims = [...kept]
  const highest = Math.max(...victims.map(({ priority }) => priority))
  const starts = victims.filter(({ priority }) => priority === highest).map(startOf)
  return {
    nodeId: node.id,
    victims,
    highest,
    sum: victims.reduce((sum, { priority }) => sum + priority + OFFSET, 0),
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
  const harm = a.highest - b.highest || a.sum - b.sum || a.victims.length - b.victims.length
  if (harm !== 0) return harm
  if (a.earliest !== b.earliest) return a.earliest > b.earliest ? -1 : 1
  return a.nodeId < b.nodeId ? -1 : 1
}

const startOf = ({ startedAt, createdAt }: Pod): string => startedAt ?? createdAt
