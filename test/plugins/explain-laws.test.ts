/** Laws of explaining, over random clusters: what it says is what happens, and what it asks is never felt. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Node, Pod } from '../../kernel/index.ts'
import { explainedCluster, makeReal, node, on, type Explained } from './explain-cluster.ts'

const RUNS = 60

const label = fc.constantFrom('a', 'b')
const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const
const aNodeLike = fc.record({
  cpu: fc.integer({ min: 2, max: 10 }),
  zone: fc.option(label),
  isTainted: fc.boolean(),
  isCordoned: fc.integer({ min: 0, max: 3 }),
  room: fc.integer({ min: 1, max: 4 }),
})
const aWish = fc.record({
  cpu: fc.integer({ min: 1, max: 12 }),
  app: label,
  zone: fc.option(label, { freq: 3 }),
  doesTolerate: fc.boolean(),
  isAlone: fc.integer({ min: 0, max: 3 }),
  isSpread: fc.integer({ min: 0, max: 3 }),
  priorityClassName: fc.constantFrom('low', undefined, undefined, 'high'),
})
type Wish = typeof aWish extends fc.Arbitrary<infer T> ? T : never

const nodesOf = (likes: readonly (typeof aNodeLike extends fc.Arbitrary<infer T> ? T : never)[]): Node[] =>
  likes.map(({ cpu, zone, isTainted, isCordoned, room }, index) =>
    node(`n${index}`, {
      labels: zone === null ? {} : { zone },
      taints: isTainted ? [taint] : [],
      unschedulable: isCordoned === 0,
      allocatable: { cpu: cpu * 100, memory: 10_000, pods: room },
    }),
  )

function inputOf({ cpu, app, zone, doesTolerate, isAlone, isSpread, priorityClassName }: Wish) {
  const labelSelector = { matchLabels: { app } }
  return {
    pack: 'web',
    labels: { app },
    resources: { requests: { cpu: cpu * 100, memory: 10 } },
    tolerations: doesTolerate ? [{ key: 'gpu', operator: 'Exists' as const }] : [],
    scheduling: {
      ...(zone === null ? {} : { nodeSelector: { zone } }),
      ...(isAlone === 0
        ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector }] } }
        : {}),
      ...(isSpread === 0
        ? { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector }] }
        : {}),
    },
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  }
}

const world = fc.record({
  nodes: fc.array(aNodeLike, { minLength: 1, maxLength: 4 }),
  running: fc.array(fc.tuple(aWish, fc.nat()), { maxLength: 5 }),
  wish: aWish,
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const PRIORITIES = { low: -10, high: 10 } as const

/** The same cluster each time: what runs stands where it was put, whether it would be put there today or not. */
async function build({ nodes: likes, running }: World): Promise<{ cluster: Explained; nodes: Node[] }> {
  const cluster = await explainedCluster()
  const nodes = nodesOf(likes)
  const pods = running.map(([wish, at], index) => {
    const { pack: _, priorityClassName, resources, ...fields } = inputOf({ ...wish, cpu: Math.min(wish.cpu, 4) })
    const priority = priorityClassName === undefined ? 0 : PRIORITIES[priorityClassName]
    const home = nodes[at % nodes.length]
    if (!home) throw new Error('a world has a node')
    const className = { priority, priorityClassName: priorityClassName ?? null }
    const createdAt = new Date(Date.UTC(2025, 0, 1, 0, 0, index)).toISOString()
    return on(home, cluster, { ...fields, ...className, resources: { ...resources, limits: {} }, name: `p${index}`, createdAt })
  })
  await cluster.put(nodes, pods)
  return { cluster, nodes }
}

const records = ({ kernel }: Explained) => [...kernel.state.kinds.keys()].flatMap((kind) => [...kernel.state.kind(kind).table.raw.values()])

describe('over random clusters', () => {
  test('a pod goes where its dry run said, in place of whom it said', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { cluster } = await build(given)
        const { chosen, victims } = await cluster.dryRun(inputOf(given.wish))
        const pod = await cluster.run(inputOf(given.wish))
        const preempted = [...cluster.kernel.state.all('pods')].filter(({ reason }) => reason === 'Preempted').map(({ name }) => name)
        expect(preempted.toSorted()).toEqual(victims)
        await cluster.finish()
        expect(cluster.nodeNameOf(pod.id) ?? null).toBe(chosen)
      }),
      { numRuns: RUNS },
    )
  })

  test('each change that is proposed places the pod when it is made for real', { timeout: 120_000 }, async () => {
    let made = 0
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const input = inputOf(given.wish)
        const { changes } = await (await build(given)).cluster.dryRun(input)
        for (const change of changes) {
          const { cluster } = await build(given)
          const pod = await cluster.run(await makeReal(cluster, change, input))
          await cluster.finish()
          expect([change.text, cluster.pod(pod.id)?.status]).toEqual([change.text, 'scheduled'])
          made += 1
        }
      }),
      { numRuns: RUNS },
    )
    expect(made).toBeGreaterThan(RUNS / 4)
  })

  test('asking changes no record, and the same question has the same answer', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.nat(), async (given, at) => {
        const { cluster, nodes } = await build(given)
        const before = records(cluster)
        const steps = [
          { op: 'drain', node: nodes[at % nodes.length]?.name },
          { op: 'create', pods: [inputOf(given.wish)] },
        ]
        const first = await cluster.whatIf(...steps)
        expect(await cluster.dryRun(inputOf(given.wish))).toEqual(await cluster.dryRun(inputOf(given.wish)))
        expect(await cluster.whatIf(...steps)).toEqual(first)
        const after = records(cluster)
        expect(after).toHaveLength(before.length)
        expect(after.every((record, index) => record === before[index])).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('what if a node is drained is what follows when it is, and what it evicts is made again', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.nat(), async (given, at) => {
        const { cluster, nodes } = await build(given)
        const name = nodes[at % nodes.length]?.name ?? ''
        const forecast = await cluster.whatIf({ op: 'drain', node: name })
        const homes = new Map([...cluster.kernel.state.all('pods')].map((pod) => [pod.name, cluster.nodeNameOf(pod.id)]))
        await cluster.call('nodes.drain', { id: name })
        await makeAgain(cluster)
        const moves = [...cluster.kernel.state.all('pods')].flatMap((pod) => {
          const to = cluster.nodeNameOf(pod.id)
          return to === undefined || to === homes.get(pod.name) ? [] : [{ pod: pod.name, from: homes.get(pod.name), to }]
        })
        expect(moves.toSorted(byPod)).toEqual(forecast.moves.map(({ pod, from, to }) => ({ pod, from, to })))
        const pending = [...cluster.kernel.state.all('pods')].filter(({ status }) => status === 'pending').map(({ name: pod }) => pod)
        expect(pending.toSorted()).toEqual(forecast.pending.map(({ pod }) => pod))
      }),
      { numRuns: RUNS },
    )
  })
})

const byPod = (a: { pod: string }, b: { pod: string }): number => (a.pod < b.pod ? -1 : 1)

/** As their owners would: what was evicted is deleted and created again, the oldest first, until nothing is evicted any more. */
async function makeAgain(cluster: Explained): Promise<void> {
  const { kernel, call, finish } = cluster
  const evicted = (): Pod[] => [...kernel.state.all('pods')].filter(({ status }) => status === 'evicted')
  await finish()
  for (let lost = evicted(); lost.length > 0; lost = evicted()) {
    for (const { id, name, labels, tolerations, resources, scheduling, priorityClassName } of lost.toSorted(oldestFirst)) {
      await kernel.commit({ actorId: 'test' }, (transaction) => transaction.delete('pods', id))
      const className = priorityClassName === null ? {} : { priorityClassName }
      await call('pods.create', { pack: 'web', name, labels, tolerations, resources, scheduling, ...className })
    }
    await finish()
  }
}

const oldestFirst = (a: Pod, b: Pod): number => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1)
