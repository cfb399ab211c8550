/** What the map is grouped by, when it is laid out anew, and what is found and coloured on it. */
import { describe, expect, test } from 'vitest'
import { Fleet } from '../../../console/web/fleet.ts'
import { colouringOf } from '../../../console/web/map/colouring.ts'
import { Flights } from '../../../console/web/map/flights.ts'
import { grouped } from '../../../console/web/map/grouping.ts'
import { MapModel } from '../../../console/web/map/map-model.ts'
import type { Palette } from '../../../console/web/map/palette.ts'
import { finderOf } from '../../../console/web/map/search.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { aNode, aPod, type PodFields } from '../../support/builders.ts'

const small = aNode({ name: 'small', labels: { zone: 'b' }, allocatable: { cpu: 100, memory: 100, pods: 10 } })
const large = aNode({ name: 'large-10', labels: { zone: 'a' }, runtimeType: 'browser' })
const other = aNode({ name: 'large-9', unschedulable: true })

function a(nodes: readonly Node[], pods: readonly Pod[]) {
  const fleet = new Fleet()
  const known = new Map(nodes.map((node) => [node.id, node]))
  const model = new MapModel({ nodes: known, holdingOf: (id) => fleet.holdingOf(id) })
  fleet.onChanges((changes) => model.change(changes))
  for (const node of nodes) fleet.changeNode(undefined, node)
  for (const pod of pods) fleet.changePod(undefined, pod)
  fleet.flush()
  return { fleet, known, model }
}
const running = (node: Node, fields: PodFields = {}): Pod => aPod({ nodeId: node.id, status: 'running', ...fields })

describe('nodes are grouped', () => {
  const { fleet } = a(
    [small, large, other],
    [running(small, { resources: { requests: { cpu: 95 } } }), running(large, { namespace: 'x' }), running(large, { namespace: 'y' })],
  )
  test.each([
    ['', { 'All nodes': 3 }],
    ['zone', { a: 1, b: 1, 'without zone': 1 }],
    ['runtime', { browser: 1, node: 2 }],
    ['status', { online: 2, 'online, cordoned': 1 }],
    ['load', { '90 % and more': 1, 'below 25 %': 2 }],
    ['namespace', { default: 1, 'no pods': 1, x: 1, y: 1 }],
    ['label:disk', { 'without disk': 3 }],
  ])('by "%s"', (by, counts) => {
    const groups = grouped([small, large, other], by, (id) => fleet.holdingOf(id))
    expect(groups.map(({ name, nodeIds }) => [name, nodeIds.length])).toEqual(Object.entries(counts))
  })
})

describe('the map', () => {
  const size = { width: 800, height: 600 }

  test('has its nodes in the order in which people count', () => {
    const { model } = a([large, other, small], [])
    model.arrange('', size)
    expect(model.settle(0)).toBe(true)
    expect(model.layout.cells.map(({ nodeId }) => nodeId)).toEqual([other.id, large.id, small.id])
  })

  test('draws only the cell of a node on which something changes, and is laid out anew when a node comes', () => {
    const { model, fleet, known } = a([large, small], [running(small)])
    model.arrange('', size)
    model.settle(0)
    model.takeDirty()
    fleet.changePod(undefined, running(large))
    fleet.flush()
    expect(model.settle(1)).toBe(false)
    expect(model.takeDirty().map(({ nodeId }) => nodeId)).toEqual([large.id])
    known.set(other.id, other)
    fleet.changeNode(undefined, other)
    fleet.flush()
    expect(model.settle(2)).toBe(true)
    expect(model.layout.cells).toHaveLength(3)
  })

  test('makes room when a node has more pods than there are squares', () => {
    const { model, fleet } = a([small], [running(small)])
    model.arrange('', size)
    model.settle(0)
    for (let index = 0; index <= model.layout.grid.capacity; index += 1) fleet.changePod(undefined, running(small))
    fleet.flush()
    expect(model.settle(1)).toBe(true)
    expect(model.layout.grid.capacity).toBeGreaterThanOrEqual(fleet.holdingOf(small.id).slots.length)
  })

  test('moves nodes to other loads at most once a second, and at once by what is steady', () => {
    const { model, fleet, known } = a([small], [])
    model.arrange('load', size)
    model.settle(0)
    fleet.changePod(undefined, running(small, { resources: { requests: { cpu: 95 } } }))
    fleet.flush()
    expect([model.settle(500), model.isUnsettled, model.settle(1_000), model.isUnsettled]).toEqual([false, true, true, false])
    model.arrange('zone', size)
    model.settle(1_001)
    const moved = { ...small, labels: { zone: 'c' } }
    known.set(moved.id, moved)
    fleet.changeNode(small, moved)
    fleet.flush()
    expect(model.settle(1_002)).toBe(true)
  })
})

describe('a pod that comes to a node', () => {
  const stay = (pod: Pod, nodeId: string) => ({ pod, nodeId, slot: 0 })

  test('flies from where it was, or from where the one was that it replaces', () => {
    const flights = new Flights()
    const [pod, old, fresh] = [aPod(), aPod({ deploymentId: 'd' }), aPod({ deploymentId: 'd' })]
    const changes = { nodes: new Set<string>() }
    flights.add({ ...changes, left: [stay(pod, 'a')], came: [stay(pod, 'b')] }, 0)
    flights.add({ ...changes, left: [stay(old, 'c')], came: [] }, 10)
    flights.add({ ...changes, left: [], came: [stay(fresh, 'd')] }, 300)
    expect(flights.underway(310).map(({ from, to }) => [from?.nodeId, to.nodeId])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(flights.underway(720).map(({ to }) => to.nodeId)).toEqual(['d'])
  })

  test('comes from nowhere when nothing like it left lately', () => {
    const flights = new Flights()
    const old = aPod({ deploymentId: 'd' })
    flights.add({ nodes: new Set(), left: [stay(old, 'c')], came: [] }, 0)
    flights.add({ nodes: new Set(), left: [], came: [stay(aPod({ deploymentId: 'd' }), 'd'), stay(aPod(), 'e')] }, 30_000)
    expect(flights.underway(30_001).map(({ from }) => from)).toEqual([undefined, undefined])
  })
})

test.each([
  ['web', true],
  ['a-node', true],
  ['tier=front', true],
  ['shop web', true],
  ['zone=a', true],
  ['pack@1', true],
  ['web nothing', false],
])('a search for "%s" finds by name, pack, namespace and labels: %s', (text, isFound) => {
  const node = aNode({ name: 'a-node', labels: { zone: 'a' } })
  const pod = aPod({ name: 'web-1', namespace: 'shop', labels: { tier: 'front' } })
  expect(finderOf(text)(node, pod)).toBe(isFound)
})

const palette: Palette = {
  ground: '#ffffff',
  surface: '#ffffff',
  raised: '#eeeeee',
  text: '#000000',
  muted: '#666666',
  line: '#cccccc',
  accent: '#0000ff',
  tones: { good: 'good', busy: 'busy', bad: 'bad', still: 'still' },
  scale: ['0', '1', '2', '3', '4', '5'],
  categories: ['A', 'B'],
}

test('colours say status, age, version or pressure, each with a key', () => {
  const now = Date.parse('2026-01-01T00:30:00Z')
  const colour = (by: string, pod: Pod, cpu = 0) => colouringOf(by, palette, () => now).pod(pod, small, { pods: 1, cpu, memory: 0 })
  expect([colour('', aPod({ status: 'running' })), colour('', aPod({ status: 'unknown' }))]).toEqual(['good', 'bad'])
  expect([colour('age', aPod({ createdAt: '2026-01-01T00:29:59Z' })), colour('age', aPod())]).toEqual(['5', '3'])
  expect([10, 30, 60, 80, 95].map((cpu) => colour('pressure', aPod(), cpu))).toEqual(['0', '2', '4', 'busy', 'bad'])
  const versions = colouringOf('version', palette, () => now)
  const of = (packVersion: string) => versions.pod(aPod({ packVersion }), small, { pods: 1, cpu: 0, memory: 0 })
  expect([of('1.0.0'), of('2.0.0'), of('3.0.0'), of('1.0.0')]).toEqual(['A', 'B', 'still', 'A'])
  expect(versions.key().map(({ text }) => text)).toEqual(['pack@1.0.0', 'pack@2.0.0', 'others'])
})
