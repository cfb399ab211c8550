/** Events and what is forgotten: told with the change that they tell of, counted, filtered, and gone after a while, as are ended pods. */
import { describe, expect, test } from 'vitest'
import type { ClusterEvent, Plugin } from '../../kernel/index.ts'
import { events } from '../../plugins/events/index.ts'
import { gc } from '../../plugins/gc.ts'
import type { DropIns } from '../../plugins/services.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'

type Listener = Parameters<DropIns['onIncident']>[0]

/** A room for plugins from outside that says what the test lets it say. */
function outside(): { plugin: Plugin; say: Listener } {
  const listeners: Listener[] = []
  const service: DropIns = { list: () => [], onIncident: (listener) => void listeners.push(listener) }
  return {
    plugin: { name: 'drop-ins', apply: ({ provide }) => provide('dropIns', service) },
    say: (incident) => listeners.forEach((listener) => listener(incident)),
  }
}

async function start(): Promise<Cluster & { say: Listener }> {
  const { plugin, say } = outside()
  return { ...(await startCluster({ plugins: [plugin, events(), gc()] })), say }
}
const list = async (cluster: Cluster, query: object = {}): Promise<ClusterEvent[]> =>
  (await cluster.call<{ items: ClusterEvent[] }>('events.list', query)).items
const reasons = (items: readonly ClusterEvent[]): string[] => items.map(({ reason }) => reason)

describe('an event', () => {
  test('tells what happened to a pod, counts what happens again, and names the request', async () => {
    const cluster = await start()
    await cluster.join()
    const { id } = await cluster.run()
    for (let crashes = 0; crashes < 2; crashes += 1) {
      const pod = cluster.pod(id)
      if (!pod) throw new Error('the pod is gone')
      await cluster.report(pod, { status: 'running' })
      await cluster.report(pod, { status: 'failed', message: 'Error: boom' })
      await cluster.pass(10_000)
    }
    const [crash] = (await list(cluster, { object: id })).filter(({ reason }) => reason === 'CrashLoopBackOff')
    expect(crash).toMatchObject({
      type: 'Warning',
      count: 2,
      objectKind: 'pods',
      correlationId: 'test',
      message: expect.stringContaining('boom'),
    })
    expect(Date.parse(crash?.lastAt ?? '') - Date.parse(crash?.firstAt ?? '')).toBe(10_000)
  })

  test('is found by object, kind, type and time', async () => {
    const cluster = await start()
    const node = await cluster.join()
    const waiting = await cluster.run({ resources: { requests: { cpu: 99_999 } } })
    await cluster.pass(5_000)
    const since = new Date(cluster.clock.now()).toISOString()
    cluster.say({ plugin: 'canaries', file: 'canaries.ts', what: 'quarantined', reason: 'five faults within a minute' })
    await cluster.settle()
    expect(reasons(await list(cluster, { object: node.name }))).toEqual(['Joined'])
    expect(reasons(await list(cluster, { kind: 'pods' }))).toEqual(['Unschedulable'])
    expect((await list(cluster, { object: waiting.name }))[0]).toMatchObject({ objectId: waiting.id, namespace: 'default' })
    expect(new Set(reasons(await list(cluster, { type: 'Normal' })))).toEqual(new Set(['Published', 'Joined']))
    expect(await list(cluster, { since })).toMatchObject([
      { objectKind: 'plugins', reason: 'PluginQuarantined', message: 'five faults within a minute' },
    ])
    expect(reasons(await list(cluster, { until: node.createdAt }))).not.toContain('PluginQuarantined')
  })

  test('is not made of the usual steps of a pod', async () => {
    const cluster = await start()
    await cluster.join()
    const pod = await cluster.run()
    await cluster.report(pod, { status: 'starting' })
    await cluster.report(pod, { status: 'running', ready: true })
    expect(await list(cluster, { object: pod.id })).toEqual([])
  })

  test('is forgotten after its time', async () => {
    const cluster = await start()
    await cluster.run()
    await cluster.call('cluster.update', { eventTtlSeconds: 120 })
    await cluster.pass(110_000)
    expect(reasons(await list(cluster))).toContain('Unschedulable')
    await cluster.pass(80_000)
    expect(await list(cluster)).toEqual([])
  })
})

describe('pods that have ended', () => {
  test('are removed after their time, and the oldest when they are too many; those that live are not', async () => {
    const cluster = await start()
    await cluster.join()
    const end = async (): Promise<string> => {
      const pod = await cluster.run()
      await cluster.report(pod, { status: 'succeeded' })
      return pod.id
    }
    const living = await cluster.run()
    const ended = [await end(), await end(), await end()]
    await cluster.call('cluster.update', { endedPodsMax: 2, endedPodTtlSeconds: 300 })
    await cluster.pass(60_000)
    expect(ended.map((id) => cluster.pod(id) !== undefined).filter(Boolean)).toHaveLength(2)
    await cluster.pass(300_000)
    expect(ended.map((id) => cluster.pod(id))).toEqual([undefined, undefined, undefined])
    expect(cluster.pod(living.id)).toBeDefined()
    expect((await cluster.call<{ items: unknown[] }>('pods.history', { id: ended[0] })).items.length).toBeGreaterThan(2)
  })
})
