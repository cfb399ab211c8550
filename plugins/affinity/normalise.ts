/** How affinity's raw sums become 0 to 100, as upstream's score plugins do it. */

/** `floor(100·s/max)`; all 0 when the highest is 0. */
export function byHighest(sums: readonly number[]): number[] {
  const highest = Math.max(0, ...sums)
  return sums.map((sum) => (highest === 0 ? 0 : Math.floor((100 * sum) / highest)))
}

/** `trunc(100·(s−min)/(max−min))`; all 0 when they are equal. */
export function byRange(sums: readonly number[]): number[] {
  const lowest = Math.min(...sums)
  const range = Math.max(...sums) - lowest
  return sums.map((sum) => (range === 0 ? 0 : Math.trunc((100 * (sum - lowest)) / range)))
}
