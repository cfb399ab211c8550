/** What is collected by the limits of the configuration: history, and versions of packs that nobody uses; and what never is. */
import { describe, expect, test } from 'vitest'
import type { PodHistory } from '../../kernel/index.ts'
import { deployments } from '../../plugins/deployments/index.ts'
import { gc } from '../../plugins/gc.ts'
import { aPack } from '../support/builders.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'

const HOUR_MS = 3_600_000
const start = (): Promise<Cluster> => startCluster({ plugins: [gc(), deployments()] })
const entries = (cluster: Cluster): PodHistory[] => [...cluster.kernel.state.all('podHistory')]
/** Time passes without a heartbeat: in steps that a test can afford. */
async function leap(cluster: Cluster, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 60_000) {
    cluster.clock.advance(60_000)
    await cluster.settle()
  }
}
const endOne = async (cluster: Cluster): Promise<string> => {
  const pod = await cluster.run()
  await cluster.report(pod, { status: 'succeeded' })
  return pod.id
}

describe('history', () => {
  test('is forgotten after its time, in the store too, and not before', async () => {
    const cluster = await start()
    await cluster.join()
    const old = await endOne(cluster)
    await cluster.call('cluster.update', { podHistoryTtlSeconds: 3_600 * 3, endedPodTtlSeconds: 60 })
    await leap(cluster, 2 * HOUR_MS)
    expect(entries(cluster).some(({ podId }) => podId === old)).toBe(true)
    await leap(cluster, 1.1 * HOUR_MS)
    expect(entries(cluster).some(({ podId, action }) => podId === old && action === 'Created')).toBe(false)
    expect(cluster.store.of<PodHistory>('podHistory')).toHaveLength(entries(cluster).length)
  })

  test('that is too much loses the oldest, but nothing of the last hour', async () => {
    const cluster = await start()
    await cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
      for (let made = 0; made < 1_500; made += 1)
        transaction.create('podHistory', anEntry(new Date(cluster.clock.now()).toISOString(), made))
    })
    await cluster.call('cluster.update', { podHistoryMax: 1_000 })
    await leap(cluster, HOUR_MS / 2)
    expect(entries(cluster)).toHaveLength(1_500)
    await cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
      for (let made = 0; made < 800; made += 1) transaction.create('podHistory', anEntry(new Date(cluster.clock.now()).toISOString(), made))
    })
    await leap(cluster, HOUR_MS * 0.6)
    expect(entries(cluster)).toHaveLength(800)
  })

  test('is found by pod, node, who and time', async () => {
    const cluster = await start()
    const node = await cluster.join()
    const first = await endOne(cluster)
    const until = new Date(cluster.clock.now()).toISOString()
    await cluster.pass(10_000)
    const since = new Date(cluster.clock.now()).toISOString()
    const second = await endOne(cluster)
    const list = async (query: object) => (await cluster.call<{ items: PodHistory[] }>('history.list', query)).items
    expect(new Set((await list({ node: node.id })).map(({ podId }) => podId))).toEqual(new Set([first, second]))
    expect((await list({ since })).every(({ podId }) => podId === second)).toBe(true)
    expect((await list({ until, reason: 'Completed' })).map(({ podId }) => podId)).toEqual([first])
    expect((await list({ actor: 'scheduler', pod: second })).map(({ action }) => action)).toEqual(['Scheduled'])
    expect(
      (await cluster.call<{ items: PodHistory[] }>('pods.history', { id: second, since, until: since })).items.map(({ action }) => action),
    ).toContain('Created')
  })
})

describe('a version of a pack', () => {
  const versions = (cluster: Cluster): string[] =>
    cluster.kernel.state
      .by('packs', 'name', 'app')
      .map(({ version }) => version)
      .toSorted()
  async function withVersions(...all: string[]): Promise<Cluster> {
    const cluster = await start()
    await cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
      for (const version of all) transaction.add('packs', aPack({ name: 'app', version }))
    })
    return cluster
  }

  test('stays for ever unless somebody wants it otherwise', async () => {
    const cluster = await withVersions('1.0.0', '2.0.0')
    await leap(cluster, 5 * HOUR_MS)
    expect(versions(cluster)).toEqual(['1.0.0', '2.0.0'])
  })

  test('that nobody uses goes after its time; the newest, and the newest release, stay', async () => {
    const cluster = await withVersions('1.0.0', '1.1.0', '2.0.0-beta.1', '2.0.0-beta.2')
    await cluster.call('cluster.update', { unusedPackTtlSeconds: 3_600 })
    await leap(cluster, 0.9 * HOUR_MS)
    expect(versions(cluster)).toHaveLength(4)
    await leap(cluster, 0.2 * HOUR_MS)
    expect(versions(cluster)).toEqual(['1.1.0', '2.0.0-beta.2'])
  })

  test('that a pod or a revision of a deployment has stays', async () => {
    const cluster = await withVersions('1.0.0', '1.1.0', '1.2.0', '2.0.0')
    await cluster.run({ pack: 'app@1.0.0' })
    await cluster.call('deployments.create', { pack: 'app@1.1.0', name: 'web', replicas: 0 })
    await cluster.call('deployments.update', { id: 'web', packVersion: '2.0.0' })
    await cluster.call('cluster.update', { unusedPackTtlSeconds: 3_600 })
    await leap(cluster, 1.1 * HOUR_MS)
    expect(versions(cluster)).toEqual(['1.0.0', '1.1.0', '2.0.0'])
    await expect(cluster.call('packs.delete', { id: 'app@2.0.0' })).rejects.toMatchObject({ code: 'IN_USE' })
  })
})

const anEntry = (at: string, made: number): object => ({
  podId: `d0000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
  podName: 'gone',
  namespace: 'default',
  action: 'Created',
  at,
  actorId: 'test',
  previousStatus: null,
  newStatus: 'pending',
  previousVersion: null,
  newVersion: '1.0.0',
  previousNodeId: null,
  newNodeId: null,
  reason: null,
  message: '',
})
