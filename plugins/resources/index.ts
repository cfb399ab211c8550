/**
 * Requests fit into what a node has left, and the policy says which node is preferred.
 * Taps admit (a missing request is taken from the limit, then the cluster's defaults apply), filter, and score as resources and as
 * balanced. Only what is requested above 0 is compared, so a pod that asks for nothing fits an overcommitted node; the number of
 * pods always counts. For the score an unset request counts as 100 millicores and 200 MB.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/ and the scheduler's NodeResourcesFit
 */
import { clusterConfig, type Plugin, type Pod, type Resources, type State } from '../../kernel/index.ts'
import { AMOUNTS, type Amount } from './amounts.ts'
import { keepRoomy, shortage } from './fit.ts'
import { balanceOf, leastAllocated, meanLoad, mostAllocated } from './points.ts'

export interface ResourcesOptions {
  /** How much each resource counts in the score: cpu and memory alike, unless told. */
  readonly weights?: Partial<Record<Amount, number>>
}

export const resources = ({ weights = { cpu: 1, memory: 1 } }: ResourcesOptions = {}): Plugin => ({
  name: 'resources',
  after: ['priority', 'limitRange'],
  apply({ hooks, state, need }) {
    hooks.admit.tap('resources', (record, { kind, before }) => {
      if (kind !== 'pods' || before) return undefined
      const pod = record as Pod
      return { ...pod, resources: withDefaults(pod.resources, state) }
    })
    hooks.filter.tap('resources', (candidates) => {
      const { requests } = candidates.pod.resources
      const sharedAs = JSON.stringify(requests)
      const ask = () => ({ requests, podsMax: clusterConfig(state).maxPodsPerNode })
      candidates.prune({
        keep: (slots, count, nodes) => keepRoomy({ slots, count, nodes }, ask()),
        reason: (node) => shortage(node, ask()),
        sharedAs,
      })
      candidates.retryOn('nodes:put', 'pods:release', 'clusterConfigs:put')
    })
    hooks.score.tap('resources', (board) => {
      const { requests } = board.pod.resources
      const sharedAs = JSON.stringify(requests)
      switch (board.pod.scheduling.schedulingPolicy ?? clusterConfig(state).schedulingPolicy) {
        case 'spread':
          return board.addAll(leastAllocated({ weights, requests }), { sharedAs: `spread ${sharedAs}` })
        case 'binpack':
          return board.addAll(mostAllocated({ weights, requests }), { sharedAs: `binpack ${sharedAs}` })
        case 'least_loaded':
          // What is really used is reported by heartbeats, which change no record.
          return board.add(meanLoad({ weights, requests, usedOn: (nodeId) => need('heartbeats').used(nodeId) }), { isVolatile: true })
        case 'random':
          return board.drawLots()
        case 'affinity':
          return undefined
      }
    })
    hooks.score.tap('balanced', (board) => {
      const { requests } = board.pod.resources
      const policy = board.pod.scheduling.schedulingPolicy ?? clusterConfig(state).schedulingPolicy
      if (policy === 'affinity' || policy === 'random' || ((requests.cpu ?? 0) === 0 && (requests.memory ?? 0) === 0)) return
      board.addAll(balanceOf(requests), { sharedAs: JSON.stringify(requests) })
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
