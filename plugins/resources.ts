/**
 * Requests fit into what a node has left; the emptier node is preferred.
 * Taps admit (a missing request is taken from the limit, then the cluster's defaults apply), filter and score.
 * Only what is requested above 0 is compared, so a pod that asks for nothing fits an overcommitted node; the number of pods
 * always counts. For the score an unset request counts as 100 millicores and 200 MB.
 * Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ and the scheduler's NodeResourcesFit
 */
import {
  clusterConfig,
  type Amounts,
  type Capacity,
  type NodeFacts,
  type Plugin,
  type Pod,
  type Resources,
  type State,
} from '../kernel/index.ts'

const UNSET: Required<Pick<Amounts, 'cpu' | 'memory'>> = { cpu: 100, memory: 200 }
const AMOUNTS = ['cpu', 'memory', 'storage'] as const

export const resources = (): Plugin => ({
  name: 'resources',
  apply({ hooks, state }) {
    hooks.admit.tap('resources', (record, { kind, before }) => {
      if (kind !== 'pods' || before) return undefined
      const pod = record as Pod
      return { ...pod, resources: withDefaults(pod.resources, state) }
    })
    hooks.filter.tap('resources', (candidates) => {
      const { requests } = candidates.pod.resources
      candidates.where((node) => shortage(requests, node, clusterConfig(state).maxPodsPerNode) ?? true)
      candidates.retryOn('nodes:put', 'pods:release', 'clusterConfigs:put')
    })
    hooks.score.tap('resources', (board) => {
      const { cpu = UNSET.cpu, memory = UNSET.memory } = board.pod.resources.requests
      board.add((node) => leastAllocated({ cpu, memory }, node))
    })
  },
})

function withDefaults({ requests, limits }: Resources, state: State): Resources {
  const { defaultRequests, defaultLimits } = clusterConfig(state)
  const filled = { requests: { ...requests }, limits: { ...limits } }
  for (const amount of AMOUNTS) {
    const request = requests[amount] ?? limits[amount] ?? defaultRequests[amount]
    const limit = limits[amount] ?? defaultLimits[amount]
    if (request !== undefined) filled.requests[amount] = request
    // A default limit is never below the request.
    if (limit !== undefined) filled.limits[amount] = limits[amount] ?? Math.max(limit, request ?? 0)
  }
  return filled
}

function shortage(requests: Amounts, { allocatable, allocated }: NodeFacts, podsMax: number): string | undefined {
  const room = Math.min(allocatable.pods, podsMax)
  if (allocated.pods + 1 > room) return `lack room for pods: ${allocated.pods} of ${room} are there`
  for (const amount of AMOUNTS) {
    const asked = requests[amount] ?? 0
    const free = allocatable[amount] - allocated[amount]
    if (asked > 0 && asked > free) return `lack ${amount}: ${asked} is requested and ${free} of ${allocatable[amount]} is free`
  }
  return undefined
}

/** The mean share that would be left free, 0 to 100; resources that the node does not offer do not count. */
function leastAllocated(requests: Pick<Capacity, 'cpu' | 'memory'>, { allocatable, allocated }: NodeFacts): number {
  const shares = (['cpu', 'memory'] as const).flatMap((amount) => {
    const capacity = allocatable[amount]
    if (capacity === 0) return []
    const used = allocated[amount] + requests[amount]
    return [used > capacity ? 0 : Math.floor((100 * (capacity - used)) / capacity)]
  })
  return shares.length === 0 ? 0 : Math.floor(shares.reduce((sum, share) => sum + share, 0) / shares.length)
}
