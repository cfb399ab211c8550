/** Token buckets: what they let through over time, and that they stay few. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Buckets } from '../../plugins/rate-limit/buckets.ts'

describe('a bucket', () => {
  test('gives its burst at once, then what flows in, and says how long to wait', () => {
    let now = 0
    const buckets = new Buckets({ burst: 3, perSecond: 0.5 }, () => now)
    expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0])
    expect(buckets.take('a')).toBe(2)
    expect(buckets.take('b')).toBe(0)
    now += 1999
    expect(buckets.take('a')).toBe(1)
    now += 1
    expect(buckets.take('a')).toBe(0)
    expect(buckets.take('a')).toBe(2)
  })

  test('never gives more than its burst and what flowed in, whatever is asked when', () => {
    const steps = fc.array(fc.record({ ms: fc.nat(5000), takes: fc.nat(20) }), { maxLength: 40 })
    const rates = fc.record({ burst: fc.integer({ min: 1, max: 10 }), perSecond: fc.integer({ min: 1, max: 10 }) })
    fc.assert(
      fc.property(rates, steps, (rate, steps) => {
        let now = 0
        let given = 0
        const buckets = new Buckets(rate, () => now)
        for (const { ms, takes } of steps) {
          now += ms
          for (let take = 0; take < takes; take++) if (buckets.take('a') === 0) given += 1
          expect(given).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond + 1e-6)
        }
      }),
    )
  })

  test('that is told to wait gives after that time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0.01, max: 10, noNaN: true }), (burst, perSecond) => {
        let now = 0
        const buckets = new Buckets({ burst, perSecond }, () => now)
        let wait = 0
        while (wait === 0) wait = buckets.take('a')
        now += wait * 1000
        expect(buckets.take('a')).toBe(0)
      }),
    )
  })

  test('is forgotten when there are too many: first those that are full, else the oldest', () => {
    let now = 0
    const buckets = new Buckets({ burst: 1, perSecond: 1 }, () => now)
    for (let key = 0; key < 100_000; key++) buckets.take(String(key))
    expect(buckets.size).toBe(100_000)
    buckets.take('one more')
    expect(buckets.size).toBe(100_000)
    expect(buckets.take('1')).toBe(1)
    now += 1000
    buckets.take('after a second')
    expect(buckets.size).toBeLessThan(10)
  })
})
