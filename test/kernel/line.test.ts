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
      const served: (number | undefined)[] = []
      const inOrder: (number | undefined)[] = []
      const serve = () => {
        served.push(line.pop())
        inOrder.push(waiting.shift())
      }
      for (const each of steps) {
        if (each === 'pop') serve()
        else {
          line.push(each.push)
          waiting = [...waiting, each.push].toSorted((a, b) => a - b)
        }
      }
      while (waiting.length > 0) serve()
      serve()
      expect(served).toEqual(inOrder)
    }),
  )
})

test('thousands are served in order, although those that were served are forgotten now and then', () => {
  const line = new Line<number>((a, b) => a < b)
  for (let item = 0; item < 10_000; item += 1) line.push(item)
  for (let item = 0; item < 10_000; item += 1) expect(line.pop()).toBe(item)
})
