/** What cluster.whatif answers, and what of it the map shows. Pure. */
import type { Arrow } from '../map/overlay.ts'

export interface Forecast {
  readonly moves: readonly { readonly pod: string; readonly from: string | null; readonly to: string; readonly reason: string }[]
  readonly pending: readonly { readonly pod: string; readonly reason: string }[]
  readonly evicted: readonly { readonly pod: string; readonly from: string; readonly reason: string }[]
  readonly hash: string
}

/**
 * An arrow for all pods that go the same way; pods that lose their node and find no other end where they are.
 * @param idOf of a node by its name; undefined where it is not on the map
 */
export function arrowsOf({ moves, pending, evicted }: Forecast, idOf: (name: string) => string | undefined): readonly Arrow[] {
  const ways = new Map<string, Arrow>()
  const add = (from: string | null, to: string | null): void => {
    const key = `${from} ${to}`
    ways.set(key, { from, to, pods: (ways.get(key)?.pods ?? 0) + 1 })
  }
  for (const { from, to } of moves) add(from === null ? null : (idOf(from) ?? null), idOf(to) ?? null)
  const left = new Set(pending.map(({ pod }) => pod))
  for (const { pod, from } of evicted) if (left.has(pod)) add(idOf(from) ?? null, null)
  return [...ways.values()].filter(({ from, to }) => from !== null || to !== null).sort((a, b) => b.pods - a.pods)
}
