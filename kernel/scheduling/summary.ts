/** The one sentence for people: why a pod is nowhere. */
import type { NodeFacts, Refusal } from './candidates.ts'

const REASONS_MAX = 8

/** "0/12 nodes fit: 5 lack cpu, 4 have untolerated taint gpu=true". A refusal's text up to a colon is its kind; details come after. */
export function summarise(refusals: ReadonlyMap<NodeFacts, Refusal>): string {
  if (refusals.size === 0) return '0/0 nodes fit: the cluster has no node yet'
  const counts = new Map<string, number>()
  for (const { reason } of refusals.values()) {
    const [kind = reason] = reason.split(': ')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const named = sorted.slice(0, REASONS_MAX).map(([kind, count]) => `${count} ${kind}`)
  const rest = sorted.slice(REASONS_MAX).reduce((sum, [, count]) => sum + count, 0)
  return `0/${refusals.size} nodes fit: ${[...named, ...(rest > 0 ? [`${rest} for other reasons`] : [])].join(', ')}`
}
