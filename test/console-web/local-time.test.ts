/** Moments in fields for times, wherever whoever looks is. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localTime, universalTime } from '../../console/web/local-time.ts'

describe('a moment', () => {
  test('means the same moment in the address as in the field, to the minute, in any season', () => {
    const minute = fc.integer({ min: 1, max: 40_000_000 }).map((minutes) => new Date(minutes * 60_000 + 86_400_000).toISOString())
    // The hour that the clocks go through twice has two moments for one text.
    const isTwice = (time: string): boolean => [-1, 1].some((hours) => localTime(shifted(time, hours)) === localTime(time))
    fc.assert(
      fc.property(
        minute.filter((time) => !isTwice(time)),
        (time) => {
          expect(universalTime(localTime(time))).toBe(time)
        },
      ),
    )
  })

  test('is empty where there is no time, and waits for a year that is being typed', () => {
    expect(localTime('yesterday')).toBe('')
    expect(universalTime('')).toBe('')
    expect(universalTime('0202-01-02T03:04')).toBeUndefined()
  })
})

const shifted = (time: string, hours: number): string => new Date(Date.parse(time) + hours * 3_600_000).toISOString()
