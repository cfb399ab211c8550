/**
 * A kind that is too large for one event: it comes in parts while commits go on, over connections that stall and break, and the copy
 * is what the server has. Each change comes once, and none before its time.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { KernelError, Secret, type Kernel, type Plugin, type PluginKernel } from '../../kernel/index.ts'
import { WireClient } from '../../kernel/wire/client.ts'
import type { Event, FromServer } from '../../kernel/wire/frames.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'
import { Connection, sharedIn, type Shared } from '../../plugins/gateway/connection.ts'
import { PART_RECORDS } from '../../plugins/gateway/roll.ts'
import { REMEMBERED_CHANGES_MAX } from '../../plugins/gateway/watches.ts'
import { admin } from '../support/calls.ts'
import { idMaker } from '../support/ids.ts'
import { nouns, startKernel } from '../support/kernel.ts'
import { socketPair, type SocketPair } from '../support/socket-pair.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const who = { actorId: 'test' }
const newId = idMaker(0xe)
const RECORDS = 3.5 * PART_RECORDS

let kernel: Kernel
let shared: Shared
let settle: () => Promise<void>

const secret = (text: string) => {
  const id = newId()
  return { id, namespace: 'default', name: `s-${id}`, createdBy: null, keyId: 'k', sealed: text }
}
const state = () => new Map([...kernel.state.all('secrets')].map((each) => [each.id, each]))

beforeAll(async () => {
  let face: PluginKernel | undefined
  const plugin: Plugin = {
    name: 'test',
    apply(given) {
      face = given
      given.kinds.define<Secret>('secrets', { schema: Secret, watch: { permission: 'secrets:read', view: (each) => each } })
      given.operations.authenticate.tapPromise('test', async () => admin)
    },
  }
  const started = await startKernel([nouns(), plugin])
  kernel = started.kernel
  settle = started.settle
  if (!face) throw new KernelError('INTERNAL', 'the plugin was not applied')
  shared = sharedIn(face)
  await kernel.commit(who, (transaction) => {
    for (let count = 0; count < RECORDS; count += 1) transaction.add('secrets', secret(String(count)))
  })
})

/** A client that follows the secrets, over connections that the test stalls and breaks. */
function follow({ inParts = true, isStalled = false } = {}) {
  const clock = new VirtualClock()
  const events: Event[] = []
  const replica = new ReplicaOf<Secret>()
  let pair: SocketPair | undefined
  const client = new WireClient({
    url: 'ws://test',
    token: () => 'a',
    open() {
      pair = socketPair()
      if (isStalled) pair.stall()
      // oxlint-disable-next-line no-new -- it lives by its socket
      new Connection(shared, { socket: pair.server, remote: '' })
      return pair.client
    },
    clock,
    random: () => 1,
  })
  const onEvent = (event: Event): void => {
    events.push(event)
    replica.apply(event)
  }
  client.watch('secrets', { inParts, onEvent, onRefused: ({ detail }) => expect.unreachable(detail) })
  const connection = (): SocketPair => {
    if (!pair) throw new Error('nobody has connected')
    return pair
  }
  return {
    client,
    events,
    replica,
    connection,
    async take(messages: number) {
      connection().take(messages)
      await settle()
    },
    async cut() {
      connection().cut()
      await settle()
    },
    async comeBack() {
      clock.advance(10_000)
      await settle()
    },
    async flow() {
      connection().flow()
      await settle()
    },
  }
}

const isWhole = ({ isSnapshot, left }: Event): boolean => left === 0 || (isSnapshot && left === undefined)
const changeOne = (id: string, sealed: string) => kernel.commit(who, (transaction) => transaction.update('secrets', id, { sealed }))

/** @throws Error when a record comes twice as it is, or older than it came before */
function expectEachOnce(events: readonly Event[]): void {
  const versions = new Map<string, number>()
  let revision = 0
  for (const event of events) {
    expect(event.revision).toBeGreaterThanOrEqual(event.isSnapshot ? 0 : revision)
    revision = event.revision
    if (event.isSnapshot) versions.clear()
    for (const { id, resourceVersion } of event.put as readonly Secret[]) {
      expect(resourceVersion).toBeGreaterThan(versions.get(id) ?? 0)
      versions.set(id, resourceVersion)
    }
  }
}

const write = fc.record({ op: fc.constantFrom('create', 'update', 'update', 'delete'), at: fc.nat() })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), writes: fc.array(write, { minLength: 1, maxLength: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), messages: fc.integer({ min: 1, max: 3 }), at: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), at: fc.nat(1) }) },
)

async function commit(writes: readonly { readonly op: string; readonly at: number }[]): Promise<void> {
  await kernel.commit(who, (transaction) => {
    for (const { op, at } of writes) {
      const ids = [...kernel.state.all('secrets')].map(({ id }) => id)
      const id = ids[at % ids.length] ?? ''
      if (op === 'create') transaction.add('secrets', secret('new'))
      else if (op === 'delete') transaction.delete('secrets', id)
      else transaction.update('secrets', id, { sealed: String(at) })
    }
  })
}

describe('a snapshot in parts', () => {
  test('is what the server has in the end, with each change once, whatever is committed meanwhile and wherever it breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
        // Two, because what one is sent may have been made for the other.
        const followers = [follow({ isStalled: true }), follow({ isStalled: true })]
        await settle()
        for (const each of steps) {
          if (each.do === 'commit') await commit(each.writes)
          else if (each.do === 'take') await followers[each.at]?.take(each.messages)
          else {
            await followers[each.at]?.cut()
            await followers[each.at]?.comeBack()
          }
        }
        for (const { client, events, replica, flow } of followers) {
          await flow()
          expect(events.some(isWhole)).toBe(true)
          expect(new Map(replica.raw)).toEqual(state())
          expectEachOnce(events)
          client.close()
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('says how much is still to come, and with the last part that nothing is', async () => {
    const { client, events } = follow()
    await settle()
    const size = state().size
    expect(events.map(({ isSnapshot, left }) => [isSnapshot, left])).toEqual([
      [true, size - PART_RECORDS],
      ...Array.from({ length: Math.ceil(size / PART_RECORDS) - 1 }, (_, at) => [false, Math.max(0, size - (at + 2) * PART_RECORDS)]),
    ])
    client.close()
  })

  test('makes nobody wait: what has been sent and changes is told at once, and what is still to come is not told twice', async () => {
    const { client, events, take, flow } = follow({ isStalled: true })
    await settle()
    const [first] = state().keys()
    const last = [...state().keys()].at(-1)
    if (first === undefined || last === undefined) throw new Error('there are no records')
    // The welcome, and then the first part.
    await take(1)
    await take(1)
    const known = events.length
    expect(known).toBe(1)
    await changeOne(first, 'early')
    await changeOne(last, 'late')
    await flow()
    const puts = events.slice(known).flatMap(({ left, put }) => (put as readonly Secret[]).map(({ id, sealed }) => ({ id, sealed, left })))
    expect(puts.filter(({ id }) => id === first)).toEqual([{ id: first, sealed: 'early', left: undefined }])
    expect(puts.filter(({ id }) => id === last)).toEqual([{ id: last, sealed: 'late', left: 0 }])
    client.close()
  })

  test('leaves with a reader that does not read no more than two parts on the way, and drops it when changes pile up', async () => {
    const { client, connection, take } = follow({ isStalled: true })
    await settle()
    await take(1)
    const { server } = connection()
    const [id] = state().keys()
    if (id === undefined) throw new Error('there are no records')
    const part = JSON.stringify([...state().values()].slice(0, PART_RECORDS)).length
    expect(server.bufferedAmount).toBeGreaterThan(part)
    expect(server.bufferedAmount).toBeLessThan(2.5 * part)
    const closed: string[] = []
    server.on('close', () => closed.push('closed'))
    for (let count = 0; count < 30 && closed.length === 0; count += 1) {
      await changeOne(id, String(count).repeat(500_000))
      await settle()
      expect(server.bufferedAmount).toBeLessThan(10_000_000)
    }
    expect(closed).toEqual(['closed'])
    await changeOne(id, 'short')
    client.close()
  })

  test('ends with its watch', async () => {
    const { client, events, take, flow } = follow({ isStalled: true })
    await settle()
    await take(1)
    const end = client.watch('secrets', { inParts: true, onEvent: (event) => events.push(event), onRefused: () => undefined })
    await settle()
    end()
    await flow()
    const ids = new Set(events.map(({ id }) => id))
    expect([...ids]).toEqual([1])
    client.close()
  })
})

describe('whoever does not take parts', () => {
  test('gets everything in one event, however large it is', async () => {
    const { client, events } = follow({ inParts: false })
    await settle()
    expect(events.map(({ isSnapshot, left, put }) => [isSnapshot, left, put.length])).toEqual([[true, undefined, state().size]])
    client.close()
  })

  test('because the server is too old for that is not told of it, and has everything all the same', async () => {
    const pair = socketPair()
    const said: unknown[] = []
    pair.server.on('message', (text) => said.push(JSON.parse((text as Buffer).toString())))
    const options = { url: '', token: () => 'a', open: () => pair.client, clock: new VirtualClock(), random: () => 1 }
    const client = new WireClient(options)
    const replica = new ReplicaOf<Secret>()
    client.watch('secrets', { inParts: true, onEvent: (event) => replica.apply(event), onRefused: () => undefined })
    const say = (frame: FromServer): void => pair.server.send(JSON.stringify(frame))
    await settle()
    say({ type: 'welcome', server: 's', revision: 1, name: 'n' })
    await settle()
    const all = [...state().values()]
    say({ type: 'event', id: 1, revision: 1, isSnapshot: true, put: all, gone: [] })
    await settle()
    expect(said.at(-1)).toEqual({ type: 'watch', id: 1, kind: 'secrets' })
    expect(replica.raw.size).toBe(all.length)
    client.close()
  })
})

describe('whoever comes back', () => {
  test('is told what was missed, and everything where that was more changes than are remembered', async () => {
    const { client, events, cut, comeBack } = follow()
    await settle()
    const [id] = state().keys()
    if (id === undefined) throw new Error('there are no records')
    const told = async (write: () => Promise<unknown>) => {
      await cut()
      await write()
      const known = events.length
      await comeBack()
      return events.slice(known).map(({ isSnapshot, put }) => [isSnapshot, put.length])
    }
    expect(await told(() => changeOne(id, 'missed'))).toEqual([[false, 1]])
    const many = (): Promise<void> =>
      kernel.commit(who, (transaction) => {
        for (let count = 0; count <= REMEMBERED_CHANGES_MAX; count += 1) transaction.add('secrets', secret('new'))
      })
    expect((await told(many))[0]).toEqual([true, PART_RECORDS])
    expect(await told(() => changeOne(id, 'missed again'))).toEqual([[false, 1]])
    client.close()
  })
})
