/** Deployments as their users see them: kept, scaled, moved from version to version, and back. */
import { describe, expect, test } from 'vitest'
import type { DeploymentRevision } from '../../kernel/index.ts'
import { userNamed } from '../support/calls.ts'
import { BAD, World } from './deployment-world.ts'

const STRATEGY = { maxSurge: 1, maxUnavailable: 0, progressDeadlineSeconds: 60 }

async function started(input: object = {}, nodes = 2): Promise<World> {
  const world = await World.start(nodes)
  await world.create({ replicas: 3, strategy: STRATEGY, ...input })
  await world.passUntil('complete')
  return world
}
const same = (version: string, count: number): string[] => Array.from({ length: count }, () => version)

describe('a deployment', () => {
  test('makes its pods, which start again whatever happens, and says when all are available', async () => {
    const world = await started()
    expect(world.pods).toHaveLength(3)
    expect(world.pods[0]).toMatchObject({ name: expect.stringMatching(/^app-[0-9a-f]{8}$/), restartPolicy: 'Always', packVersion: '1.0.0' })
    expect(world.deployment.status).toMatchObject({
      desired: 3,
      total: 3,
      updated: 3,
      ready: 3,
      available: 3,
      version: '1.0.0',
      message: '',
    })
  })

  test('is scaled up and down, and only as many as are too many go', async () => {
    const world = await started()
    const before = world.pods.map(({ id }) => id)
    await world.ask('scale', { replicas: 5 })
    await world.passUntil('complete')
    expect(world.pods).toHaveLength(5)
    expect(world.pods.map(({ id }) => id)).toEqual(expect.arrayContaining(before))
    await world.ask('scale', { replicas: 2 })
    await world.passUntil('complete')
    expect(world.pods.map(({ status }) => status)).toEqual(['running', 'running'])
  })

  test('makes new pods for those that a node took with it', async () => {
    const world = await started()
    const [nodeId = ''] = world.nodes.keys()
    await world.lose(nodeId)
    await world.pass(11)
    await world.passUntil('complete')
    expect(world.pods.map((pod) => pod.nodeId)).not.toContain(nodeId)
    expect(world.pods).toHaveLength(3)
  })

  test('replaces pods that end by themselves more and more slowly, and keeps only the last of them', async () => {
    const world = await started({ replicas: 1, template: { restartPolicy: 'Never' } })
    for (let ended = 0; ended < 400; ended += 1) {
      for (const pod of world.pods) if (pod.status === 'running') await world.cluster.report(pod, { status: 'succeeded' })
      await world.pass(1)
    }
    const pods = [...world.cluster.kernel.state.all('pods')]
    expect(pods.length).toBeGreaterThan(4)
    expect(pods.length).toBeLessThan(9)
  })

  test('says why when a pod is refused, and goes on when there is room', async () => {
    const world = await World.start(1)
    await world.create({ replicas: 2, pack: 'app@1.0.0' })
    await world.cluster.kernel.commit({ actorId: 'test' }, (transaction) =>
      transaction.delete('packs', world.deployment.revisions[0]?.packId ?? ''),
    )
    await world.pass(1)
    expect(world.deployment.status).toMatchObject({ phase: 'progressing', message: expect.stringContaining('no pod could be made') })
    await world.push('1.0.0')
    await world.passUntil('complete')
  })

  test('that is deleted stops its pods and goes with them', async () => {
    const world = await started()
    expect(await world.ask('delete')).toMatchObject({ status: { phase: 'deleting' } })
    await world.pass(3)
    expect([...world.cluster.kernel.state.all('deployments')]).toEqual([])
    expect([...world.cluster.kernel.state.all('pods')]).toEqual([])
  })

  test('goes with its namespace', async () => {
    const world = await World.start(1)
    await world.cluster.call('namespaces.create', { name: 'team' })
    await world.create({ namespace: 'team', replicas: 2 })
    await world.pass(2)
    await world.cluster.call('namespaces.delete', { name: 'team' })
    await world.pass(5)
    expect([...world.cluster.kernel.state.all('deployments')]).toEqual([])
    await expect(world.cluster.call('namespaces.get', { name: 'team' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is its owner’s to change, and read by all', async () => {
    const world = await started()
    const who = userNamed('mallory', 'a0000000-0000-4000-8000-00000000000c')
    for (const [verb, input] of Object.entries({
      scale: { replicas: 0 },
      rollback: {},
      update: {},
      pause: {},
      resume: {},
      promote: {},
      delete: {},
    })) {
      await expect(world.cluster.call(`deployments.${verb}`, { id: 'app', ...input }, { who })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
    expect(await world.cluster.call('deployments.get', { id: 'app' }, { who })).toMatchObject({ name: 'app' })
  })

  test.each([
    [{ pack: 'nothing' }, 'NOT_FOUND'],
    [{ pack: 'app@9.9.9' }, 'NOT_FOUND'],
    [{ pack: 'app@not-a-range' }, 'INVALID'],
    [{ pack: 'app', packName: 'app' }, 'INVALID'],
    [{ mode: 'daemon', replicas: 3 }, 'INVALID'],
    [{ namespace: 'nowhere' }, 'NOT_FOUND'],
  ])('with %o is refused', async (input, code) => {
    const world = await World.start(0)
    await expect(world.create(input)).rejects.toMatchObject({ code })
    expect([...world.cluster.kernel.state.all('deployments')]).toEqual([])
  })

  test('does not let its pods be rolled back one by one', async () => {
    const world = await started()
    const [pod] = world.pods
    await expect(world.cluster.call('pods.rollback', { id: pod?.id, version: '2.0.0' })).rejects.toMatchObject({
      code: 'POD_OF_DEPLOYMENT',
    })
  })
})

describe('a rollout', () => {
  test('moves all pods to the new version, never fewer available than promised nor more than may be', async () => {
    const world = await started()
    await world.ask('update', { packVersion: '2.0.0' })
    let most = 0
    while (world.deployment.status.phase !== 'complete' || world.deployment.status.version !== '2.0.0') {
      await world.pass(1)
      most = Math.max(most, world.pods.length)
    }
    expect(world.versions).toEqual(same('2.0.0', 3))
    expect(most).toBe(4)
    expect(world.violations).toEqual([])
    expect(world.deployment.revision).toBe(2)
  })

  test('of another template is one too; of a label alone is none', async () => {
    const world = await started()
    await world.ask('update', { labels: { team: 'a' } })
    expect(world.deployment.revision).toBe(1)
    await world.ask('update', { template: { env: { LEVEL: 'debug' } } })
    await world.passUntil('complete')
    expect(world.pods.map(({ env }) => env)).toEqual(Array.from({ length: 3 }, () => ({ LEVEL: 'debug' })))
  })

  test('that makes no progress is taken back by itself, and the last good revision was there all the while', async () => {
    const world = await started()
    await world.ask('update', { packVersion: BAD })
    await world.pass(30)
    expect(world.pods.filter(({ packVersion, ready }) => packVersion === '1.0.0' && ready)).toHaveLength(3)
    expect(world.deployment.status.phase).toBe('progressing')
    await world.pass(40)
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('1.0.0', 3))
    const { items } = await world.ask<{ items: DeploymentRevision[] }>('revisions')
    expect(items.map(({ packVersion, reason, isGood, hasFailed }) => [packVersion, reason, isGood, hasFailed])).toEqual([
      ['1.0.0', 'Created', true, false],
      [BAD, 'Updated', false, true],
      ['1.0.0', 'AutoRolledBack', true, false],
    ])
    expect(world.deployment.packVersion).toBe('1.0.0')
    expect(world.violations).toEqual([])
  })

  test('that makes no progress fails and stays where nobody wants it taken back', async () => {
    const world = await started({ strategy: { ...STRATEGY, autoRollback: false } })
    await world.ask('update', { packVersion: BAD })
    expect(await world.passUntil('failed')).toMatchObject({
      status: { message: expect.stringContaining('no progress within the deadline') },
    })
    expect(world.pods.filter(({ ready }) => ready)).toHaveLength(3)
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 3))
  })

  test('of a bad version does not keep lost pods from being made good with the last good one', async () => {
    const world = await started({ strategy: { ...STRATEGY, progressDeadlineSeconds: 600 } })
    await world.ask('update', { packVersion: BAD })
    await world.pass(5)
    for (const pod of world.pods.filter(({ packVersion }) => packVersion === '1.0.0').slice(0, 2)) {
      await world.cluster.call('pods.delete', { id: pod.id })
    }
    await world.pass(5)
    expect(world.pods.filter(({ packVersion, ready }) => packVersion === '1.0.0' && ready)).toHaveLength(3)
  })

  test('is held by a pause and goes on after it', async () => {
    const world = await started()
    await world.ask('update', { packVersion: '2.0.0' })
    await world.pass(2)
    await world.ask('pause')
    await world.pass(3)
    const held = world.versions
    await world.pass(200)
    expect(world.versions).toEqual(held)
    expect(new Set(held).size).toBe(2)
    await world.ask('resume')
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 3))
  })

  test('counts a pod as available after the ready delay, where the pack says nothing', async () => {
    const world = await World.start(1)
    await world.create({ pack: `app@${BAD}`, replicas: 1, strategy: { readyDelaySeconds: 20 } })
    await world.pass(15)
    expect(world.deployment.status).toMatchObject({ phase: 'progressing', available: 0 })
    await world.pass(10)
    expect(world.deployment.status).toMatchObject({ phase: 'complete', available: 1 })
  })
})

describe('a canary', () => {
  const canary = { share: '40%' }

  test('stays a share of all until it is promoted by hand', async () => {
    const world = await started({ replicas: 5, strategy: { ...STRATEGY, canary } })
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('canary')
    await world.pass(100)
    expect(world.versions).toEqual([...same('1.0.0', 3), ...same('2.0.0', 2)])
    await world.ask('promote')
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 5))
    expect(world.violations).toEqual([])
  })

  test('is promoted by its health where that was asked for', async () => {
    const world = await started({ replicas: 5, strategy: { ...STRATEGY, canary: { ...canary, promoteAfterSeconds: 30 } } })
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('canary')
    await world.pass(25)
    expect(world.versions).toEqual([...same('1.0.0', 3), ...same('2.0.0', 2)])
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 5))
  })
})

describe('a rollback', () => {
  test('goes to the revision before, and its pods are those of that revision again', async () => {
    const world = await started()
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('complete')
    expect(await world.ask('rollback')).toMatchObject({ packVersion: '1.0.0', revision: 3 })
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('1.0.0', 3))
    await world.ask('rollback', { revision: 2 })
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 3))
    expect(world.violations).toEqual([])
  })

  test('to a revision that is not there, or a version that cannot run there, is refused and changes nothing', async () => {
    const world = await started()
    await expect(world.ask('rollback')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(world.ask('rollback', { revision: 9 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await world.push({ version: '0.9.0', runtimeTag: 'browser' })
    await world.ask('update', { packVersion: '0.9.0' })
    await world.ask('update', { packVersion: '1.0.0' })
    await world.passUntil('complete')
    const before = world.deployment
    await expect(world.ask('rollback', { revision: 2 })).rejects.toMatchObject({ code: 'RUNTIME_MISMATCH' })
    expect(world.deployment).toBe(before)
  })
})

describe('a deployment that follows versions', () => {
  test('moves to each newer one in its range once it has its bundle, and to no other', async () => {
    const world = await World.start(1)
    await world.create({ pack: 'app@^1.0', replicas: 2, followVersion: true, strategy: STRATEGY })
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('1.1.0', 2))
    await world.push('1.2.0', { version: '1.3.0', bundle: null }, '3.0.0')
    await world.pass(10)
    expect(world.versions).toEqual(same('1.2.0', 2))
    expect(world.deployment).toMatchObject({ packVersion: '^1.0', revision: 2 })
  })

  test('does not take up again what it was rolled back from', async () => {
    const world = await World.start(1)
    await world.create({ pack: 'app@^1.0', replicas: 1, followVersion: true, strategy: STRATEGY })
    await world.passUntil('complete')
    await world.push('1.2.0')
    await world.pass(10)
    await world.ask('rollback')
    await world.pass(10)
    expect(world.versions).toEqual(['1.1.0'])
    await world.push('1.4.0')
    await world.pass(10)
    expect(world.versions).toEqual(['1.4.0'])
  })

  test('that gives a range without following is at what was newest then', async () => {
    const world = await started({ pack: 'app@^1.0' })
    await world.push('1.5.0')
    await world.pass(5)
    expect(world.versions).toEqual(same('1.1.0', 3))
    expect(world.deployment.packVersion).toBe('1.1.0')
  })
})

describe('a daemon', () => {
  const where = (world: World): string[] => world.pods.map(({ nodeId }) => nodeId ?? '').toSorted((a, b) => (a < b ? -1 : 1))
  const start = async (template: object = {}, nodes = 3): Promise<World> => {
    const world = await World.start(nodes)
    await world.create({ mode: 'daemon', template })
    await world.passUntil('complete')
    return world
  }

  test('has one pod on every node that fits, and follows nodes as they come and go', async () => {
    const world = await start()
    expect(where(world)).toEqual([...world.nodes.keys()].toSorted())
    const { id } = await world.join()
    await world.passUntil('complete')
    expect(where(world)).toContain(id)
    await world.lose(id)
    await world.pass(45)
    expect(world.deployment.status).toMatchObject({ phase: 'complete', desired: 3 })
    expect(where(world)).toEqual([...world.nodes.keys()].toSorted())
  })

  test('honours selectors and taints, also when they change', async () => {
    const world = await start({ scheduling: { nodeSelector: { disk: 'ssd' } } })
    const [first = '', second = ''] = world.nodes.keys()
    expect(where(world)).toEqual([])
    for (const id of [first, second]) await world.cluster.call('nodes.update', { id, labels: { disk: 'ssd' } })
    await world.pass(3)
    expect(where(world)).toEqual([first, second].toSorted())
    await world.cluster.call('nodes.update', { id: first, taints: [{ key: 'gpu', effect: 'NoExecute' }] })
    await world.cluster.call('nodes.update', { id: second, taints: [{ key: 'gpu', effect: 'NoSchedule' }] })
    await world.pass(3)
    expect(where(world)).toEqual([second])
  })

  test('stays on a node that is drained, because it belongs to it, and does not come back to it when it ends', async () => {
    const world = await start()
    const [id = ''] = world.nodes.keys()
    await world.cluster.call('nodes.drain', { id })
    await world.pass(5)
    expect(where(world)).toContain(id)
    await world.cluster.call('pods.delete', { id: world.pods.find(({ nodeId }) => nodeId === id)?.id })
    await world.pass(5)
    expect(where(world)).not.toContain(id)
    await world.cluster.call('nodes.uncordon', { id })
    await world.passUntil('complete')
    expect(where(world)).toContain(id)
  })

  test('tolerates a node that is out of touch for ever', async () => {
    const world = await start()
    const [id = ''] = world.nodes.keys()
    world.nodes.delete(id)
    await world.pass(400)
    const pod = world.pods.find(({ nodeId }) => nodeId === id)
    expect(pod).toMatchObject({ status: 'unknown' })
  }, 20_000)

  test('moves from version to version one node at a time', async () => {
    const world = await start()
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('2.0.0', 3))
    expect(world.violations).toEqual([])
  })

  test('comes back from a bad version, which was on one node only', async () => {
    const world = await start()
    await world.ask('update', { packVersion: BAD, strategy: { progressDeadlineSeconds: 30 } })
    await world.pass(20)
    expect(world.versions).toEqual([...same('1.0.0', 2), BAD])
    await world.passUntil('complete')
    expect(world.versions).toEqual(same('1.0.0', 3))
    expect(world.violations).toEqual([])
  })

  test('has no number that could be scaled', async () => {
    const world = await start()
    await expect(world.ask('scale', { replicas: 2 })).rejects.toMatchObject({ code: 'INVALID' })
  })
})

test('what a deployment makes says whose it is', async () => {
  const world = await started()
  const [pod] = world.pods
  expect(pod).toMatchObject({ deploymentId: world.deployment.id, createdBy: world.deployment.createdBy })
})
