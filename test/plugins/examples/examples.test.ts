/** The plugins that are shown as examples do what they say. */
import { describe, expect, test } from 'vitest'
import { aNode, aPod, explain, type Situation } from '../../../plugins/drop-ins/testing/index.ts'
import costAware from '../../../plugins/examples/cost-aware.ts'
import dataLocality from '../../../plugins/examples/data-locality.ts'
import workingHours from '../../../plugins/examples/working-hours.ts'
import { startCluster } from '../../support/cluster.ts'

describe('cost-aware placement', () => {
  const costing = (name: string, cost: string | undefined) =>
    aNode({ name, labels: cost === undefined ? {} : { 'stark/cost-per-hour': cost } })
  const nodes = [costing('cheap', '0.10'), costing('middle', '0.55'), costing('dear', '1.00'), costing('unknown', undefined)]
  const points = (pod = aPod()) => {
    const { scores } = explain([costAware], nodes, pod)
    return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score['cost-aware']]))
  }

  test('prefers cheaper nodes, and what is not known least', () => {
    expect(points()).toEqual({ cheap: 100, middle: 50, dear: 1, unknown: 0 })
    expect(explain([costAware], nodes, aPod()).chosen).toBe('cheap')
  })

  test('keeps a pod with a limit off nodes that cost more, and off those whose cost nobody knows', () => {
    const thrifty = aPod({ labels: { 'stark/max-cost-per-hour': '0.55' } })
    expect(explain([costAware], nodes, thrifty).refused).toEqual({
      dear: { 'cost-aware': 'cost too much: 1.00 an hour, and the pod pays 0.55' },
      unknown: { 'cost-aware': 'cost too much: nobody knows how much, and the pod pays 0.55' },
    })
    expect(points(thrifty)).toEqual({ cheap: 100, middle: 1 })
  })

  test.each([['free'], [''], ['-1'], ['Infinity']])('takes a label "%s" for a cost that is not known', (cost) => {
    expect(explain([costAware], [costing('a', cost), costing('b', '2')], aPod()).scores).toEqual({
      a: { 'cost-aware': 0 },
      b: { 'cost-aware': 100 },
    })
  })

  test('refuses a limit that is no number, instead of ignoring it', () => {
    const { refused } = explain([costAware], nodes, aPod({ labels: { 'stark/max-cost-per-hour': 'little' } }))
    expect(Object.keys(refused)).toHaveLength(4)
  })
})

describe('data locality', () => {
  const holding = (name: string, ...sets: string[]) =>
    aNode({ name, labels: Object.fromEntries(sets.map((set) => [`data.stark/${set}`, ''])) })
  const nodes = [holding('both', 'orders', 'clicks'), holding('orders', 'orders'), holding('clicks', 'clicks'), holding('none')]

  test('gives each node the part of the data that it holds, by amount', () => {
    const { scores, chosen } = explain(
      [dataLocality],
      nodes,
      aPod({ labels: { 'data.stark/orders': '150', 'data.stark/clicks': '50', app: 'web' } }),
    )
    expect(scores).toEqual({
      both: { 'data-locality': 100 },
      orders: { 'data-locality': 75 },
      clicks: { 'data-locality': 25 },
      none: { 'data-locality': 0 },
    })
    expect(chosen).toBe('both')
  })

  test('counts an amount that is none as one', () => {
    const { scores } = explain([dataLocality], nodes, aPod({ labels: { 'data.stark/orders': '', 'data.stark/clicks': 'many' } }))
    expect(scores['orders']).toEqual({ 'data-locality': 50 })
  })

  test('has nothing to say of pods without data', () => {
    expect(explain([dataLocality], nodes, aPod()).scores).toEqual({ both: {}, orders: {}, clicks: {}, none: {} })
    expect(explain([dataLocality], nodes, aPod({ labels: { 'data.stark/orders': '0' } })).scores['orders']).toEqual({})
  })
})

describe('working hours', () => {
  const working = (hours: string) => aNode({ name: 'n1', annotations: { 'stark/working-hours': hours } })
  const reason = (hours: string, situation: Situation) =>
    explain([workingHours], [working(hours)], aPod(), situation).refused['n1']?.['working-hours']
  const isOpen = (hours: string, now: string) => reason(hours, { now }) === undefined

  // 2026-06-01 is a Monday; Berlin is at UTC+2 then, New York at UTC-4.
  test.each([
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-06-01T05:59:59Z', false],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-06-01T06:00:00Z', true],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-06-01T15:59:59Z', true],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-06-01T16:00:00Z', false],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-06-06T10:00:00Z', false],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-01-05T07:00:00Z', true],
    ['Mon-Fri 08:00-18:00 Europe/Berlin', '2026-01-05T06:30:00Z', false],
    ['Mon-Fri 18:00-06:00, Sat-Sun 00:00-24:00 America/New_York', '2026-06-02T03:00:00Z', true],
    ['Mon-Fri 18:00-06:00, Sat-Sun 00:00-24:00 America/New_York', '2026-06-02T14:00:00Z', false],
    ['Mon-Fri 18:00-06:00, Sat-Sun 00:00-24:00 America/New_York', '2026-06-06T12:00:00Z', true],
    ['Sun 22:00-06:00 UTC', '2026-06-01T05:00:00Z', true],
    ['Sun 22:00-06:00 UTC', '2026-06-01T06:00:00Z', false],
    ['Sat-Mon 09:00-10:00 UTC', '2026-06-01T09:30:00Z', true],
    ['Sat-Mon 09:00-10:00 UTC', '2026-06-02T09:30:00Z', false],
  ])('%s at %s: %s', (hours, now, expected) => {
    expect(isOpen(hours, now)).toBe(expected)
  })

  test('say in words when a node is not at work', () => {
    expect(reason('Mon-Fri 08:00-18:00 Europe/Berlin', { now: '2026-06-06T10:00:00Z' })).toBe(
      'are not at work: their hours are Mon-Fri 08:00-18:00 Europe/Berlin',
    )
  })

  test.each([
    ['whenever'],
    ['Mon-Fri 8-18 Europe/Berlin'],
    ['Mon-Fri 08:00-25:00 UTC'],
    ['Mon-Foo 08:00-18:00 UTC'],
    ['Mon 08:00-18:00 Mars/Olympus'],
    ['Mon 08:61-09:00 UTC'],
    [''],
  ])('that cannot be read ("%s") close the node, and say so', (hours) => {
    expect(reason(hours, {})).toContain('have working hours that cannot be read')
  })

  test('are nothing to nodes without them, and to pods that have to run', () => {
    const now = '2026-06-06T10:00:00Z'
    expect(explain([workingHours], [aNode({ name: 'n2' })], aPod(), { now }).refused).toEqual({})
    expect(
      explain([workingHours], [working('Mon 08:00-09:00 UTC')], aPod({ labels: { 'stark/working-hours': 'ignore' } }), { now }).refused,
    ).toEqual({})
  })

  test('place a waiting pod when they begin, and leave alone what runs when they end', async () => {
    // The cluster begins on Thursday, 2026-01-01 at 00:00 UTC.
    const { kernel, join, run, pass, pod, call } = await startCluster({ plugins: [workingHours()] })
    await call('cluster.update', { heartbeatTimeoutMs: 3_600_000 })
    const node = await join()
    await call('nodes.update', { id: node.id, annotations: { 'stark/working-hours': 'Thu 00:10-00:20 UTC' } })
    const early = await run()
    expect(early).toMatchObject({ status: 'pending', statusMessage: expect.stringContaining('are not at work') as unknown })
    await pass(9 * 60_000)
    expect(pod(early.id)?.status).toBe('pending')
    await pass(90_000)
    expect(pod(early.id)?.status).toBe('scheduled')
    await pass(10 * 60_000)
    expect(pod(early.id)?.status).toBe('scheduled')
    expect((await run()).status).toBe('pending')
    await kernel.stop()
  })
})
