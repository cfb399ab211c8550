/**
 * Preemption: whom to evict for a pod that fits nowhere. Taps preempt.
 * On a node all pods of lower priority go, and come back from the most important down while the pod still fits; between nodes the
 * one whose victims matter least is chosen. A pod of the same or a higher priority is never a victim.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption
 */
import { clusterConfig, type Nomination, type Plugin, type Pod, type PreemptRequest } from '../kernel/index.ts'

/** Makes every priority positive, so that fewer victims of negative priority are less, as upstream adds them up. */
const OFFSET = 2 ** 31

export const preemption = (): Plugin => ({
  name: 'preemption',
  after: ['priority'],
  apply({ hooks, state }) {
    hooks.preempt.tap('preemption', (request) => (clusterConfig(state).enablePreemption ? nominate(request) : undefined))
  },
})

/** The victims on each node where evicting lower pods would help. */
function candidatesOf({ pod, refusals, isHopeless, podsOn, fitsWithout }: PreemptRequest): Nomination[] {
  const found: Nomination[] = []
  for (const node of refusals.keys()) {
    if (isHopeless(node)) continue
    const lower = podsOn(node).filter((each) => each.priority < pod.priority)
    // Pods on their way out make room without being pushed.
    if (lower.length === 0 || !fitsWithout(node, lower)) continue
    const victims = new Set(lower)
    for (const spared of lower.toSorted(mostImportantFirst)) {
      victims.delete(spared)
      if (!fitsWithout(node, [...victims])) victims.add(spared)
    }
    found.push({ nodeId: node.id, victims: [...victims] })
  }
  return found
}

function nominate(request: PreemptRequest): Nomination | undefined {
  const isUnderWay = [...request.refusals.keys()].some((node) =>
    request.podsOn(node).some((each) => each.status === 'stopping' && each.priority < request.pod.priority && !request.isHopeless(node)),
  )
  // Somebody is making room already: see first whether it is enough.
  if (isUnderWay) return undefined
  return candidatesOf(request).toSorted(leastHarmFirst)[0]
}

/** Highest priority, then the longest running. */
function mostImportantFirst(a: Pod, b: Pod): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  return startOf(a) < startOf(b) ? -1 : 1
}

/** Lowest highest victim, smallest sum, fewest victims, and of the highest victims the one that started last. */
function leastHarmFirst(a: Nomination, b: Nomination): number {
  return (
    highestOf(a) - highestOf(b) ||
    sumOf(a) - sumOf(b) ||
    a.victims.length - b.victims.length ||
    compare(earliestOf(b), earliestOf(a)) ||
    compare(a.nodeId, b.nodeId)
  )
}

const highestOf = ({ victims }: Nomination): number => Math.max(...victims.map(({ priority }) => priority))
const sumOf = ({ victims }: Nomination): number => victims.reduce((sum, { priority }) => sum + priority + OFFSET, 0)
const earliestOf = (nomination: Nomination): string =>
  nomination.victims
    .filter(({ priority }) => priority === highestOf(nomination))
    .map(startOf)
    .reduce((earliest, at) => (at < earliest ? at : earliest))
const startOf = ({ startedAt, createdAt }: Pod): string => startedAt ?? createdAt
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
