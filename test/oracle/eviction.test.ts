/** Taints and tolerations that come and go while pods run: each pod leaves when the oracle says, to the millisecond, or stays. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node, Pod, Taint, Toleration } from '../../kernel/schema/index.ts'
import { aNode, aPod } from '../support/builders.ts'
import { idOf } from './ids.ts'
import { hasEnded } from './cluster.ts'
import { evictedAt, type Moment } from './eviction.ts'
import { startWorld, TIMES, type World } from './world.ts'

const taint: fc.Arbitrary<Taint> = fc.record({
  key: fc.constantFrom('gpu', 'spot'),
  value: fc.constantFrom('', 'yes'),
  effect: fc.constantFrom('NoExecute' as const, 'NoExecute' as const, 'NoSchedule' as const),
})
const toleration = fc.record(
  {
    key: fc.constantFrom('gpu', 'spot', ''),
    operator: fc.constantFrom('Equal' as const, 'Exists' as const, 'Exists' as const),
    value: fc.constantFrom('', 'yes'),
    effect: fc.constantFrom('' as const, 'NoExecute' as const, 'NoSchedule' as const),
    tolerationSeconds: fc.constantFrom(-1, 0, 5, 20, 60),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Toleration>
const taints = fc.array(taint, { maxLength: 2 })
const tolerations = fc.array(toleration, { maxLength: 3 })

const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('taint' as const), node: fc.nat(1), taints }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tolerate' as const), pod: fc.nat(3), tolerations }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'relabel' as const), pod: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'find' as const), node: fc.nat(1) }) },
)
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never

const given = fc.record({
  nodes: fc.tuple(taints, taints),
  pods: fc.array(fc.record({ node: fc.nat(1), tolerations }), { minLength: 1, maxLength: 4, size: 'max' }),
  events: fc.array(fc.record({ afterSeconds: fc.constantFrom(0, 3, 10, 30), what: event }), { maxLength: 8, size: 'max' }),
})

const nodeId = (index: number): string => idOf(0xb1, index)
const podId = (index: number): string => idOf(0xc1, index)

/** Long enough for every toleration to run out. */
const WATCHED_MS = 90_000

/** When each pod was first told to leave, by name. */
function watch({ kernel, clock }: World, began: number): Map<string, number> {
  const left = new Map<string, number>()
  kernel.committer.onApplied(({ origin, changes }) => {
    if (origin.actorId !== 'taint-eviction') return
    for (const change of changes) {
      const name = change.op === 'put' && change.kind === 'pods' ? (change.record as Pod).name : undefined
      if (name !== undefined && !left.has(name)) left.set(name, clock.now() - began)
    }
  })
  return left
}

async function happen(world: World, what: Event): Promise<void> {
  const { state } = world.kernel
  const pod = 'pod' in what ? state.get('pods', podId(what.pod)) : undefined
  await world.write((transaction) => {
    if (what.do === 'taint') transaction.update('nodes', nodeId(what.node), { taints: what.taints })
    else if (what.do === 'lose' || what.do === 'find') {
      transaction.update('nodes', nodeId(what.node), { status: what.do === 'lose' ? 'offline' : 'online' })
    } else if (pod && what.do === 'tolerate') transaction.update('pods', pod.id, { tolerations: what.tolerations })
    else if (pod && what.do === 'relabel') transaction.update('pods', pod.id, { labels: { seen: 'again' } })
    else if (pod && !hasEnded(pod)) transaction.update('pods', pod.id, { status: 'succeeded' })
  })
}

/** How every pod stands now, by name. */
function look({ kernel: { state } }: World, atMs: number): Map<string, Moment> {
  return new Map(
    [...state.all('pods')].map((pod) => {
      const node = state.get('nodes', pod.nodeId ?? '') as Node
      // Who was evicted is on its way out already: what is asked is whether it had to.
      const isOver = hasEnded(pod) && pod.reason !== 'NodeLost'
      return [pod.name, { atMs, taints: node.taints, tolerations: pod.tolerations, isOver }]
    }),
  )
}

test('a pod leaves its node when the oracle says, or stays', async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ nodes, pods, events }) => {
      const world = await startWorld()
      const began = world.clock.now()
      const left = watch(world, began)
      await world.write((transaction) => {
        nodes.forEach((each, index) => transaction.create('nodes', aNode({ id: nodeId(index), name: `n${index}`, taints: each })))
        pods.forEach(({ node, ...fields }, index) => {
          transaction.create('pods', aPod({ ...fields, id: podId(index), name: `p${index}`, nodeId: nodeId(node), status: 'running' }))
        })
      })
      const moments = [look(world, 0)]
      await world.settle()
      for (const [index, { afterSeconds, what }] of events.entries()) {
        // A millisecond more each time: nothing falls due just when something happens.
        world.clock.advance(afterSeconds * 1000 + index + 1)
        await happen(world, what)
        moments.push(look(world, world.clock.now() - began))
        await world.settle()
      }
      world.clock.advance(WATCHED_MS)
      const expected = pods.map((_pod, index) => [`p${index}`, evictedAt(moments.flatMap((each) => each.get(`p${index}`) ?? []))] as const)
      expect(pods.map((_pod, index) => [`p${index}`, left.get(`p${index}`)])).toEqual(expected)
    }),
    { numRuns: 150 * TIMES },
  )
}, 600_000)
