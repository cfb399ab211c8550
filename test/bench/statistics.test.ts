/** The numbers that benches report. */
import { describe, expect, test } from 'vitest'
import { spread } from './support/statistics.ts'

describe('a spread', () => {
  test('is of samples that were measured, by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(spread(hundred)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 })
    expect(spread([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 })
  })

  test('of nothing is an error and not a zero', () => {
    expect(() => spread([])).toThrow('no samples were measured')
  })
})
