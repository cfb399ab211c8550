/**
 * What a node that has turned evil tries with a credential of its own: speaking for others, reporting what is not its own, replaying
 * what is over, reading what is nobody's business. The cluster and the node beside it are well afterwards.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pod } from '../../../kernel/index.ts'
import type { RawNode } from '../../support/raw-node.ts'
import { startServer, type Server } from '../../support/server.ts'
import { waitFor } from '../../support/wait-for.ts'
import { WireSocket } from '../../support/wire-socket.ts'

let server: Server
let evil: RawNode
let good: RawNode
/** Runs on the good node, of a private pack. */
let victim: Pod
let own: Pod

beforeAll(async () => {
  server = await startServer()
  ;[evil, good] = await Promise.all([server.join({ name: 'evil' }), server.join({ name: 'good' })])
  const pack = await server.push({ visibility: 'private' })
  await server.put('/api/secrets/key', { value: 'opens' })
  victim = await server.run(pack, { nodeName: 'good', name: 'victim', secrets: ['key'] })
  own = await server.run(pack, { nodeName: 'evil', name: 'own' })
  await good.report(await good.sees(victim.id), { status: 'starting' })
  await good.report(await good.sees(victim.id), { status: 'running' })
  await evil.report(await evil.sees(own.id), { status: 'starting' })
  victim = await server.pod(victim.id)
  own = await server.pod(own.id)
}, 120_000)
afterAll(async () => {
  evil.close()
  good.close()
  await server.kill('SIGTERM')
}, 30_000)

const codeOf = async (operation: string, input: object): Promise<string> => {
  const outcome = await evil.wire.ask<unknown>(operation, input)
  return 'problem' in outcome ? outcome.problem.code : `got ${JSON.stringify(outcome.output)}`
}
const lines = [{ number: 1, at: '2026-01-01T00:00:00Z', level: 'info', text: 'forged' }]
const exit = { code: 0, signal: null, result: 'forged', error: null }

describe('an evil node', () => {
  test.each<[string, string, () => object, string]>([
    ['beats for another', 'nodes.heartbeat', () => ({ id: good.id }), 'FORBIDDEN'],
    ['says goodbye for another', 'nodes.goodbye', () => ({ id: good.id }), 'FORBIDDEN'],
    ['puts another to sleep', 'nodes.suspend', () => ({ id: good.id }), 'FORBIDDEN'],
    ['pauses another', 'nodes.pause', () => ({ id: good.id }), 'FORBIDDEN'],
    ['registers as another', 'nodes.register', () => ({ ...facts(), id: good.id }), 'FORBIDDEN'],
    ['registers as somebody new', 'nodes.register', () => ({ ...facts(), id: randomUUID() }), 'FORBIDDEN'],
    ['drains another', 'nodes.drain', () => ({ id: good.id }), 'FORBIDDEN'],
    ['trusts itself', 'nodes.update', () => ({ id: evil.id, trusted: true }), 'FORBIDDEN'],
    [
      'writes into the log of another pod',
      'pods.appendLogs',
      () => ({ id: victim.id, incarnation: victim.incarnation, lines }),
      'NOT_FOUND',
    ],
    [
      'writes into the log of a start to come',
      'pods.appendLogs',
      () => ({ id: own.id, incarnation: own.incarnation + 5, lines }),
      'INVALID',
    ],
    ['reads another pod', 'pods.get', () => ({ id: victim.id }), 'NOT_FOUND'],
    ['reads the secrets of another pod', 'pods.secrets', () => ({ id: victim.id, incarnation: victim.incarnation }), 'NOT_FOUND'],
    ['stops another pod', 'pods.stop', () => ({ id: victim.id }), 'FORBIDDEN'],
    ['creates a pod', 'pods.create', () => ({ pack: victim.packName }), 'FORBIDDEN'],
    ['speaks for another pod', 'messages.send', () => ({ id: victim.id, to: own.id, data: 1 }), 'NOT_FOUND'],
    ['asks in the name of another pod', 'messages.request', () => ({ id: victim.id, to: own.id, data: 1 }), 'NOT_FOUND'],
    ['makes a token', 'tokens.create', () => ({ kind: 'api', role: 'admin' }), 'FORBIDDEN'],
    ['lists users', 'users.list', () => ({}), 'FORBIDDEN'],
    ['lists secrets', 'secrets.list', () => ({}), 'FORBIDDEN'],
    ['changes the cluster', 'cluster.update', () => ({ enablePreemption: false }), 'FORBIDDEN'],
    ['calls what is in every object', 'constructor', () => ({}), 'NOT_FOUND'],
    ['calls a prototype', '__proto__', () => ({}), 'NOT_FOUND'],
  ])('that %s is refused', async (_, operation, input, code) => {
    expect(await codeOf(operation, input())).toBe(code)
  })

  test.each<[string, () => object]>([
    ['that is not its own', () => ({ id: victim.id, incarnation: victim.incarnation, status: 'succeeded', exit })],
    ['of a start that is over', () => ({ id: own.id, incarnation: own.incarnation - 1, status: 'succeeded', exit })],
    ['of a start to come', () => ({ id: own.id, incarnation: own.incarnation + 1, status: 'succeeded', exit })],
    ['that there is not', () => ({ id: randomUUID(), incarnation: 1, status: 'running' })],
  ])('that reports a pod %s changes nothing', async (_, report) => {
    const before = [await server.pod(victim.id), await server.pod(own.id)]
    expect(await evil.wire.ask('pods.report', report())).toMatchObject({ output: { isCurrent: false } })
    expect([await server.pod(victim.id), await server.pod(own.id)]).toEqual(before)
  })

  test('sees in a watch of everything only what is bound to it', async () => {
    const all = evil.wire.watch('pods')
    const others = evil.wire.watch('pods', { filter: { nodeId: good.id } })
    await evil.heartbeat()
    expect([...all.records.keys()]).toEqual([own.id])
    expect([...others.records.keys()]).toEqual([])
  })

  test('gets the bundles and logs of its own pods only', async () => {
    const other = await server.push({ visibility: 'private' }, 'export default () => "of nobody here"')
    expect((await server.as(evil.credential).get(`/api/packs/${other.id}/bundle`)).status).toBe(404)
    expect((await server.as(evil.credential).get(`/api/packs/${own.packId}/bundle`)).status).toBe(200)
    expect((await server.as(evil.credential).get(`/api/pods/${victim.id}/logs`)).status).toBe(404)
  })

  test('cannot make of an object what all objects would have', async () => {
    evil.wire.send(`{"type":"ask","id":99999,"operation":"nodes.heartbeat","input":{"id":"${evil.id}","__proto__":{"polluted":true}}}`)
    evil.wire.send(
      `{"type":"ask","id":99998,"operation":"nodes.heartbeat","input":{"id":"${evil.id}","constructor":{"prototype":{"polluted":true}}}}`,
    )
    await evil.heartbeat()
    expect(JSON.stringify((await server.get('/api/cluster')).body)).not.toContain('polluted')
  })

  test.each<[string, () => string | Buffer]>([
    ['too large', () => 'x'.repeat(1_000_001)],
    [
      'nested without end',
      () => `{"type":"ask","id":1,"operation":"nodes.heartbeat","input":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    ],
    ['no text', () => Buffer.from([0, 1, 2, 255])],
    ['no JSON', () => '{"type":'],
    ['of no kind', () => '{"type":"sudo"}'],
  ])('that sends a frame that is %s is heard no more, or told so, and nobody else is', async (_, frame) => {
    const wire = await WireSocket.greeted(server.url, evil.credential)
    wire.send(frame())
    const isOver = () => wire.closedWith !== undefined || wire.frames.some(({ type }) => type === 'error' || type === 'bye')
    await waitFor('the server to hang up, or to say so', isOver)
    wire.terminate()
    expect(await good.heartbeat()).toHaveProperty('output')
  })

  test('that asks for everything at once is held back, and the others are not', async () => {
    const asked = Array.from({ length: 2_000 }, () => evil.wire.ask('packs.get', { id: own.packId }))
    expect(await good.heartbeat()).toHaveProperty('output')
    const codes = (await Promise.all(asked)).map((outcome) => ('problem' in outcome ? outcome.problem.code : 'OK'))
    expect(new Set(codes)).toEqual(new Set(['OK', 'TOO_MANY']))
  })
})

const facts = () => ({
  name: `n-${randomUUID()}`,
  runtimeType: 'node',
  capabilities: {},
  allocatable: { cpu: 1, memory: 1, storage: 1, pods: 1 },
  isNew: true,
})

test('after all of it the cluster is well, and the victim has run on', async () => {
  expect((await server.get('/ready')).status).toBe(200)
  expect(await server.pod(victim.id)).toMatchObject({ status: 'running', incarnation: victim.incarnation, exit: null })
  expect((await server.node(good.id)).status).toBe('online')
})
