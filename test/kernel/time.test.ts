/** A time has to be one that a calendar has: nothing can be compared with the 30th of February. */
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { Time } from '../../kernel/schema/common.ts'

const times = Compile(Time)
const two = (number: number) => String(number).padStart(2, '0')

describe('a time', () => {
  test('is taken if and only if the calendar and the clock have it', () => {
    const year = fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(0, 1900, 2000, 2023, 2024, 2100, 2400))
    const parts = fc.tuple(year, fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), fc.nat(61), fc.constantFrom('', '.1', '.123', '.123456'))
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, fraction]) => {
        const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
        const text = `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`
        const hasDate = new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) === date
        expect([text, times.Check(text)]).toEqual([text, year > 0 && hasDate && hour < 24 && minute < 60 && second < 60])
      }),
      { numRuns: 5000 },
    )
  })

  test.each(['2024-02-29T00:00:00Z', '2000-02-29T23:59:59.999999Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    '%s is one',
    (text) => {
      expect(times.Check(text)).toBe(true)
    },
  )

  test.each([
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+01:00',
    '2026-01-01 00:00:00Z',
  ])('%s is none', (text) => {
    expect(times.Check(text)).toBe(false)
  })
})
