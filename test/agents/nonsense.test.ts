/** A control plane that answers nonsense: the agent asks again later, kills no pod for it, and does not fall. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Agent, type NodeFacts } from '../../agents/agent.ts'
import { join } from '../../agents/join.ts'
import type { FromClient } from '../../kernel/wire/frames.ts'
import { aNode, aPod } from '../support/builders.ts'
import { socketPair, type SocketPair } from '../support/socket-pair.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const node = aNode({ name: 'n1' })
const facts: NodeFacts = {
  id: node.id,
  name: node.name,
  runtimeType: 'node',
  capabilities: node.capabilities,
  allocatable: node.allocatable,
  labels: {},
  taints: [],
}
const honest: Readonly<Record<string, unknown>> = {
  'nodes.register': { node, token: 'own', heartbeatIntervalMs: 10_000 },
  'nodes.heartbeat': { at: '' },
  'nodes.pause': { ...node, taints: [{ key: 'stark/paused', effect: 'NoExecute' }] },
  'pods.report': { isCurrent: true },
  'pods.appendLogs': null,
  'packs.get': {},
}

/** Answers by operation, whatever it was asked. */
class Liar {
  readonly clock = new VirtualClock()
  answers: Readonly<Record<string, unknown>> = honest
  asked: string[] = []
  watchId = 0
  isDeaf = false
  #pair: SocketPair | undefined

  readonly open = () => {
    const pair = socketPair()
    this.#pair = pair
    pair.server.on('message', (text) => this.#hear(JSON.parse((text as Buffer).toString()) as FromClient))
    return pair.client
  }

  get connecting() {
    return { url: 'ws://test', open: this.open, clock: this.clock, random: () => 1 }
  }

  say(frame: object): void {
    this.#pair?.server.send(JSON.stringify(frame))
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      this.clock.advance(250)
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
    }
  }

  #hear(frame: FromClient): void {
    if (this.isDeaf) return
    if (frame.type === 'hello') this.say({ type: 'welcome', server: 's', revision: 1, name: 'n1' })
    else if (frame.type === 'watch') this.watchId = frame.id
    else if (frame.type === 'ask') {
      this.asked.push(frame.operation)
      this.say({ type: 'result', id: frame.id, output: this.answers[frame.operation] })
    }
  }
}

function startAgent(liar: Liar) {
  const killed: string[] = []
  const agent = new Agent({
    ...liar.connecting,
    facts,
    token: 'own',
    onRefused: () => undefined,
    run: (pod, _pack, events) => {
      queueMicrotask(() => events.onRunning())
      return Promise.resolve({
        podId: pod.id,
        incarnation: pod.incarnation,
        stop: () => undefined,
        kill: () => killed.push(pod.id),
        message: () => undefined,
        request: () => Promise.resolve(null),
        usage: () => Promise.resolve(undefined),
      })
    },
  })
  return { agent, killed }
}

const event = (id: number, put: unknown) => ({ type: 'event', id, revision: 1, isSnapshot: true, put, gone: [] })
const lies = [null, 7, 'yes', [], {}, { node: null, token: null }, { node: { id: 'x' }, token: null, heartbeatIntervalMs: 1_000 }]

describe('an agent whose control plane answers nonsense', () => {
  test.each(lies.map((lie) => [lie]))('is not online by %j, and is once it has an answer', async (lie) => {
    const liar = new Liar()
    liar.answers = { ...honest, 'nodes.register': lie }
    const { agent } = startAgent(liar)
    await liar.pass(2_000)
    expect(agent.isOnline).toBe(false)
    liar.answers = honest
    await liar.pass(2_000)
    expect(agent.isOnline).toBe(true)
    agent.suspend()
  })

  test('does not beat without a pause, whatever interval it is told', async () => {
    const liar = new Liar()
    liar.answers = { ...honest, 'nodes.register': { node, token: null, heartbeatIntervalMs: 0 } }
    const { agent } = startAgent(liar)
    await liar.pass(5_000)
    expect(liar.asked).not.toContain('nodes.heartbeat')
    agent.suspend()
  })

  test.each([[null], [7], [[]], [{}], [{ isCurrent: 'no' }]])('kills no pod for %j as the answer to a report', async (lie) => {
    const liar = new Liar()
    const { agent, killed } = startAgent(liar)
    await liar.pass(1_000)
    const pod = aPod({ nodeId: node.id, status: 'scheduled' })
    liar.say(event(liar.watchId, [pod]))
    await liar.pass(1_000)
    expect(agent.status.running).toBe(1)
    liar.answers = { ...honest, 'pods.report': lie, 'pods.appendLogs': lie }
    liar.say({ type: 'bye', why: 'stopping', problem: { code: 'NOT_READY', detail: '', status: 503, retryable: true } })
    await liar.pass(5_000)
    expect({ killed, running: agent.status.running }).toEqual({ killed: [], running: 1 })
    agent.suspend()
  })

  test('survives anything, and is well when the control plane is', async () => {
    const answers = fc.record(Object.fromEntries(Object.keys(honest).map((operation) => [operation, fc.jsonValue()])))
    const records = fc.array(fc.record({ id: fc.string(), status: fc.jsonValue(), incarnation: fc.jsonValue() }, { requiredKeys: ['id'] }))
    await fc.assert(
      fc.asyncProperty(answers, fc.oneof(records, fc.jsonValue()), fc.jsonValue(), async (lied, put, data) => {
        const liar = new Liar()
        liar.answers = lied
        const { agent } = startAgent(liar)
        agent.setPaused(true)
        await liar.pass(1_000)
        liar.say(event(liar.watchId, put))
        liar.say({ type: 'notice', about: 'message', data })
        await liar.pass(12_000)
        liar.answers = honest
        await liar.pass(20_000)
        expect(agent.status).toMatchObject({ isOnline: true, isPaused: true })
        agent.suspend()
      }),
      { numRuns: 60 },
    )
  })
})

test('an agent that stops waits three seconds for the answer to its goodbye, and no longer', async () => {
  const liar = new Liar()
  const { agent } = startAgent(liar)
  await liar.pass(1_000)
  liar.isDeaf = true
  let hasStopped = false
  const stopped = agent.stop().then(() => (hasStopped = true))
  await liar.pass(2_500)
  expect(hasStopped).toBe(false)
  await liar.pass(1_000)
  expect(await stopped).toBe(true)
})

test('a node that joins asks again when the answer is none', async () => {
  const liar = new Liar()
  liar.answers = { ...honest, 'nodes.register': {} }
  const joined = join(facts, 'join token', liar.connecting)
  await liar.pass(3_000)
  liar.answers = honest
  await liar.pass(1_000)
  expect(await joined).toBe('own')
})
