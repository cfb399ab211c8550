/** Deletes records whose time is over, some in each commit. What the store refuses now, it is asked again. */
import type { PluginKernel } from './plugin.ts'
import type { KindName } from './schema/index.ts'

const DELETES_PER_COMMIT = 500

export interface Sweep {
  readonly kind: KindName
  /** Who is named in what the deletions leave behind. */
  readonly actorId: string
  /** Those that matter least first: what is too many for one commit waits for the next sweep. */
  readonly ids: readonly string[]
}

export async function sweep(
  { state, commit, log }: Pick<PluginKernel, 'state' | 'commit' | 'log'>,
  { kind, actorId, ids }: Sweep,
): Promise<void> {
  if (ids.length === 0) return
  try {
    await commit({ actorId }, (transaction) => {
      for (const id of ids.slice(0, DELETES_PER_COMMIT)) if (state.get(kind, id)) transaction.delete(kind, id)
    })
  } catch (error) {
    log.warn('what is over stays until the next sweep', { kind, records: ids.length, error: String(error) })
  }
}
