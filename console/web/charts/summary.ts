/** What a chart says, for those who do not see it. Pure. */
import type { Tone } from '../status.ts'

export interface Line {
  readonly name: string
  readonly tone: Tone | 'accent'
  /** Not a number: not known. */
  readonly values: readonly number[]
}

const MINUTE_SECONDS = 60

export const textOf = (value: number | undefined, unit: string): string =>
  value === undefined || Number.isNaN(value) ? '-' : `${Math.round(value)}${unit === '' ? '' : ` ${unit}`}`

/** "running 12 (8 to 14), on the way 0": now, and between what it was. */
export function summaryOf(lines: readonly Line[], unit: string): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => !Number.isNaN(value))
      const last = known[known.length - 1]
      if (last === undefined) return `${name} -`
      const [least, most] = known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [last, last])
      const between = Math.round(least) === Math.round(most) ? '' : ` (${textOf(least, '')} to ${textOf(most, unit)})`
      return `${name} ${textOf(last, unit)}${between}`
    })
    .join(', ')
}

/** @param times epoch seconds, the oldest first. @returns where the last sample of each minute is, the newest first */
export function minutesOf(times: readonly number[]): readonly number[] {
  const last = new Map<number, number>()
  times.forEach((time, index) => last.set(Math.floor(time / MINUTE_SECONDS), index))
  return [...last.values()].reverse()
}
