/**
 * Histories on one kernel: nodes join, leave and change, pods come and go, the configuration changes, commits are undone. Whatever
 * the kernel remembers between two decisions, each is what the oracle says, which remembers nothing.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as random from './arbitraries/index.ts'
import { isWaiting } from './cluster.ts'
import { compareVerdicts } from './compare.ts'
import { begin, calm, history, take, type Step } from './history.ts'
import { Witness } from './witness.ts'
import { startWorld, TIMES, type World } from './world.ts'

interface Given {
  readonly nodes: readonly random.NodeSpec[]
  readonly steps: readonly Step[]
  /** Pods that are asked about after each step and never created. */
  readonly probes: readonly random.PodSpec[]
}

const given = (theme: random.Theme): fc.Arbitrary<Given> =>
  fc.record({
    nodes: fc.array(theme.nodeSpec, { maxLength: 5, size: 'max' }),
    steps: history(theme, 20),
    probes: fc.array(theme.podSpec, { minLength: 1, maxLength: 2 }),
  })

/** Higher than any pod's index. */
const PROBES = 90

function agree(world: World, probes: readonly random.PodSpec[]): void {
  const cluster = world.cluster()
  for (const pod of [...cluster.pods.filter(isWaiting), ...probes.map((spec, index) => random.podOfSpec(spec, PROBES + index))]) {
    const { actual, expected } = compareVerdicts(world.kernel.scheduler, pod, cluster)
    expect({ pod: pod.name, ...actual }).toEqual({ pod: pod.name, ...expected })
  }
}

/** Who waits and need not, and who says a reason that is no longer so. */
function unsettled({ cluster, kernel: { scheduler } }: World, witness: Witness): string[] {
  return cluster()
    .pods.filter(isWaiting)
    .flatMap((pod) => {
      const { best, summary } = scheduler.judge(pod)
      if (best ?? (witness.isMadeRoomFor(pod) ? undefined : scheduler.nominate(pod))) return [`${pod.name} waits, and need not`]
      return pod.statusMessage === summary ? [] : [`${pod.name} says ${pod.statusMessage}, and it is ${summary}`]
    })
}

async function live({ nodes, steps, probes }: Given): Promise<void> {
  const world = await startWorld()
  await begin(world, nodes)
  await calm(world)
  const witness = new Witness(world)
  for (const step of steps) {
    witness.expectFirst(!step.isRefused)
    await take(world, step)
    await world.settle()
    witness.expectFirst(false)
    agree(world, probes)
    await calm(world)
    agree(world, probes)
    expect(witness.problems).toEqual([])
    expect(unsettled(world, witness)).toEqual([])
  }
}

describe('after every step of a history, every placement, eviction and verdict is the oracle’s', () => {
  test.each(Object.entries<random.Theme>(random.THEMES))(
    '%s',
    async (_name, theme) => {
      await fc.assert(fc.asyncProperty(given(theme), live), { numRuns: 25 * TIMES })
    },
    600_000,
  )
})
