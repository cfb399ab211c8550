/**
 * Garbage collection, by limits of the configuration: pods that ended long ago or are too many go with their logs (endedPodTtlSeconds,
 * endedPodsMax; those of a deployment are its own affair), history that is old or too much (podHistoryTtlSeconds, podHistoryMax), and,
 * only where somebody asked for it, versions of packs that nobody uses (unusedPackTtlSeconds). A registry keeps what was published: the newest
 * version of a pack stays, and one that goes does so whole, record and bundle, so that no name is left that cannot be run.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
 */
import semver from 'semver'
import { clusterConfig, isEnded, sweep, timestamp, type Pack, type Plugin, type PluginKernel, type Pod } from '../kernel/index.ts'

const SWEEP_MS = 60_000
const DAY_SECONDS = 86_400
const POD_TTL_SECONDS = 7 * DAY_SECONDS
const PODS_MAX = 1_000
const HISTORY_TTL_SECONDS = 90 * DAY_SECONDS
const HISTORY_MAX = 100_000
/** What the store keeps whatever anybody wants: supabase/migrations. With room for clocks that differ. */
const HISTORY_LEAST_MS = 3_600_000 + 60_000
const HISTORY_PER_COMMIT = 500
const HISTORY_PER_SWEEP = 20_000
const PACKS_PER_SWEEP = 100

export const gc = (): Plugin => ({
  name: 'gc',
  after: ['pods', 'packs', 'history'],
  apply(kernel) {
    kernel.clock.every(SWEEP_MS, async () => {
      if (!kernel.isReady()) return
      await collectPods(kernel)
      await collectHistory(kernel)
      await collectPacks(kernel)
    })
  },
})

async function collectPods(kernel: PluginKernel): Promise<void> {
  const { state, clock } = kernel
  const { endedPodTtlSeconds = POD_TTL_SECONDS, endedPodsMax = PODS_MAX } = clusterConfig(state)
  const oldest = timestamp(clock.now() - endedPodTtlSeconds * 1000)
  const ended = [...state.all('pods')].filter((pod) => isEnded(pod) && pod.deploymentId === null)
  const newestFirst = ended.toSorted((a, b) => (endOf(a) < endOf(b) ? 1 : -1))
  const garbage = newestFirst.filter((pod, index) => index >= endedPodsMax || endOf(pod) < oldest)
  await sweep(kernel, { kind: 'pods', actorId: 'gc', ids: garbage.toReversed().map(({ id }) => id) })
}

const endOf = ({ stoppedAt, updatedAt }: Pod): string => stoppedAt ?? updatedAt

async function collectHistory(kernel: PluginKernel): Promise<void> {
  const { state, clock } = kernel
  if (!state.has('podHistory')) return
  const { podHistoryTtlSeconds = HISTORY_TTL_SECONDS, podHistoryMax = HISTORY_MAX } = clusterConfig(state)
  const now = clock.now()
  const [expired, kept] = [timestamp(now - podHistoryTtlSeconds * 1000), timestamp(now - HISTORY_LEAST_MS)]
  const entries = [...state.all('podHistory')]
  const tooMany = entries.length - podHistoryMax
  // Numbers in a typed array sort in milliseconds, also many of them.
  const revisions = tooMany > 0 ? Float64Array.from(entries, ({ resourceVersion }) => resourceVersion).sort() : []
  const last = revisions[tooMany - 1] ?? 0
  const garbage = entries.filter(({ at, resourceVersion }) => at < kept && (resourceVersion <= last || at < expired))
  const ids = garbage.slice(0, HISTORY_PER_SWEEP).map(({ id }) => id)
  for (let from = 0; from < ids.length; from += HISTORY_PER_COMMIT) {
    await sweep(kernel, { kind: 'podHistory', actorId: 'gc', ids: ids.slice(from, from + HISTORY_PER_COMMIT) })
  }
}

async function collectPacks({ state, clock, need, log }: PluginKernel): Promise<void> {
  const { unusedPackTtlSeconds } = clusterConfig(state)
  if (!unusedPackTtlSeconds) return
  const oldest = timestamp(clock.now() - unusedPackTtlSeconds * 1000)
  const named = new Set(
    state.has('deployments') ? [...state.all('deployments')].flatMap(({ revisions }) => revisions.map(({ packId }) => packId)) : [],
  )
  // What `latest` is, with and without pre-releases.
  const isNewest = ({ name, version }: Pack) => {
    const newer = state.by('packs', 'name', name).filter((other) => other.bundle !== null && semver.gt(other.version, version))
    const isRelease = ({ version: text }: { readonly version: string }) => semver.prerelease(text) === null
    return newer.length === 0 || (isRelease({ version }) && !newer.some(isRelease))
  }
  const isUnused = (pack: Pack) =>
    pack.updatedAt < oldest && !named.has(pack.id) && state.by('pods', 'packId', pack.id).length === 0 && !isNewest(pack)
  for (const pack of [...state.all('packs')].filter(isUnused).slice(0, PACKS_PER_SWEEP)) {
    try {
      await need('packEnds').remove({ actorId: 'gc' }, pack)
    } catch (error) {
      log.warn('a version of a pack stays until the next sweep', { pack: `${pack.name}@${pack.version}`, error: String(error) })
    }
  }
}
