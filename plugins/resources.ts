/**
 * Requests fit into what a node has left, and the policy says which node is preferred.
 * Taps admit (a missing request is taken from the limit, then the cluster's defaults apply), filter, and score as resources and as
 * balanced. Only what is requested above 0 is compared, so a pod that asks for nothing fits an overcommitted node; the number of
 * pods always counts. For the score an unset request counts as 100 millicores and 200 MB.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/ and the scheduler's NodeResourcesFit
 */
import {
  ASSUMED,
  clusterConfig,
  type Amounts,
  type NodeFacts,
  type Plugin,
  type PluginKernel,
  type Pod,
  type Resources,
  type SchedulingPolicy,
  type State,
} from '../kernel/index.ts'

const AMOUNTS = ['cpu', 'memory', 'storage'] as const
type Amount = (typeof AMOUNTS)[number]

export interface ResourcesOptions {
  /** How much each resource counts in the score: cpu and memory alike, unless told. */
  readonly weights?: Partial<Record<Amount, number>>
}

export const resources = ({ weights = { cpu: 1, memory: 1 } }: ResourcesOptions = {}): Plugin => ({
  name: 'resources',
  after: ['priority', 'limitRange'],
  apply(kernel) {
    const { hooks, state } = kernel
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
      const policy = board.pod.scheduling.schedulingPolicy ?? clusterConfig(state).schedulingPolicy
      if (policy === 'random') board.drawLots()
      const score = scoreBy(policy, kernel)
      const points = (node: NodeFacts) => weighted(weights, (amount) => score?.(amount, board.pod.resources.requests, node))
      // What is really used is reported by heartbeats, which change no record.
      if (score) board.add(points, { isVolatile: policy === 'least_loaded' })
    })
    hooks.score.tap('balanced', (board) => {
      const { requests } = board.pod.resources
      const policy = board.pod.scheduling.schedulingPolicy ?? clusterConfig(state).schedulingPolicy
      if (policy === 'affinity' || policy === 'random' || ((requests.cpu ?? 0) === 0 && (requests.memory ?? 0) === 0)) return
      board.add((node) => balance(requests, node))
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
    const asked = requests[amount]
    if (asked === undefined || asked === 0) continue
    const free = allocatable[amount] - allocated[amount]
    if (asked > free) return `lack ${amount}: ${asked} is requested and ${free} of ${allocatable[amount]} is free`
  }
  return undefined
}

type Score = (amount: Amount, requests: Amounts, node: NodeFacts) => number | undefined

function scoreBy(policy: SchedulingPolicy, kernel: PluginKernel): Score | undefined {
  switch (policy) {
    case 'spread':
      return (amount, requests, node) => shareLeft(after(amount, requests, node), node.allocatable[amount])
    case 'binpack':
      return (amount, requests, node) => shareTaken(after(amount, requests, node), node.allocatable[amount])
    case 'least_loaded':
      return (amount, requests, node) => shareLeft(used(amount, requests, node, kernel), node.allocatable[amount])
    case 'affinity':
    case 'random':
      return undefined
  }
}

/** What would be allocated with the pod there. */
const after = (amount: Amount, requests: Amounts, { allocated }: NodeFacts): number =>
  amount === 'storage' ? allocated.storage + (requests.storage ?? 0) : allocated.assumed[amount] + (requests[amount] ?? ASSUMED[amount])

/** What is really used, as the node reported last; what is allocated where it has not. */
function used(amount: Amount, requests: Amounts, node: NodeFacts, { need }: PluginKernel): number {
  const reported = amount === 'storage' ? undefined : need('heartbeats').used(node.id)?.[amount]
  return reported === undefined ? after(amount, requests, node) : reported + (requests[amount] ?? 0)
}

const shareLeft = (taken: number, capacity: number): number | undefined =>
  capacity === 0 ? undefined : taken > capacity ? 0 : Math.floor((100 * (capacity - taken)) / capacity)
const shareTaken = (taken: number, capacity: number): number | undefined =>
  capacity === 0 ? undefined : Math.floor((100 * Math.min(taken, capacity)) / capacity)

/** The floored weighted mean; resources that the node does not offer are left out. */
function weighted(weights: Partial<Record<Amount, number>>, score: (amount: Amount) => number | undefined): number {
  let sum = 0
  let total = 0
  for (const amount of AMOUNTS) {
    const weight = weights[amount] ?? 0
    const points = weight === 0 ? undefined : score(amount)
    if (points === undefined) continue
    sum += weight * points
    total += weight
  }
  return total === 0 ? 0 : Math.floor(sum / total)
}

/** How alike the shares of cpu and memory are that would be taken, by what was really requested. */
function balance({ cpu = 0, memory = 0 }: Amounts, { allocatable, allocated }: NodeFacts): number {
  // A resource that the node does not offer leaves nothing to compare with.
  if (allocatable.cpu === 0 || allocatable.memory === 0) return 100
  const first = Math.min(1, (allocated.cpu + cpu) / allocatable.cpu)
  const second = Math.min(1, (allocated.memory + memory) / allocatable.memory)
  return Math.trunc(100 * (1 - Math.abs(first - second) / 2))
}
