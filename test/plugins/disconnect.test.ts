/** Pods whose node is out of touch: how long they are waited for, whether others run meanwhile, and which of the two goes on. */
import { describe, expect, test } from 'vitest'
import type { Pod } from '../../kernel/index.ts'
import { isEnded } from '../../kernel/index.ts'
import { isAvailable } from './deployment-promises.ts'
import { World } from './deployment-world.ts'

/** Two nodes with a pod each of a deployment, of which one has just fallen silent. */
async function started(disconnect: object): Promise<{ world: World; asleep: string; original: Pod }> {
  const world = await World.start(2)
  await world.create({ replicas: 2, template: { disconnect }, strategy: { maxSurge: 0, maxUnavailable: 1 } })
  await world.passUntil('complete')
  const [asleep = ''] = world.nodes.keys()
  const [original] = world.cluster.kernel.state.by('pods', 'nodeId', asleep)
  if (!original) throw new Error('no pod is on the node')
  world.silence(asleep)
  await world.pass(40)
  return { world, asleep, original }
}
const alive = (world: World): Pod[] => [...world.cluster.kernel.state.all('pods')].filter((pod) => !isEnded(pod))

describe('a pod whose node is out of touch', () => {
  test('is waited for, and goes on as it was when it is back in time', async () => {
    const { world, asleep, original } = await started({ lostAfterSeconds: 3600 })
    expect(world.cluster.pod(original.id)).toMatchObject({
      status: 'unknown',
      reason: 'NodeUnreachable',
      disconnectedAt: expect.any(String),
    })
    await world.pass(1000)
    expect(alive(world)).toHaveLength(2)
    await world.wake(asleep)
    await world.passUntil('complete')
    expect(world.cluster.pod(original.id)).toMatchObject({ status: 'running', incarnation: original.incarnation })
  })

  test('is lost after as long as it says, and then replaced', async () => {
    const { world, original } = await started({ lostAfterSeconds: 60 })
    await world.pass(60)
    expect(world.cluster.pod(original.id)).toMatchObject({ status: 'evicted', reason: 'NodeLost' })
    await world.passUntil('complete')
    expect(world.pods.filter(isAvailable)).toHaveLength(2)
  })

  test('is replaced meanwhile where that was asked for, beyond any surge', async () => {
    const { world, original } = await started({ lostAfterSeconds: 3600, replace: true })
    await world.passUntil('complete')
    expect(world.cluster.pod(original.id)).toMatchObject({ status: 'unknown' })
    expect(world.pods.filter(isAvailable)).toHaveLength(2)
    expect(alive(world)).toHaveLength(3)
  })

  test.each([
    [{}, true],
    [{ reconcile: 'keep-original' }, true],
    [{ reconcile: 'keep-longest-running' }, true],
    [{ reconcile: 'keep-replacement' }, false],
  ])('and replaced is one pod again when it is back, with %o', async (reconcile, isKept) => {
    const { world, asleep, original } = await started({ lostAfterSeconds: 3600, replace: true, ...reconcile })
    await world.passUntil('complete')
    const others = world.pods.filter(isAvailable).map(({ id }) => id)
    await world.wake(asleep)
    await world.pass(5)
    await world.passUntil('complete')
    const after = world.pods.map(({ id }) => id)
    expect(after).toHaveLength(2)
    expect(after.includes(original.id)).toBe(isKept)
    expect(after.filter((id) => others.includes(id))).toHaveLength(isKept ? 1 : 2)
    expect(world.violations).toEqual([])
  })

  test('and comes back after it was lost is ended, and what replaced it stays', async () => {
    const { world, asleep, original } = await started({ lostAfterSeconds: 60, reconcile: 'keep-original' })
    await world.pass(60)
    await world.passUntil('complete')
    const before = world.pods.map(({ id }) => id)
    await world.wake(asleep)
    await world.pass(5)
    expect(world.pods.map(({ id }) => id)).toEqual(before)
    expect(world.cluster.pod(original.id)).toMatchObject({ status: 'evicted' })
  })

  test('takes the time of the cluster where it names none, and its own toleration before either', async () => {
    const world = await World.start(1)
    await world.cluster.call('cluster.update', { unreachableTolerationSeconds: 77 })
    const plain = await world.cluster.run({ pack: 'app@1.0.0' })
    const own = await world.cluster.run({
      pack: 'app@1.0.0',
      disconnect: { lostAfterSeconds: 5 },
      tolerations: [{ key: 'stark/unreachable', operator: 'Exists' }],
    })
    expect(plain.tolerations).toMatchObject([{ key: 'stark/unreachable', tolerationSeconds: 77 }])
    expect(own.tolerations).toEqual([{ key: 'stark/unreachable', operator: 'Exists' }])
  })
})
