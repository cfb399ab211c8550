/** The same state, plugins and history give the same placement, node for node, also over a restart from the store. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as random from './arbitraries/index.ts'
import { begin, calm, history, placements, take, type Step } from './history.ts'
import { startWorld, TIMES, type World } from './world.ts'

/** Where there is too little room, most decisions hang on what happened before. */
const theme = random.THEMES['more pods than there is room for']
const given = fc.record({
  nodes: fc.array(theme.nodeSpec, { minLength: 1, maxLength: 5, size: 'max' }),
  steps: fc.oneof(history(theme, 12), history(random.THEMES['a little of everything'], 12)),
})

async function live(world: World, steps: readonly Step[]): Promise<object[]> {
  const seen: object[] = []
  for (const step of steps) {
    await take(world, step)
    await calm(world)
    seen.push(placements(world))
  }
  return seen
}

async function started(nodes: readonly random.NodeSpec[]): Promise<World> {
  const world = await startWorld()
  await begin(world, nodes)
  return world
}

/** A new process on the same store, no earlier than the old one. Heartbeats are in memory, so nodes report again. */
async function restarted(old: World): Promise<World> {
  const { reported = new Map<string, never>() } = old.cluster()
  await old.kernel.stop()
  const world = await startWorld({ store: old.store })
  world.clock.advance(old.clock.now() - world.clock.now())
  for (const [nodeId, used] of reported) if (world.kernel.state.get('nodes', nodeId)) await world.report(nodeId, used)
  await calm(world)
  return world
}

/** Whoever is asked to leave has left: who waits for whom is not this test's subject. */
async function allStopped(world: World): Promise<void> {
  const leave: Step = { events: [{ do: 'what stops has stopped' }], isRefused: false }
  for (let rounds = 0; rounds < 20 && world.cluster().pods.some(({ status }) => status === 'stopping'); rounds += 1) {
    await take(world, leave)
    await calm(world)
  }
}

describe('placement', () => {
  test('is the same when the same happens again', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ nodes, steps }) => {
        const first = await live(await started(nodes), steps)
        expect(await live(await started(nodes), steps)).toEqual(first)
      }),
      { numRuns: 15 * TIMES },
    )
  }, 600_000)

  test('goes on after a restart as if there had been none', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.nat(11), async ({ nodes, steps }, at) => {
        const over = async (goOn: (world: World) => Promise<World>): Promise<object[]> => {
          const world = await started(nodes)
          const before = await live(world, steps.slice(0, at))
          await allStopped(world)
          return [...before, ...(await live(await goOn(world), steps.slice(at)))]
        }
        expect(await over(restarted)).toEqual(await over(async (world) => world))
      }),
      { numRuns: 25 * TIMES },
    )
  }, 600_000)
})

describe('the policy random', () => {
  const nodes = fc.uniqueArray(fc.nat(7), { minLength: 2, maxLength: 8 })
  const alike: random.NodeSpec = {
    labels: {},
    taints: [],
    unschedulable: false,
    allocatable: { cpu: 4000, memory: 8000, storage: 1000, pods: 110 },
    status: 'online',
    runtimeType: 'node',
    version: '20.19.0',
  }
  const pod: random.PodSpec = {
    namespace: 'default',
    pack: 0,
    labels: {},
    requests: { cpu: 100 },
    tolerations: [],
    scheduling: { schedulingPolicy: 'random' },
    priority: 0,
    preemptionPolicy: 'Never',
    nodeName: null,
    age: 0,
  }
  /** @param order in which the nodes join */
  async function drawn(order: readonly number[], podIndexes: readonly number[]): Promise<(string | undefined)[]> {
    const world = await startWorld()
    for (const index of order) await world.write((transaction) => transaction.create('nodes', random.nodeOfSpec(alike, index)))
    return podIndexes.map((index) => world.kernel.scheduler.judge(random.podOfSpec(pod, index)).best?.name)
  }

  test('draws the same node for the same pod, whatever order the nodes came in', async () => {
    await fc.assert(
      fc.asyncProperty(nodes, fc.nat(50), async (order, index) => {
        expect(await drawn(order.toReversed(), [index])).toEqual(await drawn(order, [index]))
      }),
      { numRuns: 20 * TIMES },
    )
  }, 600_000)

  test('leaves no node out', async () => {
    const indexes = Array.from({ length: 60 }, (_each, index) => index)
    const seen = new Set(await drawn([0, 1, 2, 3], indexes))
    expect(seen).toEqual(new Set(['n00', 'n01', 'n02', 'n03']))
  })
})
