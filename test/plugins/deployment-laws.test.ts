/**
 * What deployments promise, whatever happens to them: random operations and faults on the virtual clock, and after each commit of the
 * deployments' own the promise is checked. When the faults end and a good version is wanted, everything is as it was asked for.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BAD, isAvailable, World } from './deployment-world.ts'

/** More of them find more: RUNS=500 npm run -s test:only -- test/plugins/deployment-laws.test.ts */
const RUNS = Number(process.env['RUNS'] ?? 25)
const NODES = 3

const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0', BAD) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('scale' as const), replicas: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('crash', 'delete' as const), pod: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose', 'drain', 'uncordon' as const), node: fc.nat(NODES - 1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rollback', 'pause', 'resume', 'promote' as const) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 3, 15, 70) }) },
  ),
  { minLength: 4, maxLength: 20 },
)
type Command = typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never

async function follow(world: World, command: Command): Promise<void> {
  const { cluster } = world
  const pods = world.pods
  const pod = 'pod' in command ? pods[command.pod % Math.max(1, pods.length)] : undefined
  const [node] = 'node' in command ? [...world.nodes.keys()].slice(command.node) : []
  if (command.do === 'update') await world.ask('update', { packVersion: command.version })
  else if (command.do === 'scale') {
    if (world.deployment.mode === 'replicated') await world.ask('scale', { replicas: command.replicas })
  } else if (command.do === 'crash') {
    if (pod?.nodeId && pod.status === 'running') await cluster.report(pod, { status: 'failed' })
  } else if (command.do === 'delete') {
    if (pod) await cluster.call('pods.delete', { id: pod.id })
  } else if (command.do === 'lose') {
    if (node !== undefined && world.nodes.size > 1) await world.lose(node)
  } else if (command.do === 'drain' || command.do === 'uncordon') {
    if (node !== undefined) await cluster.call(`nodes.${command.do}`, { id: node })
  } else if (command.do === 'rollback') {
    if (world.deployment.revisions.length > 1) await world.ask('rollback')
  } else if (command.do === 'pass') await world.pass(command.seconds)
  else await world.ask(command.do)
  await cluster.settle()
}

const strategies = fc.record({
  maxSurge: fc.nat(2),
  maxUnavailable: fc.nat(2),
  progressDeadlineSeconds: fc.constantFrom(20, 60),
  autoRollback: fc.boolean(),
  canary: fc.option(fc.record({ share: fc.constantFrom('25%', 1) })),
})
const modes = fc.oneof(fc.record({ mode: fc.constant('replicated'), replicas: fc.nat(5) }), fc.record({ mode: fc.constant('daemon') }))

describe('a deployment under random operations and faults', () => {
  test('is never taken below its promise by itself, and ends as it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(modes, strategies, commands, async (mode, strategy, sequence) => {
        const world = await World.start(NODES)
        await world.create({ ...mode, strategy })
        for (const command of sequence) {
          await follow(world, command)
          expect(world.violations).toEqual([])
        }
        for (const id of world.nodes.keys()) await world.cluster.call('nodes.uncordon', { id })
        await world.ask('update', { packVersion: '2.0.0', strategy: { canary: null, progressDeadlineSeconds: 600 } })
        await world.ask('resume')
        // The longest back-off of a pod that crashed, and what follows.
        await world.pass(400)
        const { status, replicas } = world.deployment
        expect(world.violations).toEqual([])
        expect(status).toMatchObject({ phase: 'complete', version: '2.0.0' })
        expect(world.pods.filter(isAvailable)).toHaveLength(replicas ?? world.nodes.size)
        expect(world.versions.every((version) => version === '2.0.0')).toBe(true)
        await world.cluster.kernel.stop()
      }),
      { numRuns: RUNS },
    )
  }, 120_000)
})
