/** The one sentence for people: why a pod is nowhere. */

const REASONS_MAX = 8

/** "0/12 nodes fit: 5 lack cpu, 4 have untolerated taint gpu=true". @param refused how many nodes, by the kind of reason */
export function summarise(refused: ReadonlyMap<string, number>): string {
  const total = [...refused.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return '0/0 nodes fit: the cluster has no node yet'
  const sorted = [...refused].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const named = sorted.slice(0, REASONS_MAX).map(([kind, count]) => `${count} ${kind}`)
  const rest = sorted.slice(REASONS_MAX).reduce((sum, [, count]) => sum + count, 0)
  return `0/${total} nodes fit: ${[...named, ...(rest > 0 ? [`${rest} for other reasons`] : [])].join(', ')}`
}
