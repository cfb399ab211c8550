/**
 * What deployments promise, whatever happens to them: random operations and faults on the virtual clock, and after each commit the promises
 * are checked (deployment-promises.ts). When the faults end and a good version is wanted, drained nodes are empty, and everything is as it was
 * asked for.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isEnded, type Pod } from '../../kernel/index.ts'
import { isAvailable } from './deployment-promises.ts'
import { BAD, World } from './deployment-world.ts'

/** More of them find more: RUNS=500 npm run -s test:only -- test/plugins/deployment-laws.test.ts */
const RUNS = Number(process.env['RUNS'] ?? 40)
const NODES = 3

const onPod = fc.record({ do: fc.constantFrom('crash', 'delete' as const), pod: fc.nat(9) })
const onNode = fc.record({
  do: fc.constantFrom('lose', 'silence', 'silence', 'wake', 'wake', 'drain', 'drain', 'force', 'uncordon', 'taint', 'untaint' as const),
  node: fc.nat(NODES - 1),
})
const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0', BAD) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('scale' as const), replicas: fc.nat(5) }) },
    { weight: 3, arbitrary: onPod },
    { weight: 3, arbitrary: onNode },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rollback', 'pause', 'resume', 'promote', 'restart' as const) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 3, 15, 70, 650) }) },
  ),
  { minLength: 4, maxLength: 20 },
)
type Command = typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never
type NodeCommand = typeof onNode extends fc.Arbitrary<infer C> ? C : never

const isOfNode = (command: Command): command is NodeCommand => 'node' in command

async function follow(world: World, command: Command): Promise<void> {
  const { cluster, pods } = world
  const pod = 'pod' in command ? pods[command.pod % Math.max(1, pods.length)] : undefined
  if (isOfNode(command)) await followOnNode(world, command)
  else if (command.do === 'update') await world.ask('update', { packVersion: command.version })
  else if (command.do === 'scale') {
    if (world.deployment.mode === 'replicated') await world.ask('scale', { replicas: command.replicas })
  } else if (command.do === 'crash') {
    if (pod?.nodeId && pod.status === 'running' && world.nodes.has(pod.nodeId)) await cluster.report(pod, { status: 'failed' })
  } else if (command.do === 'delete') {
    if (pod) await cluster.call('pods.delete', { id: pod.id })
  } else if (command.do === 'rollback') {
    if (world.deployment.revisions.length > 1) await world.ask('rollback')
  } else if (command.do === 'restart') await world.restart()
  else if (command.do === 'pass') await world.pass(command.seconds)
  else await world.ask(command.do)
  await world.cluster.settle()
}

async function followOnNode(world: World, command: NodeCommand): Promise<void> {
  const { cluster, nodes, away } = world
  const [id] = [...nodes.keys()].slice(command.node)
  if (command.do === 'wake') {
    const [asleep] = away.keys()
    if (asleep !== undefined) await world.wake(asleep)
  } else if (id === undefined) return
  else if (command.do === 'lose') {
    if (nodes.size <= 1) return
    await world.lose(id)
    // A goodbye is kept in memory: over a restart before it counts it is as silence, which can last for an hour here.
    await world.pass(12)
  } else if (command.do === 'silence') world.silence(id)
  else if (command.do === 'force') await cluster.call('nodes.drain', { id, force: true })
  else if (command.do === 'taint') await cluster.call('nodes.update', { id, taints: [{ key: 'gpu', effect: 'NoSchedule' }] })
  else if (command.do === 'untaint') await cluster.call('nodes.update', { id, taints: [] })
  else await cluster.call(`nodes.${command.do}`, { id })
}

const strategies = fc.record({
  maxSurge: fc.nat(2),
  maxUnavailable: fc.nat(2),
  progressDeadlineSeconds: fc.constantFrom(20, 60),
  autoRollback: fc.boolean(),
  canary: fc.option(fc.record({ share: fc.constantFrom('25%', 1) })),
})
const templates = fc.record({
  disconnect: fc.record({
    lostAfterSeconds: fc.constantFrom(60, 3600),
    replace: fc.boolean(),
    reconcile: fc.constantFrom('keep-original', 'keep-replacement', 'keep-longest-running'),
  }),
})
const modes = fc.oneof(fc.record({ mode: fc.constant('replicated'), replicas: fc.nat(5) }), fc.record({ mode: fc.constant('daemon') }))

/** The faults are over: all that is there is in touch again, and a good version is wanted. */
async function settleDown(world: World): Promise<void> {
  for (const id of Array.from(world.away.keys())) await world.wake(id)
  await world.pass(2)
  for (const id of world.nodes.keys()) await world.cluster.call('nodes.update', { id, taints: [] })
  await world.ask('update', { packVersion: '2.0.0', strategy: { canary: null, progressDeadlineSeconds: 600 } })
  await world.ask('resume')
  // The longest back-off of a pod that crashed, and what follows.
  await world.pass(400)
}

/** Those that are drained are empty, where there is anywhere to go. */
function expectDrained(world: World): void {
  const { state } = world.cluster.kernel
  const nodes = [...world.nodes.keys()].flatMap((id) => state.get('nodes', id) ?? [])
  const drained = nodes.filter(({ drain }) => drain)
  if (drained.length === nodes.length) return
  for (const { id, drain } of drained) {
    expect(drain).toMatchObject({ doneAt: expect.any(String), leaving: 0, waitsFor: [] })
    if (world.deployment.mode === 'replicated') expect(state.by('pods', 'nodeId', id).filter((pod) => !isEnded(pod))).toEqual([])
  }
}

const availableIn = (world: World): number => world.pods.filter(isAvailable).length
const liveOn = (world: World, id: string): Pod[] => world.cluster.kernel.state.by('pods', 'nodeId', id).filter((pod) => !isEnded(pod))
/** Nodes that say that they are drained, and are not. */
function notEmpty(world: World): string[] {
  const done = [...world.cluster.kernel.state.all('nodes')].filter(({ drain }) => drain?.doneAt)
  return world.deployment.mode === 'daemon'
    ? []
    : done.flatMap(({ id, name }) => (liveOn(world, id).length > 0 ? [`${name} is not empty`] : []))
}

/** A node with pods on it, where there is another one that takes them. */
const nodeToLeave = (world: World): string | undefined =>
  world.nodes.size > 1 ? [...world.nodes.keys()].find((id) => liveOn(world, id).length > 0) : undefined

/** A node that is drained is empty after a while, and nobody noticed where pods may be made before others go. */
async function drainOne(world: World): Promise<void> {
  const id = nodeToLeave(world)
  if (id === undefined) return
  const { replicas, strategy } = world.deployment
  await world.cluster.call('nodes.drain', { id })
  for (let passed = 0; passed < 60; passed += 1) {
    await world.pass(1)
    if (Number(strategy.maxSurge) > 0) expect(availableIn(world)).toBeGreaterThanOrEqual(replicas ?? 0)
  }
  expect(liveOn(world, id)).toEqual([])
  await world.cluster.call('nodes.uncordon', { id })
  await world.pass(5)
}

/** Out of touch, its pods are replaced where that is wanted, and not waited for by a drain; back again, there are as many as ever. */
async function silenceOne(world: World, isReplaced: boolean): Promise<void> {
  const id = nodeToLeave(world)
  if (id === undefined) return
  const replicas = world.deployment.replicas ?? 0
  const there = liveOn(world, id).length
  world.silence(id)
  await world.pass(45)
  expect(availableIn(world)).toBe(isReplaced ? replicas : replicas - there)
  await world.cluster.call('nodes.drain', { id })
  await world.pass(10)
  expect(liveOn(world, id).filter(({ status }) => status !== 'stopping')).toEqual([])
  expect(availableIn(world)).toBe(replicas)
  await world.cluster.call('nodes.uncordon', { id })
  await world.wake(id)
  await world.pass(10)
  expect(world.pods.filter(isAvailable)).toHaveLength(replicas)
  expect(world.pods).toHaveLength(replicas)
}

async function expectGoodEnd(world: World, disconnect: { readonly replace: boolean }): Promise<void> {
  await settleDown(world)
  expectDrained(world)
  for (const id of world.nodes.keys()) await world.cluster.call('nodes.uncordon', { id })
  await world.pass(100)
  const { status, replicas } = world.deployment
  expect(status).toMatchObject({ phase: 'complete', version: '2.0.0' })
  expect(world.pods.filter(isAvailable)).toHaveLength(replicas ?? world.nodes.size)
  expect(world.versions.every((version) => version === '2.0.0')).toBe(true)
  const nodes = new Set(world.pods.map(({ nodeId }) => nodeId))
  expect(replicas !== null || nodes.size === world.nodes.size).toBe(true)
  if (replicas !== null) {
    await drainOne(world)
    await silenceOne(world, disconnect.replace)
  }
  expect(world.violations).toEqual([])
}

describe('a deployment under random operations and faults', () => {
  test('is never taken below or above its promises by itself, and ends as it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(modes, strategies, templates, commands, async (mode, strategy, template, sequence) => {
        const world = await World.start(NODES)
        await world.create({ ...mode, strategy, template })
        for (const command of sequence) {
          await follow(world, command)
          expect([...world.violations, ...notEmpty(world)]).toEqual([])
        }
        await expectGoodEnd(world, template.disconnect)
        await world.cluster.kernel.stop()
      }),
      { numRuns: RUNS },
    )
  }, 180_000)

  test('starts crashed pods again only when their back-off is over, which ten minutes of health forget', async () => {
    const times = fc.array(fc.constantFrom(1, 30, 599, 601, 700), { minLength: 2, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(times, async (healthySeconds) => {
        const world = await World.start(1)
        await world.create({ replicas: 1 })
        await world.passUntil('complete')
        for (const seconds of healthySeconds) {
          await world.pass(seconds)
          const [pod] = world.pods
          if (!pod) throw new Error('the pod is gone')
          await world.cluster.report(pod, { status: 'failed' })
          for (let waited = 0; world.pods[0]?.status !== 'running' && waited < 310; waited += 1) await world.pass(1)
          expect(world.pods[0]?.status).toBe('running')
          expect(world.violations).toEqual([])
        }
        await world.cluster.kernel.stop()
      }),
      { numRuns: 12, examples: [[[1, 1, 1, 1, 1, 1, 1, 601, 1]]] },
    )
  }, 60_000)
})
