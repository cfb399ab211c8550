/**
 * Resources: what fits, and which node is preferred.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/
 */
import type { Node, Pod } from '../../kernel/schema/index.ts'
import { podsOn, sum, type Cluster } from './cluster.ts'

const AMOUNTS = ['cpu', 'memory', 'storage'] as const

/** Only what is requested above 0 is compared; the number of pods always counts. */
export function fitsResources(pod: Pod, node: Node, cluster: Cluster): boolean {
  const there = podsOn(cluster, node)
  if (there.length + 1 > Math.min(node.allocatable.pods, cluster.settings.maxPodsPerNode)) return false
  return AMOUNTS.every((amount) => {
    const requested = pod.resources.requests[amount] ?? 0
    const held = sum(there.map(({ resources }) => resources.requests[amount] ?? 0))
    return requested === 0 || held + requested <= node.allocatable[amount]
  })
}

const policyOf = (pod: Pod, cluster: Cluster) => pod.scheduling.schedulingPolicy ?? cluster.settings.schedulingPolicy

/** Of cpu and memory alike: floor of the mean over what the node offers. */
export function resourceScores(pod: Pod, among: readonly Node[], cluster: Cluster): number[] {
  const policy = policyOf(pod, cluster)
  if (policy === 'affinity' || policy === 'random') return among.map(() => 0)
  return among.map((node) => {
    const offered = (['cpu', 'memory'] as const).filter((amount) => node.allocatable[amount] > 0)
    const points = offered.map((amount) => {
      const capacity = node.allocatable[amount]
      const taken = policy === 'least_loaded' ? usedWith(pod, node, amount, cluster) : allocatedWith(pod, node, amount, cluster)
      if (policy === 'binpack') return Math.floor((100 * Math.min(taken, capacity)) / capacity)
      return taken > capacity ? 0 : Math.floor((100 * (capacity - taken)) / capacity)
    })
    return points.length === 0 ? 0 : Math.floor(sum(points) / points.length)
  })
}

const UNSET = { cpu: 100, memory: 200 }

/** An unset request counts as 100 millicores and 200 MB, an explicit 0 as 0. */
function allocatedWith(pod: Pod, node: Node, amount: 'cpu' | 'memory', cluster: Cluster): number {
  return sum([...podsOn(cluster, node), pod].map(({ resources }) => resources.requests[amount] ?? UNSET[amount]))
}

function usedWith(pod: Pod, node: Node, amount: 'cpu' | 'memory', cluster: Cluster): number {
  const reported = cluster.reported?.get(node.id)
  if (!reported) return allocatedWith(pod, node, amount, cluster)
  return reported[amount] + (pod.resources.requests[amount] ?? 0)
}

/** How alike the shares of cpu and memory are: trunc(100 (1 - |f1 - f2| / 2)), by real requests; a pod that requests neither gets nothing. */
export function balancedScores(pod: Pod, among: readonly Node[], cluster: Cluster): number[] {
  const policy = policyOf(pod, cluster)
  const { cpu = 0, memory = 0 } = pod.resources.requests
  if (policy === 'affinity' || policy === 'random' || (cpu === 0 && memory === 0)) return among.map(() => 0)
  return among.map((node) => {
    const shares = (['cpu', 'memory'] as const)
      .filter((amount) => node.allocatable[amount] > 0)
      .map((amount) => {
        const held = sum([...podsOn(cluster, node), pod].map(({ resources }) => resources.requests[amount] ?? 0))
        return Math.min(1, held / node.allocatable[amount])
      })
    const difference = shares.length === 2 ? Math.abs((shares[0] ?? 0) - (shares[1] ?? 0)) : 0
    return Math.trunc(100 * (1 - difference / 2))
  })
}
