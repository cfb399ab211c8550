/**
 * What the kernel keeps between two decisions, one fault at a time, where histories seldom lead: what a plugin read when it was first
 * asked about pods of one kind, how a node stood before it changed, and who makes room for whom.
 */
import { describe, expect, test } from 'vitest'
import type { ClusterConfig, Node } from '../../kernel/schema/index.ts'
import { aNode, aPod, type PodFields } from '../support/builders.ts'
import * as random from './arbitraries/index.ts'
import { calm } from './history.ts'
import { startWorld, type World } from './world.ts'

async function withNodes(...nodes: Partial<Node>[]): Promise<World> {
  const world = await startWorld()
  await world.write((transaction) => {
    for (const namespace of random.namespacesOf([])) transaction.create('namespaces', namespace)
    nodes.forEach((fields, index) => transaction.create('nodes', aNode({ name: `n${index}`, labels: { zone: `z${index}` }, ...fields })))
  })
  return world
}

const configure = (world: World, settings: Partial<ClusterConfig>): Promise<void> =>
  world.write((transaction) => {
    for (const { id } of transaction.state.all('clusterConfigs')) transaction.update('clusterConfigs', id, settings)
  })

/** A pod that is placed where it is told. */
const put = (world: World, node: string, fields: PodFields): Promise<void> =>
  world.write((transaction) => {
    const nodeId = transaction.state.find('nodes', 'name', node)?.id ?? null
    transaction.create('pods', aPod({ status: 'running', nodeId, ...fields }))
  })

const relabel = (world: World, name: string, labels: Record<string, string>): Promise<void> =>
  world.write((transaction) => {
    transaction.update('namespaces', transaction.state.find('namespaces', 'name', name)?.id ?? '', { labels })
  })

describe('a change takes effect for pods that were judged before', () => {
  test('of a namespace’s labels', async () => {
    const world = await withNodes({}, {})
    await put(world, 'n0', { namespace: 'blue' })
    const term = { topologyKey: 'zone', labelSelector: {}, namespaceSelector: { matchLabels: { team: 'x' } } }
    const shy = aPod({ scheduling: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } })
    expect(world.kernel.scheduler.judge(shy).best?.name).toBe('n1')
    await relabel(world, 'blue', { team: 'x' })
    await put(world, 'n1', { resources: { requests: { cpu: 3000 } } })
    expect(world.kernel.scheduler.judge(shy).feasible.map(({ name }) => name)).toEqual(['n1'])
    await relabel(world, 'blue', {})
    expect(world.kernel.scheduler.judge(shy).feasible).toHaveLength(2)
  })

  test('of the scheduling policy', async () => {
    const world = await withNodes({}, {})
    await put(world, 'n1', { resources: { requests: { cpu: 1000, memory: 1000 } } })
    const pod = aPod({ resources: { requests: { cpu: 100, memory: 100 } } })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n0')
    await configure(world, { schedulingPolicy: 'binpack' })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
  })

  test('of the number of pods that a node may have', async () => {
    const world = await withNodes({})
    await put(world, 'n0', {})
    expect(world.kernel.scheduler.judge(aPod()).best?.name).toBe('n0')
    await configure(world, { maxPodsPerNode: 1 })
    expect(world.kernel.scheduler.judge(aPod()).best).toBeUndefined()
  })

  test('of whether preemption is enabled, also for a pod that waits already', async () => {
    const world = await withNodes({}, {})
    await configure(world, { enablePreemption: false })
    await put(world, 'n0', { name: 'victim', labels: { app: 'web' } })
    await put(world, 'n1', { labels: { app: 'web' }, priority: 9 })
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }
    const scheduling = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
    await world.write((transaction) => transaction.create('pods', aPod({ scheduling, priority: 5 })))
    await calm(world)
    const victim = () => world.kernel.state.find('pods', 'name', 'default/victim')?.status
    expect(victim()).toBe('running')
    await configure(world, { enablePreemption: true })
    await calm(world)
    expect(victim()).toBe('stopping')
  })

  test('of a node’s taints, made while the node was full', async () => {
    const world = await withNodes({}, {})
    const pod = aPod({ resources: { requests: { cpu: 1000 } } })
    await put(world, 'n0', { name: 'big', resources: { requests: { cpu: 4000 } } })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
    await world.write((transaction) => {
      const id = transaction.state.find('nodes', 'name', 'n0')?.id ?? ''
      transaction.update('nodes', id, { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] })
    })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
    await world.write((transaction) => transaction.delete('pods', transaction.state.find('pods', 'name', 'default/big')?.id ?? ''))
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
  })

  test('of what a node really uses', async () => {
    const world = await withNodes({}, {})
    const [first] = world.cluster().nodes
    const pod = aPod({ scheduling: { schedulingPolicy: 'least_loaded' } })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n0')
    await world.report(first?.id ?? '', { cpu: 3000, memory: 3000 })
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
  })

  test('of a node whose place was taken by one of another name', async () => {
    const world = await withNodes({ labels: {} }, { labels: {} })
    const pod = aPod()
    // The first look is a glance; the second is kept.
    expect([1, 2].map(() => world.kernel.scheduler.judge(pod).best?.name)).toEqual(['n0', 'n0'])
    await world.write((transaction) => transaction.delete('nodes', transaction.state.find('nodes', 'name', 'n0')?.id ?? ''))
    await world.write((transaction) => transaction.create('nodes', aNode({ name: 'z' })))
    expect(world.kernel.scheduler.judge(pod).best?.name).toBe('n1')
  })
})

test('a pod waits no longer for pods whose node is gone', async () => {
  const zone = { labels: { zone: 'a' } }
  const world = await withNodes(zone, zone)
  const term = { topologyKey: 'zone', labelSelector: {} }
  await put(world, 'n0', { scheduling: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } })
  await world.write((transaction) => transaction.create('pods', aPod({ name: 'newcomer' })))
  await calm(world)
  const newcomer = () => world.kernel.state.find('pods', 'name', 'default/newcomer')?.status
  expect(newcomer()).toBe('pending')
  await world.write((transaction) => transaction.delete('nodes', transaction.state.find('nodes', 'name', 'n0')?.id ?? ''))
  await calm(world)
  expect(newcomer()).toBe('scheduled')
})

test('pods that differ only in the node that they name are told apart', async () => {
  const world = await withNodes({}, {})
  const named = (nodeName: string) => world.kernel.scheduler.judge(aPod({ nodeName })).best?.name
  expect([named('n1'), named('n0'), named('n1')]).toEqual(['n1', 'n0', 'n1'])
})

describe('room that is being made for a pod', () => {
  const full: Partial<Node> = { allocatable: { cpu: 500, memory: 1000, storage: 0, pods: 110 } }
  const whole: PodFields = { resources: { requests: { cpu: 500 } } }
  const statusOf = ({ kernel: { state } }: World, name: string) => state.find('pods', 'name', `default/${name}`)?.status

  /** Two full nodes, and a pod that makes room on the first. */
  async function preempting(): Promise<World> {
    const world = await withNodes(full, full)
    await put(world, 'n0', { ...whole, name: 'victim' })
    await put(world, 'n1', { ...whole, name: 'other', priority: 1 })
    world.store.isHeld = true
    const created = world.write((transaction) => transaction.create('pods', aPod({ ...whole, priority: 5 })))
    world.store.release()
    await created
    await world.settle()
    expect([statusOf(world, 'victim'), statusOf(world, 'other')]).toEqual(['stopping', 'running'])
    return world
  }

  test('is made anew when the store refused the eviction', async () => {
    const world = await preempting()
    world.store.fail(new Error('the store refuses'))
    world.store.isHeld = false
    await world.settle()
    expect(statusOf(world, 'victim')).toBe('running')
    await calm(world)
    expect([statusOf(world, 'victim'), statusOf(world, 'other')]).toEqual(['stopping', 'running'])
  })

  test('is made by a pod that only stops to be started again', async () => {
    const world = await withNodes(full)
    await put(world, 'n0', { ...whole, name: 'victim', status: 'stopping', reason: 'Restarted' })
    await world.write((transaction) => transaction.create('pods', aPod({ ...whole, priority: 5 })))
    await calm(world)
    expect(world.kernel.state.find('pods', 'name', 'default/victim')).toMatchObject({ reason: 'Preempted' })
  })

  test('is waited for after a restart, and nobody else has to go', async () => {
    const { store, kernel } = await preempting()
    store.release()
    store.isHeld = false
    await kernel.stop()
    const world = await startWorld({ store })
    await calm(world)
    expect([statusOf(world, 'victim'), statusOf(world, 'other')]).toEqual(['stopping', 'running'])
  })
})
