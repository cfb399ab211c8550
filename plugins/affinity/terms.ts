/**
 * Which pods a pod-affinity term means: those in its namespaces whose labels its selector matches. Namespaces that are named
 * and a selector of namespaces are a union; with neither it is the namespace of the term's owner.
 */
import { matchesSelector, type Pod, type PodAffinityTerm, type Reader } from '../../kernel/index.ts'

export type Matching = (pod: Pick<Pod, 'namespace' | 'labels'>) => boolean

export function matchingOf(term: PodAffinityTerm, owner: Pick<Pod, 'namespace'>, state: Reader): Matching {
  const { labelSelector, namespaces = [], namespaceSelector } = term
  const isOwners = namespaces.length === 0 && !namespaceSelector
  const isInside = (namespace: string): boolean => {
    if (isOwners) return namespace === owner.namespace
    if (namespaces.includes(namespace)) return true
    return namespaceSelector ? matchesSelector(namespaceSelector, state.find('namespaces', 'name', namespace)?.labels ?? {}) : false
  }
  return (pod) => isInside(pod.namespace) && matchesSelector(labelSelector, pod.labels)
}
