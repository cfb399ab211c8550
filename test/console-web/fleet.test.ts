/** What the console counts as it goes is what it would count from the beginning. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fleet, type FleetChanges } from '../../console/web/fleet.ts'
import type { Pod, PodStatus } from '../../kernel/schema/pod.ts'
import { aNode, aPod } from '../support/builders.ts'

const on = (nodeId: string | null, fields: Partial<Pod> = {}): Pod =>
  aPod({ nodeId, status: nodeId === null ? 'pending' : 'running', ...fields })

describe('the pods of a node', () => {
  test('keep their slots while others leave, and whoever comes takes the lowest empty one', () => {
    const fleet = new Fleet()
    const [a, b, c, d] = [on('n'), on('n'), on('n'), on('n')]
    for (const pod of [a, b, c]) fleet.changePod(undefined, pod)
    fleet.changePod(a, undefined)
    expect(fleet.holdingOf('n').slots).toEqual([undefined, b, c])
    fleet.changePod(undefined, d)
    expect(fleet.holdingOf('n').slots).toEqual([d, b, c])
  })

  test('leave when they end, and count as waiting only without a node', () => {
    const fleet = new Fleet()
    const waiting = on(null)
    const placed = { ...waiting, nodeId: 'n', status: 'scheduled' as const }
    fleet.changePod(undefined, waiting)
    expect([...fleet.waiting.values()]).toEqual([waiting])
    fleet.changePod(waiting, placed)
    expect([fleet.waiting.size, fleet.holdingOf('n').load.pods]).toEqual([0, 1])
    fleet.changePod(placed, { ...placed, status: 'succeeded' })
    expect(fleet.holdingOf('n')).toEqual({ slots: [], load: { pods: 0, cpu: 0, memory: 0 } })
  })
})

test('a flush tells once which nodes are not as they were, and who came to them and left them', () => {
  const fleet = new Fleet()
  const told: FleetChanges[] = []
  const end = fleet.onChanges((changes) => told.push(changes))
  const pod = on('from')
  fleet.changePod(undefined, pod)
  fleet.flush()
  fleet.changePod(pod, { ...pod, nodeId: 'to' })
  fleet.changeNode(undefined, aNode({ id: 'other' }))
  fleet.flush()
  fleet.flush()
  end()
  fleet.flush()
  expect(told).toHaveLength(2)
  expect([...(told[1]?.nodes ?? [])].sort()).toEqual(['from', 'other', 'to'])
  expect(told[1]?.left).toEqual([{ pod, nodeId: 'from', slot: 0 }])
  expect(told[1]?.came.map(({ nodeId, slot }) => ({ nodeId, slot }))).toEqual([{ nodeId: 'to', slot: 0 }])
})

test('after any changes, holdings and counts are those of the pods that there are', () => {
  const statuses: readonly PodStatus[] = ['pending', 'running', 'stopping', 'succeeded', 'unknown']
  const change = fc.record({
    id: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
    isGone: fc.boolean(),
    nodeId: fc.constantFrom('n1', 'n2', null),
    status: fc.constantFrom(...statuses),
    cpu: fc.nat(100),
    restarts: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const fleet = new Fleet()
      const pods = new Map<string, Pod>()
      for (const { id, isGone, cpu, ...fields } of changes) {
        const before = pods.get(id)
        const after = isGone ? undefined : aPod({ id, ...fields, resources: { requests: { cpu } } })
        if (after) pods.set(id, after)
        else pods.delete(id)
        fleet.changePod(before, after)
      }
      fleet.flush()
      const held = [...pods.values()].filter(({ nodeId, status }) => nodeId !== null && status !== 'succeeded')
      const cpuOf = (each: readonly Pod[]) => each.reduce((sum, { resources }) => sum + (resources.requests.cpu ?? 0), 0)
      for (const node of ['n1', 'n2']) {
        const here = held.filter(({ nodeId }) => nodeId === node)
        const { slots, load } = fleet.holdingOf(node)
        expect(new Set(slots.filter((each) => each !== undefined))).toEqual(new Set(here))
        expect([load.pods, load.cpu]).toEqual([here.length, cpuOf(here)])
      }
      expect([fleet.counts.held.pods, fleet.counts.held.cpu]).toEqual([held.length, cpuOf(held)])
      expect(fleet.counts.restarts).toBe([...pods.values()].reduce((sum, { restarts }) => sum + restarts, 0))
      expect(new Set(fleet.waiting.keys())).toEqual(
        new Set([...pods.values()].filter(({ nodeId, status }) => nodeId === null && status === 'pending').map(({ id }) => id)),
      )
    }),
  )
})
