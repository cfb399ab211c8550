/** Pods that are started again: after a crash by their restart policy, when somebody asks, and with another version in place. */
import { describe, expect, test } from 'vitest'
import type { Pack, Pod, PodHistory } from '../../kernel/index.ts'
import { aPack } from '../support/builders.ts'
import { userNamed } from '../support/calls.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'

const stranger = userNamed('mallory', 'a0000000-0000-4000-8000-00000000000c')

/** @returns a pod that runs, as it is now whenever it is asked */
async function running(cluster: Cluster, input: object = {}): Promise<() => Pod> {
  const { id } = await cluster.run(input)
  const now = (): Pod => {
    const pod = cluster.pod(id)
    if (!pod) throw new Error(`pod ${id} is gone`)
    return pod
  }
  await run(cluster, now())
  return now
}
const run = async (cluster: Cluster, pod: Pod) => {
  await cluster.report(pod, { status: 'starting' })
  await cluster.report(pod, { status: 'running' })
}
const crash = (cluster: Cluster, pod: Pod, message = 'Error: boom') => cluster.report(pod, { status: 'failed', reason: 'Error', message })

async function withNode(): Promise<Cluster> {
  const cluster = await startCluster()
  await cluster.join()
  return cluster
}

async function withVersions(...versions: readonly (readonly [string, Partial<Pack>?])[]): Promise<Cluster> {
  const cluster = await withNode()
  await cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
    for (const [version, fields] of versions) transaction.add('packs', aPack({ name: 'app', version, ...fields }))
  })
  return cluster
}

describe('a pod that crashes', () => {
  test('waits on its node, says why and how long, and is started there as another incarnation', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    const before = pod()
    await crash(cluster, before)
    expect(pod()).toMatchObject({
      status: 'pending',
      reason: 'CrashLoopBackOff',
      statusMessage: 'starts again in 10 s: Error: boom',
      nodeId: before.nodeId,
      restarts: 0,
      ready: false,
    })
    await cluster.pass(9_000)
    expect(pod().status).toBe('pending')
    await cluster.pass(1_000)
    expect(pod()).toMatchObject({ status: 'scheduled', nodeId: before.nodeId, incarnation: before.incarnation + 1, restarts: 1 })
  })

  test('waits twice as long each time, up to five minutes, and ten seconds again after ten minutes of health', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    const waits: number[] = []
    const crashAndWait = async () => {
      await crash(cluster, pod())
      const waitMs = Date.parse(pod().backOff?.until ?? '') - cluster.clock.now()
      waits.push(waitMs / 1000)
      await cluster.pass(waitMs)
      await run(cluster, pod())
    }
    for (let crashes = 0; crashes < 7; crashes += 1) await crashAndWait()
    await cluster.pass(599_000)
    await crashAndWait()
    await cluster.pass(600_000)
    await crashAndWait()
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300, 10])
    expect(pod().restarts).toBe(9)
  })

  test('holds its place and its part of the quota while it waits', async () => {
    const cluster = await startCluster()
    await cluster.join({ allocatable: { cpu: 100 } })
    const pod = await running(cluster)
    await crash(cluster, pod())
    expect(await cluster.run()).toMatchObject({ status: 'pending', nodeId: null, reason: 'Unschedulable' })
  })

  test('is started when the control plane was away at the time', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    await crash(cluster, pod())
    const { id } = pod()
    await cluster.kernel.stop()
    const again = await startCluster({ store: cluster.store })
    await again.pass(10_000)
    expect(again.pod(id)).toMatchObject({ status: 'scheduled', restarts: 1 })
  })

  test.each([
    ['Never', 'failed', 'failed'],
    ['Never', 'succeeded', 'succeeded'],
    ['OnFailure', 'failed', 'pending'],
    ['OnFailure', 'succeeded', 'succeeded'],
    ['Always', 'failed', 'pending'],
    ['Always', 'succeeded', 'pending'],
  ])('with the policy %s, and ends as %s, is %s', async (restartPolicy, status, expected) => {
    const cluster = await withNode()
    const pod = await running(cluster, { restartPolicy })
    await cluster.report(pod(), { status })
    expect(pod().status).toBe(expected)
  })

  test('by its deadline has had its time, whatever the policy', async () => {
    const cluster = await withNode()
    const pod = await running(cluster, { restartPolicy: 'Always' })
    await cluster.report(pod(), { status: 'failed', reason: 'DeadlineExceeded' })
    expect(pod()).toMatchObject({ status: 'failed', reason: 'DeadlineExceeded' })
  })

  test('ends at once when it is stopped while it waits, and a late report does not revive it', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    const old = pod()
    await crash(cluster, old)
    expect(await cluster.report(old, { status: 'running' })).toMatchObject({ isCurrent: false })
    expect(await cluster.call('pods.stop', { id: old.id })).toMatchObject({ status: 'stopped', reason: 'UserStopped' })
    await cluster.pass(60_000)
    expect(pod().status).toBe('stopped')
  })
})

describe('a restart', () => {
  test('stops what runs, then starts it on the same node, and counts it', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    const before = pod()
    expect(await cluster.call('pods.restart', { id: before.id })).toMatchObject({ status: 'stopping', reason: 'Restarted' })
    await cluster.report(before, { status: 'stopped' })
    expect(pod()).toMatchObject({
      status: 'scheduled',
      nodeId: before.nodeId,
      incarnation: before.incarnation + 1,
      restarts: 1,
      startedAt: null,
    })
  })

  test('of a pod that waits after a crash starts it at once', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    const before = pod()
    await crash(cluster, before)
    await cluster.call('pods.restart', { id: before.id })
    expect(pod()).toMatchObject({ status: 'scheduled', incarnation: before.incarnation + 1, restarts: 1, backOff: null })
    await cluster.pass(20_000)
    expect(pod()).toMatchObject({ incarnation: before.incarnation + 1, restarts: 1 })
  })

  test('gives way to a stop that comes before it is done', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    await cluster.call('pods.restart', { id: pod().id })
    await cluster.call('pods.stop', { id: pod().id })
    await cluster.report(pod(), { status: 'stopped' })
    expect(pod()).toMatchObject({ status: 'stopped', reason: 'UserStopped' })
  })

  test('of a pod that has ended, or is somebody else’s, is refused', async () => {
    const cluster = await withNode()
    const pod = await running(cluster)
    await expect(cluster.call('pods.restart', { id: pod().id }, { who: stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await cluster.report(pod(), { status: 'succeeded' })
    await expect(cluster.call('pods.restart', { id: pod().id })).rejects.toMatchObject({ code: 'POD_ENDED' })
  })
})

describe('a rollback', () => {
  test('swaps the version where the pod is, with its history entry, and back again without naming one', async () => {
    const cluster = await withVersions(['1.0.0'], ['2.0.0'])
    const pod = await running(cluster, { pack: 'app@1.0.0' })
    const before = pod()
    const swapTo = async (input: object) => {
      await cluster.call('pods.rollback', { id: before.id, ...input })
      expect(pod()).toMatchObject({ status: 'stopping', reason: 'RolledBack' })
      await cluster.report(pod(), { status: 'stopped' })
      await run(cluster, pod())
      return pod()
    }
    expect(await swapTo({ version: '2.0.0' })).toMatchObject({
      packVersion: '2.0.0',
      nodeId: before.nodeId,
      incarnation: 2,
      status: 'running',
    })
    expect(await swapTo({})).toMatchObject({
      packVersion: '1.0.0',
      packId: before.packId,
      nodeId: before.nodeId,
      incarnation: 3,
      restarts: 0,
    })
    const { items } = await cluster.call<{ items: PodHistory[] }>('pods.history', { id: before.id })
    const swaps = items.filter(({ previousVersion, newVersion }) => previousVersion !== null && previousVersion !== newVersion)
    expect(swaps.map(({ previousVersion, newVersion, reason }) => [previousVersion, newVersion, reason])).toEqual([
      ['1.0.0', '2.0.0', 'RolledBack'],
      ['2.0.0', '1.0.0', 'RolledBack'],
    ])
  })

  test('without a version goes to the newest that is older, where the pod has had no other', async () => {
    const cluster = await withVersions(['1.2.0'], ['1.10.0'], ['1.9.0'], ['2.0.0'])
    const pod = await running(cluster, { pack: 'app@2.0.0' })
    expect(await cluster.call('pods.rollback', { id: pod().id })).toMatchObject({ packVersion: '1.10.0' })
  })

  test('takes a pod out of its crash loop at once', async () => {
    const cluster = await withVersions(['1.0.0'], ['2.0.0'])
    const pod = await running(cluster, { pack: 'app@2.0.0' })
    await crash(cluster, pod())
    await cluster.call('pods.rollback', { id: pod().id })
    expect(pod()).toMatchObject({ status: 'scheduled', packVersion: '1.0.0', incarnation: 2, backOff: null })
  })

  test.each([
    ['a version that cannot run where it is', '1.0.0', 'RUNTIME_MISMATCH'],
    ['a version that needs a newer Node.js', '1.1.0', 'RUNTIME_MISMATCH'],
    ['a version without a bundle', '1.2.0', 'BUNDLE_MISSING'],
    ['a version that is not there', '9.9.9', 'NOT_FOUND'],
  ])('to %s is refused, and nothing changes', async (_what, version, code) => {
    const versions = [
      ['1.0.0', { runtimeTag: 'browser' }],
      ['1.1.0', { metadata: { minNodeVersion: '99.0.0' } }],
      ['1.2.0', { bundle: null }],
    ] as const
    const cluster = await withVersions(...versions, ['2.0.0'])
    const pod = await running(cluster, { pack: 'app@2.0.0' })
    const before = pod()
    await expect(cluster.call('pods.rollback', { id: before.id, version })).rejects.toMatchObject({ code })
    expect(pod()).toBe(before)
  })

  test('by somebody else is refused, and so is one of a pod that has ended or has nothing before it', async () => {
    const cluster = await withVersions(['1.0.0'], ['2.0.0'])
    const pod = await running(cluster, { pack: 'app@1.0.0' })
    const rollback = (input: object, options = {}) => cluster.call('pods.rollback', { id: pod().id, ...input }, options)
    await expect(rollback({ version: '2.0.0' }, { who: stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(rollback({})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await cluster.report(pod(), { status: 'succeeded' })
    await expect(rollback({ version: '2.0.0' })).rejects.toMatchObject({ code: 'POD_ENDED' })
  })
})
