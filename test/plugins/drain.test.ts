/** Draining a node: pods that nobody keeps leave at once, those of deployments as fast as was promised, and daemons stay. */
import { describe, expect, test } from 'vitest'
import type { Node, Pod } from '../../kernel/index.ts'
import { isEnded } from '../../kernel/index.ts'
import { isAvailable } from './deployment-promises.ts'
import { World } from './deployment-world.ts'

const node = (world: World, id: string): Node => {
  const found = world.cluster.kernel.state.get('nodes', id)
  if (!found) throw new Error('the node is gone')
  return found
}
const on = (world: World, id: string): Pod[] => world.cluster.kernel.state.by('pods', 'nodeId', id).filter((pod) => !isEnded(pod))
const drain = (world: World, id: string, input: object = {}) =>
  world.cluster.call<{ node: Node; evicting: number }>('nodes.drain', { id, ...input })

/** Two nodes, and a third that joins once all pods are on the first. */
async function started(strategy: object, replicas = 3): Promise<{ world: World; from: string }> {
  const world = await World.start(1)
  const [from = ''] = world.nodes.keys()
  await world.create({ replicas, strategy })
  await world.passUntil('complete')
  return { world, from }
}

/** The fewest that were available, and the most that there were, until the node is empty. */
async function watch(world: World, id: string, seconds = 120): Promise<{ least: number; most: number }> {
  let [least, most] = [Infinity, 0]
  for (let passed = 0; passed < seconds && node(world, id).drain?.doneAt === null; passed += 1) {
    await world.pass(1)
    least = Math.min(least, world.pods.filter(isAvailable).length)
    most = Math.max(most, world.pods.length)
  }
  expect(node(world, id).drain?.doneAt).not.toBeNull()
  return { least, most }
}

describe('a node that is drained', () => {
  test.each([
    [
      { maxSurge: 1, maxUnavailable: 0 },
      { least: 3, most: 4 },
    ],
    [
      { maxSurge: 2, maxUnavailable: 1 },
      { least: 3, most: 5 },
    ],
    [
      { maxSurge: 0, maxUnavailable: 1 },
      { least: 2, most: 3 },
    ],
  ])(
    'gives up pods of a deployment with %o only as fast as that promised, and replaces before it takes where it may',
    async (strategy, seen) => {
      const { world, from } = await started(strategy)
      await world.join()
      expect(await drain(world, from)).toMatchObject({ evicting: 0, node: { unschedulable: true, drain: { doneAt: null } } })
      const { least, most } = await watch(world, from)
      expect(least).toBe(seen.least)
      expect(most).toBeLessThanOrEqual(seen.most)
      expect(on(world, from)).toEqual([])
      await world.passUntil('complete')
      expect(world.pods.filter(isAvailable)).toHaveLength(3)
      expect(world.violations).toEqual([])
    },
  )

  test('says what it waits for, and how that stands', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 0 })
    await drain(world, from)
    await world.pass(3)
    expect(node(world, from).drain).toMatchObject({
      by: 'admin',
      waitsFor: [
        { deployment: 'default/app', pods: 3, reason: expect.stringMatching(/^3 of 3 available; its next pod waits: .*cordoned/) },
      ],
    })
    await world.join()
    await watch(world, from)
    expect(node(world, from).drain).toMatchObject({ waitsFor: [], leaving: 0 })
  })

  test('does not make a deployment wait for a replacement that cannot come, where the promise lets a pod go', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 1 })
    await drain(world, from)
    await world.pass(10)
    expect(world.pods.filter(isAvailable)).toHaveLength(2)
    expect(node(world, from).drain).toMatchObject({ doneAt: null, waitsFor: [{ pods: 2 }] })
    expect(world.violations).toEqual([])
  })

  test('lets go of pods that nobody keeps at once, and evicts them', async () => {
    const world = await World.start(1)
    const [from = ''] = world.nodes.keys()
    const pod = await world.cluster.run({ pack: 'app@1.0.0' })
    await world.pass(1)
    expect(await drain(world, from)).toMatchObject({ evicting: 1, node: { drain: { leaving: 1 } } })
    await watch(world, from)
    expect(world.cluster.pod(pod.id)).toMatchObject({ status: 'evicted', reason: 'Drained', statusMessage: '' })
  })

  test('ends a pod at once that only waits there after a crash', async () => {
    const world = await World.start(1)
    const [from = ''] = world.nodes.keys()
    const { id } = await world.cluster.run({ pack: 'app@1.0.0' })
    await world.pass(1)
    await world.cluster.report(world.cluster.pod(id) as Pod, { status: 'failed' })
    await drain(world, from)
    expect(world.cluster.pod(id)).toMatchObject({ status: 'evicted', reason: 'Drained' })
    expect(node(world, from).drain).toMatchObject({ leaving: 0, doneAt: expect.any(String) })
  })

  test('keeps the pods of daemons, and says how many', async () => {
    const world = await World.start(2)
    const [from = ''] = world.nodes.keys()
    await world.create({ mode: 'daemon' })
    await world.passUntil('complete')
    await drain(world, from)
    await world.pass(5)
    expect(on(world, from)).toMatchObject([{ status: 'running' }])
    expect(node(world, from).drain).toMatchObject({ daemons: 1, doneAt: expect.any(String) })
  })

  test('is emptied at once by force, also when that is said later', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 0 })
    await drain(world, from)
    await world.pass(2)
    expect(on(world, from)).toHaveLength(3)
    expect(await drain(world, from, { force: true })).toMatchObject({ evicting: 3 })
    await watch(world, from)
    expect(on(world, from)).toEqual([])
  })

  test('is left as it is once it is uncordoned, and takes pods again', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 0 })
    await drain(world, from)
    await world.pass(2)
    await world.cluster.call('nodes.uncordon', { id: from })
    expect(node(world, from)).toMatchObject({ unschedulable: false, drain: null })
    await world.passUntil('complete')
    expect(on(world, from)).toHaveLength(3)
    expect(world.pods).toHaveLength(3)
  })

  test('takes no pod that tolerates a cordon either', async () => {
    const world = await World.start(1)
    const [from = ''] = world.nodes.keys()
    await drain(world, from)
    const tolerations = [{ operator: 'Exists' }]
    const pod = await world.cluster.run({ pack: 'app@1.0.0', tolerations })
    await world.pass(2)
    expect(world.cluster.pod(pod.id)).toMatchObject({ status: 'pending', statusMessage: expect.stringContaining('drained') })
  })

  test('goes on after a restart of the control plane', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 0 })
    await drain(world, from)
    await world.pass(2)
    await world.restart()
    await world.join()
    expect(await watch(world, from)).toEqual({ least: 3, most: 4 })
  })

  test('moves pods also in the middle of a rollout, and both end', async () => {
    const { world, from } = await started({ maxSurge: 1, maxUnavailable: 0 })
    await world.join()
    await world.ask('update', { packVersion: '2.0.0' })
    await world.pass(1)
    await drain(world, from)
    const { least } = await watch(world, from)
    expect(least).toBe(3)
    await world.passUntil('complete')
    expect(world.versions).toEqual(['2.0.0', '2.0.0', '2.0.0'])
  })
})
