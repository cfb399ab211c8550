/**
 * Garbage collection: pods that ended long ago, and the oldest of too many, are removed with their logs; their history stays.
 * How long and how many is configuration: ClusterConfig.endedPodTtlSeconds and endedPodsMax. Those of a deployment are its own affair.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
 */
import { clusterConfig, isEnded, sweep, timestamp, type Plugin, type PluginKernel, type Pod } from '../kernel/index.ts'

const SWEEP_MS = 60_000
const TTL_SECONDS = 7 * 86_400
const PODS_MAX = 1_000

export const gc = (): Plugin => ({
  name: 'gc',
  after: ['pods', 'history'],
  apply(kernel) {
    kernel.clock.every(SWEEP_MS, () => collect(kernel))
  },
})

async function collect(kernel: PluginKernel): Promise<void> {
  const { state, clock, isReady } = kernel
  if (!isReady()) return
  const { endedPodTtlSeconds = TTL_SECONDS, endedPodsMax = PODS_MAX } = clusterConfig(state)
  const oldest = timestamp(clock.now() - endedPodTtlSeconds * 1000)
  const ended = [...state.all('pods')].filter((pod) => isEnded(pod) && pod.deploymentId === null)
  const newestFirst = ended.toSorted((a, b) => (endOf(a) < endOf(b) ? 1 : -1))
  const garbage = newestFirst.filter((pod, index) => index >= endedPodsMax || endOf(pod) < oldest)
  await sweep(kernel, { kind: 'pods', actorId: 'gc', ids: garbage.toReversed().map(({ id }) => id) })
}

const endOf = ({ stoppedAt, updatedAt }: Pod): string => stoppedAt ?? updatedAt
