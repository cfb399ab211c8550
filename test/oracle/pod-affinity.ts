/**
 * Inter-pod affinity and anti-affinity, with the symmetry of pods that are placed.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
import type { Node, Pod, PodAffinityTerm } from '../../kernel/schema/index.ts'
import { label, placedPods, sum, type Cluster } from './cluster.ts'
import { selects } from './selectors.ts'

type Rules = Pod['scheduling']['podAffinity']
const required = (rules: Rules): readonly PodAffinityTerm[] => rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []
const preferred = (rules: Rules) => rules?.preferredDuringSchedulingIgnoredDuringExecution ?? []

/** Whether the term of its owner means the pod: by namespace and by labels. */
function means(term: PodAffinityTerm, owner: Pod, pod: Pod, cluster: Cluster): boolean {
  if (!selects(term.labelSelector, pod.labels)) return false
  const named = term.namespaces ?? []
  const selector = term.namespaceSelector ?? null
  if (named.length === 0 && selector === null) return pod.namespace === owner.namespace
  const namespace = cluster.namespaces.find(({ name }) => name === pod.namespace)
  return named.includes(pod.namespace) || selects(selector, namespace?.labels ?? {})
}

/** Both nodes carry the key, with the same value. */
const isTogether = (key: string, a: Node, b: Node): boolean =>
  label(a.labels, key) !== undefined && label(a.labels, key) === label(b.labels, key)

/** Some placed pod does not want this one near. */
export const isUnwelcome = (pod: Pod, node: Node, cluster: Cluster): boolean =>
  placedPods(cluster).some((other) =>
    required(other.pod.scheduling.podAntiAffinity).some(
      (term) => means(term, other.pod, pod, cluster) && isTogether(term.topologyKey, node, other.node),
    ),
  )

/** Some placed pod is near that this one avoids. */
export const isAvoiding = (pod: Pod, node: Node, cluster: Cluster): boolean =>
  required(pod.scheduling.podAntiAffinity).some((term) =>
    placedPods(cluster).some((other) => means(term, pod, other.pod, cluster) && isTogether(term.topologyKey, node, other.node)),
  )

/** The pods that this one wants near are not, and it is not the first of its kind. */
export function isLonely(pod: Pod, node: Node, cluster: Cluster): boolean {
  const terms = required(pod.scheduling.podAffinity)
  if (terms.length === 0) return false
  if (terms.some(({ topologyKey }) => label(node.labels, topologyKey) === undefined)) return true
  const friends = placedPods(cluster).filter((other) => terms.every((term) => means(term, pod, other.pod, cluster)))
  if (terms.every(({ topologyKey }) => friends.some((friend) => isTogether(topologyKey, node, friend.node)))) return false
  // A friend on a node that has none of the keys is in no topology, so it is not there.
  const hasFriends = friends.some((friend) => terms.some(({ topologyKey }) => label(friend.node.labels, topologyKey) !== undefined))
  return hasFriends || !terms.every((term) => means(term, pod, pod, cluster))
}

/** Min-max over all weights by topology: trunc(100 (s - min) / (max - min)), 0 everywhere when the sums are equal. */
export function podAffinityScores(pod: Pod, among: readonly Node[], cluster: Cluster): number[] {
  const sums = among.map((node) => sum(placedPods(cluster).map((other) => attraction(pod, node, other, cluster))))
  const lowest = Math.min(...sums)
  const range = Math.max(...sums) - lowest
  return sums.map((each) => (range === 0 ? 0 : Math.trunc((100 * (each - lowest)) / range)))
}

const HARD_WEIGHT = 1

function attraction(pod: Pod, node: Node, other: { pod: Pod; node: Node }, cluster: Cluster): number {
  const near = (term: PodAffinityTerm) => isTogether(term.topologyKey, node, other.node)
  const own = (rules: Rules) =>
    sum(
      preferred(rules)
        .filter(({ podAffinityTerm }) => near(podAffinityTerm) && means(podAffinityTerm, pod, other.pod, cluster))
        .map(({ weight }) => weight),
    )
  const theirs = (rules: Rules) =>
    sum(
      preferred(rules)
        .filter(({ podAffinityTerm }) => near(podAffinityTerm) && means(podAffinityTerm, other.pod, pod, cluster))
        .map(({ weight }) => weight),
    )
  const hard = required(other.pod.scheduling.podAffinity).filter((term) => near(term) && means(term, other.pod, pod, cluster))
  return (
    own(pod.scheduling.podAffinity) -
    own(pod.scheduling.podAntiAffinity) +
    theirs(other.pod.scheduling.podAffinity) -
    theirs(other.pod.scheduling.podAntiAffinity) +
    HARD_WEIGHT * hard.length
  )
}
