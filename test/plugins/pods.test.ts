/** Pods as their users see them: created with defaults, placed, reported on, stopped and deleted. */
import { describe, expect, test } from 'vitest'
import type { Pod, PodHistory } from '../../kernel/index.ts'
import { aPack } from '../support/builders.ts'
import { nodeOf, userNamed } from '../support/calls.ts'
import { startCluster } from '../support/cluster.ts'

describe('a pod that is created', () => {
  test('gets a name of its pack, the default namespace, and the cluster’s default requests and limits', async () => {
    const { run } = await startCluster()
    expect(await run()).toMatchObject({
      name: expect.stringMatching(/^web-[0-9a-f]{8}$/),
      namespace: 'default',
      packVersion: '1.0.0',
      status: 'pending',
      restartPolicy: 'OnFailure',
      terminationGracePeriodSeconds: 30,
      resources: { requests: { cpu: 100, memory: 128 }, limits: { cpu: 500, memory: 512 } },
    })
  })

  test('takes a missing request from its limit, and no default limit is below its request', async () => {
    const { run } = await startCluster()
    const pod = await run({ resources: { requests: { memory: 900 }, limits: { cpu: 50 } } })
    expect(pod.resources).toEqual({ requests: { cpu: 50, memory: 900 }, limits: { cpu: 50, memory: 900 } })
  })

  test('runs the newest release that has a bundle, or the version that it names', async () => {
    const { kernel, run } = await startCluster()
    await kernel.commit({ actorId: 'test' }, (transaction) => {
      transaction.add('packs', aPack({ name: 'web', version: '1.9.0' }))
      transaction.add('packs', aPack({ name: 'web', version: '1.10.0' }))
      transaction.add('packs', aPack({ name: 'web', version: '2.0.0-beta.1' }))
      transaction.add('packs', aPack({ name: 'web', version: '3.0.0', bundle: null }))
    })
    expect((await run()).packVersion).toBe('1.10.0')
    expect((await run({ pack: 'web@2.0.0-beta.1' })).packVersion).toBe('2.0.0-beta.1')
    await expect(run({ pack: 'web@3.0.0' })).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
    await expect(run({ pack: 'web@9.9.9' })).rejects.toMatchObject({ code: 'NOT_FOUND', errors: [{ path: '/pack' }] })
  })

  test('goes to the node that it names and to no other', async () => {
    const { run, join } = await startCluster()
    await join({ name: 'big', allocatable: { cpu: 64_000 } })
    const small = await join({ name: 'small' })
    expect((await run({ nodeName: 'small' })).nodeId).toBe(small.id)
    await expect(run({ nodeName: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('of somebody else’s private pack is refused as if there were none', async () => {
    const { kernel, call } = await startCluster()
    const alice = userNamed('alice', 'a0000000-0000-4000-8000-00000000000a')
    const bob = userNamed('bob', 'a0000000-0000-4000-8000-00000000000b')
    await kernel.commit({ actorId: 'test' }, (transaction) =>
      transaction.add('packs', aPack({ name: 'secret', visibility: 'private', ownerId: alice.id })),
    )
    await expect(call('pods.create', { pack: 'secret' }, { who: bob })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no pack "secret"',
    })
    await expect(call('pods.create', { pack: 'secret' }, { who: alice })).resolves.toMatchObject({ packName: 'secret' })
  })
})

describe('what a node reports', () => {
  test('takes a pod from starting to its result, with its times and every step in its history', async () => {
    const { run, join, report, pod, call } = await startCluster()
    await join()
    const placed = await run()
    await report(placed, { status: 'starting' })
    await report(placed, { status: 'running' })
    await report(placed, { status: 'running', ready: true })
    const exit = { code: 0, signal: null, result: { greeted: 1 }, error: null }
    await report(placed, { status: 'succeeded', exit })
    expect(pod(placed.id)).toMatchObject({
      status: 'succeeded',
      reason: 'Completed',
      exit,
      startedAt: expect.any(String),
      stoppedAt: expect.any(String),
    })
    const { items } = await call<{ items: PodHistory[] }>('pods.history', { id: placed.id })
    expect(items.map(({ action }) => action)).toEqual(['Created', 'Scheduled', 'Starting', 'Running', 'Succeeded'])
  })

  test.each([
    ['an older incarnation', (placed: Pod) => ({ incarnation: placed.incarnation - 1 }), undefined],
    ['a pod of another node', () => ({}), nodeOf('b0000000-0000-4000-8000-0000000000ff')],
  ])('of %s is ignored, and answered so', async (_what, change, who) => {
    const { run, join, call, pod } = await startCluster()
    await join()
    const placed = await run()
    const report = { id: placed.id, incarnation: placed.incarnation, status: 'failed', ...change(placed) }
    expect(await call('pods.report', report, { who: who ?? nodeOf(placed.nodeId ?? '') })).toEqual({ id: placed.id, isCurrent: false })
    expect(pod(placed.id)?.status).toBe('scheduled')
  })

  test('cannot revive a pod that has ended', async () => {
    const { run, join, report, pod } = await startCluster()
    await join()
    const placed = await run({ restartPolicy: 'Never' })
    await report(placed, { status: 'failed' })
    expect(await report(placed, { status: 'running' })).toMatchObject({ isCurrent: false })
    expect(pod(placed.id)?.status).toBe('failed')
  })

  test('of running does not undo a stop that is under way', async () => {
    const { run, join, report, pod, call } = await startCluster()
    await join()
    const placed = await run()
    await call('pods.stop', { id: placed.id })
    await report(placed, { status: 'running' })
    expect(pod(placed.id)).toMatchObject({ status: 'stopping', reason: 'UserStopped' })
    await report(placed, { status: 'stopped' })
    expect(pod(placed.id)).toMatchObject({ status: 'stopped', reason: 'UserStopped' })
  })
})

describe('a pod that is deleted', () => {
  test('and runs nowhere is gone at once', async () => {
    const { run, call, pod } = await startCluster()
    const waiting = await run()
    expect(await call('pods.delete', { id: waiting.id })).toBeNull()
    expect(pod(waiting.id)).toBeUndefined()
  })

  test('and runs is stopped first, then gone; its history can still be read', async () => {
    const { run, join, report, call, pod } = await startCluster()
    await join()
    const placed = await run()
    await report(placed, { status: 'running' })
    expect(await call('pods.delete', { id: placed.id })).toMatchObject({ status: 'stopping' })
    await report(placed, { status: 'stopped' })
    expect(pod(placed.id)).toBeUndefined()
    const { items } = await call<{ items: PodHistory[] }>('pods.history', { id: placed.id })
    expect(items.at(-1)).toMatchObject({ action: 'Deleted' })
  })

  test('by somebody else is refused', async () => {
    const { run, call } = await startCluster()
    const pod = await run()
    const stranger = userNamed('mallory', 'a0000000-0000-4000-8000-00000000000c')
    await expect(call('pods.delete', { id: pod.id }, { who: stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(call('pods.stop', { id: pod.id }, { who: stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('at a version that the caller has not seen is left alone', async () => {
    const { run, call, pod } = await startCluster()
    const waiting = await run()
    await expect(call('pods.delete', { id: waiting.id }, { ifMatch: 1 })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    expect(pod(waiting.id)).toBeDefined()
  })
})

describe('an Idempotency-Key', () => {
  test('makes two creations one, also after a restart', async () => {
    const { call, kernel, store } = await startCluster()
    const input = { pack: 'web', name: 'once' }
    const first = await call<Pod>('pods.create', input, { idempotencyKey: 'k1' })
    expect((await call<Pod>('pods.create', input, { idempotencyKey: 'k1' })).id).toBe(first.id)
    await kernel.stop()
    const again = await startCluster({ store })
    expect((await again.call<Pod>('pods.create', input, { idempotencyKey: 'k1' })).id).toBe(first.id)
    expect([...again.kernel.state.all('pods')]).toHaveLength(1)
  })

  test('cannot be used for another request', async () => {
    const { call } = await startCluster()
    await call('pods.create', { pack: 'web' }, { idempotencyKey: 'k1' })
    await expect(call('pods.create', { pack: 'web', name: 'other' }, { idempotencyKey: 'k1' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })

  test('lets one of two simultaneous creations through', async () => {
    const { call, kernel } = await startCluster()
    const create = () => call('pods.create', { pack: 'web' }, { idempotencyKey: 'k1' })
    const outcomes = await Promise.allSettled([create(), create()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect([...kernel.state.all('pods')]).toHaveLength(1)
  })
})
