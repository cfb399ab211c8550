/** The queue's line and heap against sorting. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Line } from '../../kernel/scheduling/line.ts'

const step = fc.oneof({ weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 100 }) }) }, fc.constant('pop' as const))

test('whoever comes first of those that wait is served next, in whatever order they came', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const line = new Line<number>((a, b) => a < b)
      let waiting: number[] = []
      for (const each of steps) {
        if (each === 'pop') expect(line.pop()).toBe(waiting.shift())
        else {
          line.push(each.push)
          waiting = [...waiting, each.push].toSorted((a, b) => a - b)
        }
      }
      for (const next of waiting) expect(line.pop()).toBe(next)
      expect(line.pop()).toBeUndefined()
    }),
  )
})

test('thousands are served in order, although those that were served are forgotten now and then', () => {
  const line = new Line<number>((a, b) => a < b)
  for (let item = 0; item < 10_000; item += 1) line.push(item)
  for (let item = 0; item < 10_000; item += 1) expect(line.pop()).toBe(item)
})
