/** The scheduling loop as its users see it. This file runs in Node.js and, unchanged, in a browser. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Node, NodeFacts, Plugin, Pod } from '../../kernel/index.ts'
import { health } from '../../plugins/health.ts'
import { resources } from '../../plugins/resources/index.ts'
import { runtime } from '../../plugins/runtime.ts'
import { taints } from '../../plugins/taints.ts'
import { aNode, aPack, aPod, ofPack, type NodeFields, type PodFields } from '../support/builders.ts'
import { nouns, startKernel, type TestKernel } from '../support/kernel.ts'

const rule = (name: string, apply: Plugin['apply']): Plugin => ({ name, apply })
const owner = { actorId: 'test' }

async function cluster(nodes: readonly NodeFields[], plugins: readonly Plugin[] = [resources()]) {
  const started = await startKernel([nouns(), ...plugins])
  await started.kernel.commit(owner, (transaction) => {
    for (const fields of nodes) transaction.add('nodes', aNode(fields))
  })
  return { ...started, ...hands(started) }
}

function hands({ kernel, settle }: TestKernel) {
  return {
    async add(...pods: PodFields[]): Promise<Pod[]> {
      const added = await kernel.commit(owner, (transaction) => pods.map((fields) => transaction.add('pods', aPod(fields))))
      await settle()
      return added
    },
    async addNode(fields: NodeFields = {}): Promise<Node> {
      const node = await kernel.commit(owner, (transaction) => transaction.add('nodes', aNode(fields)))
      await settle()
      return node
    },
    async end(pod: Pod): Promise<void> {
      await kernel.commit(owner, (transaction) => transaction.update('pods', pod.id, { status: 'succeeded' }))
      await settle()
    },
    where(pod: Pod): string | undefined {
      const { nodeId } = kernel.state.get('pods', pod.id) ?? {}
      return nodeId ? kernel.state.get('nodes', nodeId)?.name : undefined
    },
    pod: (pod: Pod): Pod | undefined => kernel.state.get('pods', pod.id),
  }
}

const asks = (cpu: number): PodFields => ({ resources: { requests: { cpu } } })

describe('a pending pod', () => {
  test('goes to the node with the most room, and its binding is one incarnation', async () => {
    const { add, where, pod } = await cluster([
      { name: 'full', allocatable: { cpu: 1000 } },
      { name: 'roomy', allocatable: { cpu: 8000 } },
    ])
    const [placed] = await add(asks(500))
    expect(where(placed as Pod)).toBe('roomy')
    expect(pod(placed as Pod)).toMatchObject({ status: 'scheduled', incarnation: 1, reason: 'Scheduled' })
  })

  test('that fits nowhere says why, and names what is short', async () => {
    const { add, pod } = await cluster([
      { name: 'n1', allocatable: { cpu: 100 } },
      { name: 'n2', allocatable: { cpu: 200 } },
    ])
    const [waiting] = await add(asks(500))
    expect(pod(waiting as Pod)).toMatchObject({ status: 'pending', reason: 'Unschedulable', statusMessage: '0/2 nodes fit: 2 lack cpu' })
  })

  test('goes where it can as soon as a node joins', async () => {
    const { add, addNode, where, settle, clock } = await cluster([])
    const [waiting] = await add(asks(500))
    expect(where(waiting as Pod)).toBeUndefined()
    await addNode({ name: 'late' })
    clock.advance(10_000)
    await settle()
    expect(where(waiting as Pod)).toBe('late')
  })

  test('takes the place of a pod that has ended', async () => {
    const { add, end, where, settle, clock } = await cluster([{ name: 'only', allocatable: { cpu: 500 } }])
    const [first, second] = await add(asks(500), asks(500))
    expect([where(first as Pod), where(second as Pod)]).toEqual(['only', undefined])
    await end(first as Pod)
    clock.advance(10_000)
    await settle()
    expect(where(second as Pod)).toBe('only')
  })
})

describe('the queue', () => {
  test('serves the highest priority first, then the oldest', async () => {
    const { add, where } = await cluster([{ name: 'only', allocatable: { cpu: 500 } }])
    const [low, high] = await add({ ...asks(500), priority: 1 }, { ...asks(500), priority: 9 })
    expect(where(high as Pod)).toBe('only')
    expect(where(low as Pod)).toBeUndefined()
  })

  test('is not starved by pods that fit nowhere, however many and important', async () => {
    const { add, where } = await cluster([{ name: 'only' }])
    await add(...Array.from({ length: 600 }, () => ({ ...asks(1_000_000), priority: 1000 })))
    const [modest] = await add(asks(100))
    expect(where(modest as Pod)).toBe('only')
  })

  test('tries one pod for all that are alike when something happens, and tells all of them why they go on waiting', async () => {
    const looked = new Set<string>()
    const seeing = rule('seeing', ({ hooks }) =>
      hooks.preempt.tap('seeing', ({ pod }) => {
        looked.add(pod.id)
        return undefined
      }),
    )
    const node: NodeFields = { name: 'only', allocatable: { cpu: 500 } }
    const { add, pod, kernel, settle, clock } = await cluster([node], [resources(), taints(), seeing])
    await add({ ...asks(500), priority: -1 })
    const alike = { ...ofPack(aPack()), ...asks(450) }
    const waiting = await add(...Array.from({ length: 50 }, () => alike))
    expect(looked.size).toBe(50)
    looked.clear()
    const [{ id }] = [...kernel.state.all('nodes')] as [Node]
    await kernel.commit(owner, (transaction) => transaction.update('nodes', id, { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }))
    clock.advance(10_000)
    await settle()
    expect(looked.size).toBe(1)
    expect(new Set(waiting.map((each) => pod(each)?.statusMessage))).toEqual(new Set(['0/1 nodes fit: 1 have untolerated taint gpu=']))
  })

  test('goes on with the next of its kind as soon as one was placed', async () => {
    const { add, where, addNode, settle, clock } = await cluster([])
    const alike = { ...ofPack(aPack()), ...asks(500) }
    const waiting = await add(...Array.from({ length: 20 }, () => alike))
    await addNode({ name: 'late', allocatable: { cpu: 5_000, memory: 100_000, pods: 110 } })
    clock.advance(10_000)
    await settle()
    expect(waiting.filter((each) => where(each) === 'late')).toHaveLength(10)
  })

  test('leaves alone what nothing that happened could help', async () => {
    let asked = 0
    const counting = rule('counting', ({ hooks }) =>
      hooks.filter.tap('counting', (candidates) => {
        if (candidates.pod.labels['app'] !== 'picky') return
        candidates.where(
          () => {
            asked += 1
            return 'never fits'
          },
          { isVolatile: true },
        )
        candidates.retryOn('packs:put')
      }),
    )
    const { add, end, kernel, settle } = await cluster([{ name: 'n1' }], [counting])
    const [other] = await add({}, { labels: { app: 'picky' } })
    const once = asked
    await end(other as Pod)
    expect(asked).toBe(once)
    await kernel.commit(owner, (transaction) => transaction.add('packs', aPack()))
    await settle()
    expect(asked).toBeGreaterThan(once)
  })
})

describe('a store that refuses', () => {
  test('is asked once a second and not without end, and the pod is placed when it is back', async () => {
    let asked = 0
    const counting = rule('counting', ({ hooks }) => hooks.persist.tap('counting', () => void (asked += 1)))
    const { add, addNode, where, store, clock, settle } = await cluster([], [resources(), counting])
    const [waiting] = await add(asks(100))
    store.isHeld = true
    const joined = addNode({ name: 'late' })
    store.release()
    await joined
    store.fail(new Error('the disk is full'))
    store.isHeld = false
    store.refusal = new Error('the disk is full')
    await settle()
    asked = 0
    clock.advance(3_000)
    await settle()
    expect(asked).toBeLessThanOrEqual(3)
    store.refusal = undefined
    clock.advance(20_000)
    await settle()
    expect(where(waiting as Pod)).toBe('late')
  })
})

describe('plugins', () => {
  test('prefer with points, and the higher total wins', async () => {
    const likes = rule('likes', ({ hooks }) =>
      hooks.score.tap('likes', (board) => board.add((node) => (node.labels['tier'] === 'gold' ? 100 : 0))),
    )
    const { add, where } = await cluster([{ name: 'a' }, { name: 'b', labels: { tier: 'gold' } }], [likes])
    const [placed] = await add({})
    expect(where(placed as Pod)).toBe('b')
  })

  test('say once for all pods what is the same for them, and each pod weighs it as it was told', async () => {
    let asked = 0
    const likes = rule('likes', ({ hooks }) =>
      hooks.score.tap('likes', (board) => {
        const score = (node: NodeFacts) => {
          asked += 1
          return node.labels['tier'] === 'gold' ? 100 : 0
        }
        board.add(score, { sharedAs: 'tier', weight: board.pod.labels['app'] === 'snob' ? 1 : 0 })
      }),
    )
    const { kernel } = await cluster([{ name: 'a' }, { name: 'b', labels: { tier: 'gold' } }], [likes])
    const best = (app: string) => kernel.scheduler.judge(aPod({ labels: { app } })).best?.name
    expect([best('modest'), best('snob'), best('modest')]).toEqual(['a', 'b', 'a'])
    for (const app of ['one', 'another', 'third']) expect(best(app)).toBe('a')
    const before = asked
    expect(best('fourth')).toBe('a')
    expect(asked).toBe(before)
  })

  test('are timed in one pass of ten, by whoever hands in a stopwatch, until that ends', async () => {
    let now = 0
    const slow = rule('slow', ({ hooks }) =>
      hooks.filter.tap('slow', (candidates) => {
        now += 7
        candidates.where(() => {
          now += 5
          return true
        })
      }),
    )
    const { kernel, add } = await cluster([{ name: 'a' }], [slow])
    const timed: string[] = []
    const measure = () => kernel.scheduler.measure({ now: () => now, onTimed: (...told) => timed.push(told.join(' ')) })
    const end = measure()
    expect(measure).toThrow('measured already')
    for (let pass = 0; pass < 11; pass += 1) await add({ labels: { pass: String(pass) } })
    expect(timed.filter((each) => each.endsWith('slow'))).toEqual(['describe 7 slow', 'filter 5 slow', 'describe 7 slow', 'filter 5 slow'])
    expect(timed).toContain('filter 5 ')
    end()
    timed.length = 0
    for (let pass = 0; pass < 10; pass += 1) await add({ labels: { later: String(pass) } })
    expect(timed).toEqual([])
  })

  test('that throw are named in the reason and stop no other pod', async () => {
    const broken = rule('broken', ({ hooks }) =>
      hooks.filter.tap('broken', (candidates) => {
        if (candidates.pod.labels['app'] === 'unlucky') throw new Error('no such field')
      }),
    )
    const { add, pod, where } = await cluster([{ name: 'n1' }], [broken])
    const [unlucky, lucky] = await add({ labels: { app: 'unlucky' } }, {})
    expect(pod(unlucky as Pod)?.statusMessage).toBe('0/1 nodes fit: 1 plugin broken failed')
    expect(where(lucky as Pod)).toBe('n1')
  })

  test('that throw while they score are as if they had said nothing, in either way of scoring', async () => {
    const broken = (normalise?: (scores: readonly number[]) => readonly number[]) =>
      rule(`broken-${normalise ? 'relative' : 'absolute'}`, ({ hooks }) =>
        hooks.score.tap('broken', (board) =>
          board.add(
            () => {
              throw new Error('no such field')
            },
            normalise ? { normalise } : {},
          ),
        ),
      )
    const { add, where } = await cluster([{ name: 'a' }, { name: 'b' }], [broken(), broken((scores) => scores)])
    const [placed] = await add({})
    expect(where(placed as Pod)).toBe('a')
  })

  test('count pods on nodes by anything in a node’s record, as it is now', async () => {
    const crowd = rule('crowd', ({ hooks }) =>
      hooks.filter.tap('crowd', (candidates) => {
        const inUse = candidates.tally(() => [['zone', 1]], { on: (node) => !node.unschedulable })
        candidates.where((node) => inUse.at('zone', node) === 0 || 'are in a zone in use', { isVolatile: true })
      }),
    )
    const { kernel, add } = await cluster([{ name: 'a', labels: { zone: 'z' }, unschedulable: true }], [crowd])
    await add({})
    const next = aPod()
    const fits = () => kernel.scheduler.judge(next).feasible.length
    expect(fits()).toBe(1)
    const { id = '' } = kernel.state.find('nodes', 'name', 'a') ?? {}
    await kernel.commit(owner, (transaction) => transaction.update('nodes', id, { unschedulable: false }))
    expect(fits()).toBe(0)
  })

  test('a victim that preemption names is asked to stop, and the pod takes its place once it has', async () => {
    const preempt = rule('preempt', ({ hooks, state }) =>
      hooks.preempt.tap('preempt', ({ best, leastOf }) => {
        const propose = (node: NodeFacts) => {
          const pods = [...state.all('pods')].filter(({ nodeId }) => nodeId === node.id)
          const victims = leastOf(node, pods)
          return victims && { nodeId: node.id, victims }
        }
        return best({ bound: ({ id }) => ({ nodeId: id, victims: [] }), propose, compare: () => 0 })
      }),
    )
    const { add, pod, end, where, clock, settle } = await cluster([{ name: 'only', allocatable: { cpu: 500 } }], [resources(), preempt])
    const [victim] = await add(asks(500))
    const [important] = await add({ ...asks(500), priority: 10 })
    expect(pod(victim as Pod)).toMatchObject({ status: 'stopping', reason: 'Preempted' })
    await end(victim as Pod)
    clock.advance(10_000)
    await settle()
    expect(where(important as Pod)).toBe('only')
  })
})

describe('the runtime', () => {
  const browserPack = aPack({ name: 'page', runtimeTag: 'browser' })
  const modern = aPack({ name: 'modern', runtimeTag: 'node', metadata: { minNodeVersion: '22.0.0' } })

  async function withPacks(nodes: readonly NodeFields[]) {
    const made = await cluster(nodes, [runtime(), health()])
    await made.kernel.commit(owner, (transaction) => {
      for (const pack of [browserPack, modern]) transaction.add('packs', pack)
    })
    return made
  }

  test('of a pack for browsers is a browser', async () => {
    const { add, where } = await withPacks([{ name: 'server' }, { name: 'tab', runtimeType: 'browser' }])
    const [pod] = await add(ofPack(browserPack))
    expect(where(pod as Pod)).toBe('tab')
  })

  test('that is too old is refused, with the version that is needed', async () => {
    const { add, pod } = await withPacks([{ name: 'old', capabilities: { runtimeVersion: '20.19.0' } }])
    const [waiting] = await add(ofPack(modern))
    expect(pod(waiting as Pod)?.statusMessage).toBe('0/1 nodes fit: 1 has too old a Node.js')
  })

  test('refuses at once a pod that names a node of the wrong kind, and nothing is created', async () => {
    const { add, kernel } = await withPacks([{ name: 'server' }])
    await expect(add({ ...ofPack(browserPack), nodeName: 'server' })).rejects.toMatchObject({ code: 'RUNTIME_MISMATCH' })
    expect([...kernel.state.all('pods')]).toEqual([])
  })
})

describe('placement', () => {
  const clusters = fc.record({
    nodes: fc.array(fc.record({ cpu: fc.integer({ min: 0, max: 2000 }), pods: fc.integer({ min: 0, max: 5 }) }), { maxLength: 6 }),
    pods: fc.array(fc.record({ cpu: fc.integer({ min: 0, max: 800 }), priority: fc.integer({ min: 0, max: 3 }) }), { maxLength: 20 }),
  })

  const place = async ({ nodes, pods }: { nodes: { cpu: number; pods: number }[]; pods: { cpu: number; priority: number }[] }) => {
    const made = await cluster(nodes.map((allocatable, index) => ({ name: `n${index}`, allocatable })))
    const added = await made.add(...pods.map(({ cpu, priority }, index) => ({ ...asks(cpu), priority, name: `p${index}` })))
    return { ...made, added }
  }

  test('never overcommits a node, and leaves no pod waiting that fits', async () => {
    await fc.assert(
      fc.asyncProperty(clusters, async (given) => {
        const { kernel, added, pod } = await place(given)
        const free = new Map([...kernel.state.all('nodes')].map((node) => [node.id, { ...node.allocatable }]))
        for (const each of kernel.state.all('pods')) {
          const room = each.nodeId === null ? undefined : free.get(each.nodeId)
          if (!room) continue
          room.cpu -= each.resources.requests.cpu ?? 0
          room.pods -= 1
        }
        for (const { cpu, pods } of free.values()) expect(Math.min(cpu, pods)).toBeGreaterThanOrEqual(0)
        for (const each of added) {
          const asked = each.resources.requests.cpu ?? 0
          const couldGo = [...free.values()].some(({ cpu, pods }) => pods > 0 && (asked === 0 || cpu >= asked))
          expect({ waits: pod(each)?.nodeId === null, couldGo }).not.toEqual({ waits: true, couldGo: true })
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is the same for the same state', async () => {
    await fc.assert(
      fc.asyncProperty(clusters, async (given) => {
        const placements = async () => {
          const { added, where } = await place(given)
          return added.map((each) => [each.name, where(each)])
        }
        expect(await placements()).toEqual(await placements())
      }),
      { numRuns: 20 },
    )
  })
})
