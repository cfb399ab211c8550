/**
 * Preemption: whose place a pod takes that fits nowhere.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption
 */
import type { Node, Pod } from '../../kernel/schema/index.ts'
import { isTerminating, podsOn, sum, type Cluster } from './cluster.ts'
import { hasUntoleratedTaint, isCordonedFor, matchesNodeAffinity } from './node-rules.ts'
import { refusalsOf } from './oracle.ts'
import { isLonely } from './pod-affinity.ts'
import { lacksSpreadKey } from './topology-spread.ts'

export interface Nomination {
  readonly node: Node
  readonly victims: readonly Pod[]
}

/** Every node where evicting helps, with its victims. */
function candidates(pod: Pod, cluster: Cluster): Nomination[] {
  if (pod.preemptionPolicy === 'Never' || !cluster.settings.enablePreemption) return []
  if (cluster.nodes.some((node) => refusalsOf(pod, node, cluster).length === 0)) return []
  const tried = cluster.nodes.filter((node) => !isHopeless(pod, node, cluster))
  return tried.flatMap((node) => {
    const victims = victimsOn(pod, node, cluster)
    return victims.length > 0 ? [{ node, victims }] : []
  })
}

/** The nominations that do least harm; more than one when they are equal in every way that counts. */
export function nominations(pod: Pod, cluster: Cluster): Nomination[] {
  let left = candidates(pod, cluster)
  for (const harm of HARMS) {
    const least = Math.min(...left.map(harm))
    left = left.filter((each) => harm(each) === least)
  }
  return left
}

/** No pod that leaves could change these. */
const isHopeless = (pod: Pod, node: Node, cluster: Cluster): boolean =>
  hasUntoleratedTaint(pod, node) ||
  isCordonedFor(pod, node) ||
  !matchesNodeAffinity(pod, node) ||
  isLonely(pod, node, cluster) ||
  lacksSpreadKey(pod, node)

const fits = (pod: Pod, node: Node, cluster: Cluster): boolean => refusalsOf(pod, node, cluster).length === 0
const without = (gone: readonly Pod[], cluster: Cluster): Cluster => ({
  ...cluster,
  pods: cluster.pods.filter((each) => !gone.includes(each)),
})

/**
 * All lower pods go, then come back from the most important down while the pod still fits. A pod that is stopping anyway is nobody's
 * victim, and holds its place until it has stopped.
 */
function victimsOn(pod: Pod, node: Node, cluster: Cluster): Pod[] {
  let victims = podsOn(cluster, node).filter((each) => each.priority < pod.priority && !isTerminating(each))
  if (!fits(pod, node, without(victims, cluster))) return []
  for (const spared of victims.toSorted(mostImportantFirst)) {
    const fewer = victims.filter((each) => each !== spared)
    if (fits(pod, node, without(fewer, cluster))) victims = fewer
  }
  return victims
}

const startOf = ({ startedAt, createdAt }: Pod): number => Date.parse(startedAt ?? createdAt)

/** Priority, then the longest running, then by id so that it is always the same. */
const mostImportantFirst = (a: Pod, b: Pod): number => b.priority - a.priority || startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1)

const highest = ({ victims }: Nomination): number => Math.max(...victims.map(({ priority }) => priority))

/** What is compared between nodes, one after the other; less is better. */
const HARMS: readonly ((nomination: Nomination) => number)[] = [
  highest,
  ({ victims }) => sum(victims.map(({ priority }) => priority + 2 ** 31)),
  ({ victims }) => victims.length,
  // The latest start of the most important victims, each node's earliest, is best.
  (nomination) => -Math.min(...nomination.victims.filter(({ priority }) => priority === highest(nomination)).map(startOf)),
]
