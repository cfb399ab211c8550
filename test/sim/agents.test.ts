/**
 * A control plane and its agents on one virtual clock, with faults: connections break, the control plane is killed and comes
 * back with what is durable, agents are killed and come back as the same node. Whatever happens, no pod runs twice at a time,
 * no incarnation is started twice, nothing is lost that was acknowledged, and once the faults end both sides agree.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Agent } from '../../agents/agent.ts'
import type { PodEvents, RunningPod, Usage } from '../../agents/runtime.ts'
import { isBackingOff, isEnded, KernelError, type Plugin, type Pod } from '../../kernel/index.ts'
import { Connection, sharedIn } from '../../plugins/gateway/connection.ts'
import { logs } from '../../plugins/logs/index.ts'
import { aPod } from '../support/builders.ts'
import { admin, nodeOf } from '../support/calls.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { socketPair, type SocketPair } from '../support/socket-pair.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const NODES = 2
/** More of them find more: RUNS=2000 npm run -s test:only -- test/sim */
const RUNS = Number(process.env['RUNS'] ?? 60)
const nodeIds = Array.from({ length: NODES }, (_each, index) => `b0000000-0000-4000-8000-00000000000${index + 1}`)

/** Tokens are the ids of nodes: who may what is not this test's subject. */
const trust: Plugin = {
  name: 'trust',
  apply({ operations, provide }) {
    provide('logStore', { append: async () => undefined, read: async () => [], trim: async () => undefined, delete: async () => undefined })
    operations.authenticate.tapPromise('trust', async ({ bearer }) => (bearer === undefined ? undefined : nodeOf(bearer)))
    operations.authorize.tap('trust', () => undefined)
  },
}

/** A pod that runs until it is stopped or told how to end. */
interface FakeRun {
  readonly podId: string
  readonly incarnation: number
  readonly node: string
  end(status: 'succeeded' | 'failed' | 'stopped'): void
}

class World {
  readonly store = new MemoryStore()
  readonly running = new Set<FakeRun>()
  readonly started: string[] = []
  readonly violations: string[] = []
  /** What each pod says that it uses. */
  usage: Usage | undefined = { cpuMillicores: 0, memoryMb: 0 }
  readonly #partitioned = new Set<string>()
  readonly agents = new Map<string, Agent>()
  readonly #pairs = new Map<string, SocketPair>()
  readonly #clock = new VirtualClock()
  #cluster: Cluster | undefined

  get cluster(): Cluster {
    if (!this.#cluster) throw new Error('the control plane is down')
    return this.#cluster
  }

  async startServer(): Promise<void> {
    const gateway: Plugin = {
      name: 'gateway',
      apply: (kernel) => {
        const shared = sharedIn(kernel)
        this.#serve = (pair) => new Connection(shared, { socket: pair.server, remote: '127.0.0.1' })
      },
    }
    this.#cluster = await startCluster({ store: this.store, plugins: [trust, logs(), gateway] })
  }

  #serve: (pair: SocketPair) => unknown = () => undefined

  /** Dies as with SIGKILL: what was not durable is gone, and every connection with it. */
  killServer(): void {
    this.store.waiting.length = 0
    this.#cluster = undefined
    for (const pair of this.#pairs.values()) pair.cut()
  }

  startAgent(id: string): void {
    const name = `node-${nodeIds.indexOf(id) + 1}`
    const agent = new Agent({
      url: 'ws://test/ws',
      open: () => this.#open(id),
      clock: this.#clock,
      random: () => 0.5,
      token: id,
      facts: {
        id,
        name,
        runtimeType: 'node',
        capabilities: { runtimeVersion: '20.19.0' },
        allocatable: { cpu: 4000, memory: 8000, storage: 1000, pods: 100 },
        labels: {},
        taints: [],
      },
      run: (pod, _pack, events) => Promise.resolve(this.#run(id, pod, events)),
      onRefused: () => undefined,
    })
    this.agents.set(id, agent)
  }

  /** Dies as with SIGKILL, and its pods with it: the reaper's part. */
  killAgent(id: string): void {
    this.agents
      .get(id)
      ?.stop()
      .catch(() => undefined)
    this.agents.delete(id)
    this.#pairs.get(id)?.cut()
    for (const run of this.running) if (run.node === id) this.running.delete(run)
  }

  cut(id: string): void {
    this.#pairs.get(id)?.cut()
  }

  /** Nothing gets through between this agent and the control plane. */
  async partition(id: string, ms: number): Promise<void> {
    this.#partitioned.add(id)
    this.cut(id)
    await this.pass(ms)
    this.#partitioned.delete(id)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.#clock.advance(500)
      this.#cluster?.clock.advance(500)
      await this.settle()
    }
  }

  async settle(): Promise<void> {
    for (let turns = 0; turns < 15; turns += 1) {
      await this.#cluster?.settle()
      this.#clock.advance(0)
      await Promise.resolve()
    }
  }

  #open(id: string) {
    const pair = socketPair()
    this.#pairs.set(id, pair)
    if (this.#cluster && !this.#partitioned.has(id)) this.#serve(pair)
    else queueMicrotask(() => pair.cut())
    return pair.client
  }

  #run(node: string, pod: Pod, events: PodEvents): RunningPod {
    const key = `${pod.id}/${pod.incarnation}`
    const durable = this.store.records.get('pods')?.get(pod.id) as Pod | undefined
    if (this.started.includes(key)) this.violations.push(`incarnation started twice: ${key}`)
    if ([...this.running].some(({ podId }) => podId === pod.id)) this.violations.push(`${pod.id} runs twice at a time`)
    if (durable?.nodeId !== node || durable.incarnation !== pod.incarnation || isEnded(durable))
      this.violations.push(`${key} was started though it is not to run here`)
    this.started.push(key)
    const run: FakeRun = {
      podId: pod.id,
      incarnation: pod.incarnation,
      node,
      end: (status) => {
        if (!this.running.delete(run)) return
        events.onExit({ status, reason: 'Completed', exit: { code: 0, signal: null, result: null, error: null } })
      },
    }
    this.running.add(run)
    queueMicrotask(() => {
      if (!this.running.has(run)) return
      events.onRunning()
      events.onLog({ at: 0, level: 'info', text: 'hello' })
    })
    return {
      podId: pod.id,
      incarnation: pod.incarnation,
      stop: () => queueMicrotask(() => run.end('stopped')),
      kill: () => queueMicrotask(() => run.end('failed')),
      message: () => undefined,
      request: () => Promise.resolve(null),
      usage: () => Promise.resolve(this.usage),
    }
  }
}

const faults = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('stop', 'delete', 'finish', 'fail', 'restart' as const), pod: fc.nat(7) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut', 'restart agent' as const), node: fc.nat(NODES - 1) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('partition' as const), node: fc.nat(NODES - 1), ms: fc.constantFrom(1000, 40_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart server' as const), downMs: fc.constantFrom(0, 500, 5000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(500, 2000, 12_000) }) },
  ),
  { minLength: 3, maxLength: 25 },
)
type Fault = typeof faults extends fc.Arbitrary<(infer F)[]> ? F : never

async function suffer(world: World, fault: Fault, acknowledged: Set<string>): Promise<void> {
  const pods = [...world.store.of<Pod>('pods')]
  const pod = 'pod' in fault ? pods[fault.pod % Math.max(1, pods.length)] : undefined
  const node = 'node' in fault ? (nodeIds[fault.node] ?? '') : ''
  const ask = (name: string, input: object) => world.cluster.call(name, input, { who: admin })
  if (fault.do === 'create') {
    const { id } = await world.cluster.call<Pod>('pods.create', { pack: 'web' }, { who: admin })
    acknowledged.add(id)
  } else if (fault.do === 'stop' && pod) await ask('pods.stop', { id: pod.id })
  else if (fault.do === 'delete' && pod) {
    await ask('pods.delete', { id: pod.id })
    acknowledged.delete(pod.id)
  } else if (fault.do === 'restart' && pod) {
    // What has ended is refused.
    await ask('pods.restart', { id: pod.id }).catch(mustBe('POD_ENDED'))
  } else if (fault.do === 'finish' || fault.do === 'fail') {
    const run = [...world.running].find(({ podId }) => podId === pod?.id)
    run?.end(fault.do === 'finish' ? 'succeeded' : 'failed')
  } else if (fault.do === 'cut') world.cut(node)
  else if (fault.do === 'partition') await world.partition(node, fault.ms)
  else if (fault.do === 'restart agent') {
    world.killAgent(node)
    world.startAgent(node)
  } else if (fault.do === 'restart server') {
    world.killServer()
    await world.pass(fault.downMs)
    await world.startServer()
  } else if (fault.do === 'pass') await world.pass(fault.ms)
  await world.settle()
}

const mustBe = (code: string) => (error: unknown) => {
  if (!(error instanceof KernelError) || error.code !== code) throw error
}

describe('agents and control plane under faults', () => {
  test('never run a pod twice, never start an incarnation twice, lose nothing, and agree in the end', async () => {
    await fc.assert(
      fc.asyncProperty(faults, async (sequence) => {
        const world = new World()
        const acknowledged = new Set<string>()
        await world.startServer()
        for (const id of nodeIds) world.startAgent(id)
        await world.pass(1000)
        for (const fault of sequence) await suffer(world, fault, acknowledged)
        await world.pass(40_000)

        const pods = world.store.of<Pod>('pods')
        const known = new Set(pods.map(({ id }) => id))
        expect([...acknowledged].filter((id) => !known.has(id))).toEqual([])
        expect(world.violations).toEqual([])
        const running = pods.filter(({ status }) => status === 'running').map(({ id, incarnation }) => `${id}/${incarnation}`)
        expect([...world.running].map(({ podId, incarnation }) => `${podId}/${incarnation}`).toSorted()).toEqual(running.toSorted())
        const undecided = pods.filter((pod) => pod.status !== 'running' && !isEnded(pod) && !isBackingOff(pod))
        expect(undecided.map(({ status, statusMessage }) => `${status}: ${statusMessage}`)).toEqual([])
        for (const id of nodeIds) world.killAgent(id)
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})

test.each([
  ['says what its pods use is loaded by that', { cpuMillicores: 0, memoryMb: 0 }, 'node-1'],
  ['cannot tell is loaded by what they asked for, and not idle', undefined, 'node-2'],
])('a node that %s', async (_what, usage, least) => {
  const world = new World()
  world.usage = usage
  await world.startServer()
  for (const id of nodeIds) world.startAgent(id)
  await world.pass(1000)
  await world.cluster.call('pods.create', { pack: 'web', nodeName: 'node-1', resources: { requests: { cpu: 3000 } } }, { who: admin })
  await world.pass(30_000)
  const next = aPod({ scheduling: { schedulingPolicy: 'least_loaded' } })
  expect(world.cluster.kernel.scheduler.judge(next).best?.name).toBe(least)
  for (const id of nodeIds) world.killAgent(id)
})
