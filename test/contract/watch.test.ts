/** What is followed over a WebSocket: everything first, then every change, of what the follower may see and asked for. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Namespace, Pack, Pod } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Watching, WireSocket } from '../support/wire-socket.ts'

let server: Server
let wire: WireSocket
let pack: Pack
let node: RawNode

beforeAll(async () => {
  server = await startServer()
  pack = await server.push()
  node = await server.join()
  wire = await server.connect()
})
afterAll(async () => {
  node?.close()
  wire?.close()
  await server?.kill()
})

const namespace = (fields: object = {}) => done(server.post<Namespace>('/api/namespaces', { name: `n-${randomUUID()}`, ...fields }))
const label = (name: string, labels: object) => done(server.patch<Namespace>(`/api/namespaces/${name}`, { labels }))
const until = (watching: Watching, what: string, isIt: () => unknown) =>
  waitFor(`${what}; events: ${watching.events.length}`, () => Boolean(isIt()), { intervalMs: 2 })

describe('a watch', () => {
  test('begins with everything and goes on with one event for each commit, in their order', async () => {
    const first = await namespace()
    const watching = wire.watch('namespaces')
    const snapshot = await watching.snapshot()
    expect(snapshot.isSnapshot).toBe(true)
    expect(snapshot.put.map((each) => (each as Namespace).name)).toEqual(expect.arrayContaining(['default', first.name]))
    const made = [await namespace(), await namespace()]
    const changed = await label(first.name, { a: 'b' })
    await until(watching, 'the last change', () => watching.records.get(first.id)?.id && watching.events.length === 4)
    const deltas = watching.events.slice(1)
    expect(deltas.map(({ put }) => put)).toEqual([[made[0]], [made[1]], [changed]])
    expect(deltas.map(({ revision }) => revision)).toEqual([...made, changed].map(({ resourceVersion }) => resourceVersion))
    expect(deltas.every(({ isSnapshot, gone }) => !isSnapshot && gone.length === 0)).toBe(true)
  })

  test('says what is gone', async () => {
    const { id, name } = await namespace()
    const watching = wire.watch('namespaces')
    await watching.snapshot()
    await server.delete(`/api/namespaces/${name}`)
    await until(watching, 'the end of the namespace', () => watching.events.some(({ gone }) => gone.includes(id)))
    expect(watching.records.has(id)).toBe(false)
  })

  test('that is ended says nothing more', async () => {
    const [ended, other] = [wire.watch('namespaces'), wire.watch('namespaces')]
    await other.snapshot()
    wire.send({ type: 'unwatch', id: ended.id })
    const made = await namespace()
    await until(other, 'the new namespace', () => other.records.has(made.id))
    expect(ended.events).toHaveLength(1)
  })
})

describe('after a reconnection', () => {
  test('a watch goes on from the revision that it saw last, with what was missed and no snapshot', async () => {
    const [kept, doomed] = [await namespace(), await namespace()]
    const before = await server.connect()
    const { revision } = await before.watch('namespaces').snapshot()
    before.terminate()
    const changed = await label(kept.name, { missed: 'yes' })
    await server.delete(`/api/namespaces/${doomed.name}`)
    const made = await namespace()
    const after = await server.connect()
    const watching = after.watch('namespaces', { since: revision })
    await until(watching, 'what was missed', () => watching.events.length > 0)
    expect(watching.events.some(({ isSnapshot }) => isSnapshot)).toBe(false)
    expect(watching.records.get(kept.id)).toEqual(changed)
    expect(watching.records.get(made.id)).toEqual(made)
    expect(watching.events.flatMap(({ gone }) => gone)).toEqual([doomed.id])
    expect(watching.records.size).toBe(2)
    after.close()
  })

  test('a watch that missed nothing is told nothing', async () => {
    const made = await namespace()
    const watching = wire.watch('namespaces', { since: made.resourceVersion })
    const next = await namespace()
    await until(watching, 'the next namespace', () => watching.events.length > 0)
    expect(watching.events).toHaveLength(1)
    expect(watching.events[0]).toMatchObject({ isSnapshot: false, put: [{ id: next.id }] })
  })

  test('a revision that nobody remembers, or that is still to come, gets everything', async () => {
    for (const since of [0, Number.MAX_SAFE_INTEGER]) {
      expect(await wire.watch('namespaces', { since }).snapshot()).toMatchObject({ isSnapshot: true })
    }
  })
})

describe('a filter', () => {
  test('by label: what leaves it is gone, and what enters it is there', async () => {
    const { id, name } = await namespace({ labels: { team: 'red' } })
    const watching = wire.watch('namespaces', { filter: { labelSelector: 'team in (red)' } })
    expect((await watching.snapshot()).put.map((each) => (each as Namespace).id)).toEqual([id])
    await label(name, { team: 'blue' })
    await until(watching, 'the namespace to leave', () => !watching.records.has(id))
    await label(name, { team: 'red', size: 'big' })
    await until(watching, 'the namespace to come back', () => watching.records.has(id))
    await label(name, { team: 'red' })
    await until(watching, 'the last change', () => watching.events.length === 4)
    expect(watching.events.map(({ put, gone }) => [put.length, gone.length])).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [1, 0],
    ])
  })

  test('by namespace: pods elsewhere are not told of', async () => {
    const { name } = await namespace()
    const watching = wire.watch('pods', { filter: { namespace: name } })
    await watching.snapshot()
    await server.run(pack)
    const inside = await server.run(pack, { namespace: name })
    await until(watching, 'the pod inside', () => watching.records.has(inside.id))
    expect([...watching.records.keys()]).toEqual([inside.id])
  })

  test('by node: a pod comes when it is bound, and goes with its deletion', async () => {
    const watching = wire.watch('pods', { filter: { nodeId: node.id } })
    await watching.snapshot()
    const pod = await server.run(pack, { nodeName: node.id })
    await until(watching, 'the pod to be bound', () => watching.records.has(pod.id))
    await node.report(await node.sees(pod.id), { status: 'succeeded' })
    await done(server.delete(`/api/pods/${pod.id}`))
    await until(watching, 'the pod to be gone', () => !watching.records.has(pod.id))
    expect(watching.events.at(-1)).toMatchObject({ gone: [pod.id] })
  })
})

describe('a node', () => {
  test('sees its own pods and no others, whatever it asks for', async () => {
    const other = await server.join()
    const everything = other.wire.watch('pods')
    const foreign = other.wire.watch('pods', { filter: { nodeId: node.id } })
    await foreign.snapshot()
    const [theirs, own] = [await server.run(pack, { nodeName: node.id }), await server.run(pack, { nodeName: other.id })]
    await node.sees(theirs.id)
    await other.sees(own.id)
    await until(everything, 'its own pod', () => everything.records.has(own.id))
    expect([...everything.records.keys()]).toEqual([own.id])
    expect(foreign.records.size).toBe(0)
    expect(await other.wire.ask('pods.get', { id: theirs.id })).toMatchObject({ problem: { code: 'NOT_FOUND' } })
    const listed = await other.wire.ask<{ items: Pod[] }>('pods.list', { node: node.id })
    expect(listed).toMatchObject({ output: { items: [] } })
    other.close()
  })

  test('that is claimed by a second connection is told so on the first, and the second goes on', async () => {
    const joined = await server.join()
    const second = await server.connect(joined.credential)
    const { name, runtimeType, capabilities, allocatable } = joined.node
    const again = await second.ask('nodes.register', { id: joined.id, name, runtimeType, capabilities, allocatable, isNew: false })
    expect(again).toHaveProperty('output')
    expect(await joined.wire.bye()).toMatchObject({ why: 'replaced', problem: { retryable: true } })
    expect(await second.ask('nodes.heartbeat', { id: joined.id })).toHaveProperty('output')
    expect(await server.node(joined.id)).toMatchObject({ status: 'online' })
    second.close()
    await waitFor('the node to be offline', async () => (await server.node(joined.id)).status === 'offline')
    joined.close()
  })
})

describe('a reader that does not read', () => {
  const WATCHES = 40
  const COMMITS = 25
  const residentMb = () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.daemon.process.pid)], { encoding: 'utf8' })) / 1000

  test('is dropped, costs a bounded amount of memory, and delays nobody else', async () => {
    const { name } = await namespace()
    const slow = await server.connect()
    slow.socket.pause()
    for (let watch = 0; watch < WATCHES; watch += 1) slow.watch('namespaces', { since: Number.MAX_SAFE_INTEGER - 1 })
    const before = residentMb()
    const quick = wire.watch('namespaces')
    await quick.snapshot()
    const text = 'x'.repeat(60_000)
    for (let commit = 0; commit < COMMITS; commit += 1) {
      const annotations = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, `${commit}${text}`]))
      await done(server.patch(`/api/namespaces/${name}`, { annotations }))
    }
    await until(quick, 'the last commit', () => quick.events.length === COMMITS + 1)
    const unread = (WATCHES * COMMITS * 6 * text.length) / 1_000_000
    expect(unread).toBeGreaterThan(350)
    expect(residentMb() - before).toBeLessThan(unread / 2)
    slow.socket.resume()
    expect(await slow.closed()).toBe(1006)
    expect(slow.frames.length).toBeLessThan(WATCHES * COMMITS)
  })
})
