/** What charts are made of: samples of what the fleet counts, kept for a while, and said in words. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Recorder } from '../../../console/web/charts/recorder.ts'
import { Ring } from '../../../console/web/charts/ring.ts'
import { minutesOf, summaryOf } from '../../../console/web/charts/summary.ts'
import { Fleet } from '../../../console/web/fleet.ts'
import { aNode, aPod } from '../../support/builders.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

test('a ring has the newest of what was added, the oldest first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), (size, values) => {
      const ring = new Ring(size)
      for (const value of values) ring.add(value)
      expect(ring.toArray()).toEqual(values.slice(-size))
    }),
  )
})

describe('the recorder', () => {
  const node = aNode({ allocatable: { cpu: 1_000, memory: 1_000, pods: 10 } })
  const begin = () => {
    const clock = new VirtualClock()
    const fleet = new Fleet()
    fleet.changeNode(undefined, node)
    fleet.flush()
    return { clock, fleet, recorder: new Recorder(fleet, { nodes: () => [node], clock }) }
  }

  test('samples each second: pods by state, what they ask for, and how long they waited for their node', () => {
    const { clock, fleet, recorder } = begin()
    clock.advance(1_000)
    const requested = { resources: { requests: { cpu: 250 } }, nodeId: node.id }
    fleet.changePod(undefined, aPod({ ...requested, status: 'running' }))
    for (const wait of [1, 2, 3]) {
      fleet.changePod(undefined, aPod({ ...requested, status: 'scheduled', scheduledAt: `2026-01-01T00:00:0${wait}.000Z` }))
    }
    fleet.flush()
    clock.advance(1_000)
    expect(recorder.count).toBe(2)
    expect([recorder.series('good'), recorder.series('busy'), recorder.series('cpu')]).toEqual([
      [0, 1],
      [0, 3],
      [0, 100],
    ])
    expect([recorder.series('p50'), recorder.series('p95')]).toEqual([
      [Number.NaN, 2_000],
      [Number.NaN, 3_000],
    ])
  })

  test('counts restarts a second, and none for pods that are forgotten', () => {
    const { clock, fleet, recorder } = begin()
    const pod = aPod({ nodeId: node.id, restarts: 4 })
    fleet.changePod(undefined, pod)
    fleet.flush()
    clock.advance(1_000)
    const again = { ...pod, restarts: 6 }
    fleet.changePod(pod, again)
    fleet.flush()
    clock.advance(1_000)
    fleet.changePod(again, undefined)
    fleet.flush()
    clock.advance(1_000)
    expect(recorder.series('restarts')).toEqual([0, 2, 0])
  })

  test('keeps ten minutes and no more, and of a node five, and nothing of one that is gone', () => {
    const clock = new VirtualClock()
    let nodes = [node]
    const recorder = new Recorder(new Fleet(), { nodes: () => nodes, clock })
    clock.advance(700_000)
    expect([recorder.times().length, recorder.series('cpu').length, recorder.pressures(node.id).length]).toEqual([600, 600, 60])
    nodes = []
    clock.advance(5_000)
    expect(recorder.pressures(node.id)).toEqual([])
    recorder.close()
    clock.advance(5_000)
    expect(recorder.count).toBe(705)
  })
})

test('a chart is said in words, and in minutes', () => {
  const lines = [
    { name: 'running', tone: 'good' as const, values: [8, 14, 12] },
    { name: 'waited', tone: 'busy' as const, values: [Number.NaN, 3, Number.NaN] },
    { name: 'nothing', tone: 'bad' as const, values: [Number.NaN] },
  ]
  expect(summaryOf(lines, 'ms')).toBe('running 12 ms (8 to 14 ms), waited 3 ms, nothing -')
  expect(minutesOf([0, 30, 59, 60, 61, 180])).toEqual([5, 4, 2])
})
