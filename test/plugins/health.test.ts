/** What a node's silence, goodbye and return lead to. */
import { describe, expect, test } from 'vitest'
import type { LiveSession } from '../../kernel/index.ts'
import { admin, nodeOf } from '../support/calls.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'

async function withRunningPod() {
  const cluster = await startCluster()
  const node = await cluster.join()
  const placed = await cluster.run()
  await cluster.report(placed, { status: 'running' })
  return { ...cluster, node, placed, ...eyes(cluster, node.id) }
}

const eyes = ({ kernel }: Cluster, nodeId: string) => ({
  seen: () => kernel.state.get('nodes', nodeId),
  taints: () => kernel.state.get('nodes', nodeId)?.taints.map(({ key }) => key),
})

const beat = (cluster: Cluster, id: string) => cluster.call('nodes.heartbeat', { id }, { who: nodeOf(id) })

describe('a node that is silent', () => {
  test('for less than the timeout keeps everything', async () => {
    const { pass, seen, pod, placed } = await withRunningPod()
    await pass(29_000)
    expect([seen()?.status, pod(placed.id)?.status]).toEqual(['online', 'running'])
  })

  test('for 30 s is unhealthy and tainted, its pods are unknown, and nothing new goes there', async () => {
    const { pass, seen, taints, pod, placed, run } = await withRunningPod()
    await pass(31_000)
    expect([seen()?.status, taints(), pod(placed.id)?.status]).toEqual(['unhealthy', ['stark/unreachable'], 'unknown'])
    expect(await run()).toMatchObject({ status: 'pending', statusMessage: '0/1 nodes fit: 1 are unhealthy' })
  })

  test('and speaks again loses the taint, and what it reports counts', async () => {
    const cluster = await withRunningPod()
    const { pass, seen, taints, pod, placed, report, node } = cluster
    await pass(31_000)
    await beat(cluster, node.id)
    await pass(1_000)
    expect([seen()?.status, taints()]).toEqual(['online', []])
    await report(placed, { status: 'running' })
    expect(pod(placed.id)?.status).toBe('running')
  })

  test('is judged from when this control plane began to lead', async () => {
    const { kernel, store } = await withRunningPod()
    await kernel.stop()
    const again = await startCluster({ store })
    await again.pass(29_000)
    expect([...again.kernel.state.all('nodes')].map(({ status }) => status)).toEqual(['online'])
    await again.pass(2_000)
    expect([...again.kernel.state.all('nodes')].map(({ status }) => status)).toEqual(['unhealthy'])
  })
})

describe('a node that says goodbye', () => {
  test('and stays away loses its pods after 10 s', async () => {
    const { call, node, pass, pod, placed } = await withRunningPod()
    await call('nodes.goodbye', { id: node.id }, { who: nodeOf(node.id) })
    await pass(9_000)
    expect(pod(placed.id)?.status).toBe('running')
    await pass(2_000)
    expect(pod(placed.id)).toMatchObject({ status: 'evicted', reason: 'NodeLost' })
  })

  test('and is back within 10 s loses nothing', async () => {
    const cluster = await withRunningPod()
    await cluster.call('nodes.goodbye', { id: cluster.node.id }, { who: nodeOf(cluster.node.id) })
    await cluster.pass(5_000)
    await beat(cluster, cluster.node.id)
    await cluster.pass(10_000)
    expect(cluster.pod(cluster.placed.id)?.status).toBe('running')
  })
})

describe('a connection', () => {
  const session = (id: string) => {
    const listeners: (() => void)[] = []
    const told: string[] = []
    const live: LiveSession = {
      id,
      onClose: (listener) => void listeners.push(listener),
      close: (why) => void told.push(why),
      notify: () => undefined,
    }
    return { live, told, drop: () => listeners.forEach((listener) => listener()) }
  }
  const facts = {
    id: 'b0000000-0000-4000-8000-0000000000aa',
    name: 'n',
    runtimeType: 'node',
    capabilities: {},
    allocatable: { cpu: 1, memory: 1, storage: 1, pods: 1 },
    isNew: true,
  }

  test('that breaks makes its node offline and no more', async () => {
    const { call, kernel, settle } = await startCluster()
    const { live, drop } = session('s1')
    await call('nodes.register', facts, { who: admin, session: live })
    drop()
    await settle()
    expect(kernel.state.get('nodes', facts.id)).toMatchObject({ status: 'offline', taints: [] })
  })

  test('that claims a node which has one wins, and the older one is told', async () => {
    const { call, kernel, settle } = await startCluster()
    const older = session('s1')
    const newer = session('s2')
    await call('nodes.register', facts, { who: admin, session: older.live })
    await call('nodes.register', { ...facts, isNew: false }, { who: nodeOf(facts.id), session: newer.live })
    expect(older.told).toEqual(['replaced'])
    older.drop()
    await settle()
    expect(kernel.state.get('nodes', facts.id)?.status).toBe('online')
  })

  test('with a join token cannot take over a node that has joined', async () => {
    const { call } = await startCluster()
    await call('nodes.register', facts, { who: admin })
    await expect(
      call('nodes.register', facts, { who: { ...admin, credentialId: 'c0000000-0000-4000-8000-000000000003' } }),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })
})
