/** How affinity's raw sums become 0 to 100, as upstream's score plugins do it. */

/** `floor(100·s/max)`; all 0 when the highest is 0. */
export function byHighest(sums: readonly number[]): number[] {
  let highest = 0
  for (const sum of sums) highest = Math.max(highest, sum)
  return sums.map((sum) => (highest === 0 ? 0 : Math.floor((100 * sum) / highest)))
}

/** `trunc(100·(s−min)/(max−min))`; all 0 when they are equal. */
export function byRange(sums: readonly number[]): number[] {
  let lowest = Infinity
  let highest = -Infinity
  for (const sum of sums) {
    lowest = Math.min(lowest, sum)
    highest = Math.max(highest, sum)
  }
  return sums.map((sum) => (highest === lowest ? 0 : Math.trunc((100 * (sum - lowest)) / (highest - lowest))))
}
