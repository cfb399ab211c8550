/** The client of the wire over connections that break: it comes back, goes on where it was, and knows when to stop. */
import { describe, expect, test } from 'vitest'
import { WireClient, WireError, type ConnectOptions } from '../../kernel/wire/client.ts'
import type { Bye, Event, FromClient, FromServer, WireProblem } from '../../kernel/wire/frames.ts'
import { socketPair, type SocketPair } from '../support/socket-pair.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** A server that the test speaks for. */
async function connect(options: Partial<ConnectOptions> = {}) {
  const clock = new VirtualClock()
  const connections: { readonly pair: SocketPair; readonly heard: FromClient[] }[] = []
  const gone: (WireProblem | undefined)[] = []
  let isReachable = true
  const client = new WireClient({
    url: 'ws://test',
    token: () => `token ${connections.length}`,
    open() {
      const pair = socketPair()
      const heard: FromClient[] = []
      pair.server.on('message', (text) => heard.push(JSON.parse((text as Buffer).toString()) as FromClient))
      connections.push({ pair, heard })
      if (!isReachable) queueMicrotask(() => pair.cut())
      return pair.client
    },
    clock,
    random: () => 1,
    onGone: (final) => gone.push(final),
    ...options,
  })
  await turns()
  const newest = () => {
    const connection = connections.at(-1)
    if (!connection) throw new Error('nobody has connected')
    return connection
  }
  const say = async (frame: FromServer): Promise<void> => {
    newest().pair.server.send(JSON.stringify(frame))
    await turns()
  }
  return {
    client,
    clock,
    connections,
    gone,
    heard: () => newest().heard,
    setReachable: (value: boolean) => (isReachable = value),
    say,
    welcome: () => say({ type: 'welcome', server: 's', revision: 1, name: 'test' }),
    async cut() {
      newest().pair.cut()
      await turns()
    },
    async pass(ms: number) {
      clock.advance(ms)
      await turns()
    },
  }
}

const bye = (why: Bye['why']): Bye => ({ type: 'bye', why, problem: { code: 'CONFLICT', detail: why, status: 409, retryable: false } })
const event = (id: number, revision: number): Event => ({ type: 'event', id, revision, isSnapshot: false, put: [], gone: [] })
const nothing = { onEvent: () => undefined, onRefused: () => undefined }
const failure = (asked: Promise<unknown>) => asked.catch((error: unknown) => error)

describe('a connection', () => {
  test('begins with a hello, and is there once the server says welcome', async () => {
    const { client, heard, welcome } = await connect()
    expect(heard()).toEqual([{ type: 'hello', protocol: 1, token: 'token 1' }])
    expect(client.isOnline).toBe(false)
    await welcome()
    expect(client.isOnline).toBe(true)
  })

  test('that breaks is made again, later each time up to ten seconds, and asks for the token anew', async () => {
    const { clock, connections, setReachable, welcome, heard, pass, cut } = await connect()
    setReachable(false)
    await cut()
    const waits: number[] = []
    let last = clock.now()
    while (waits.length < 9) {
      const before = connections.length
      await pass(1)
      if (connections.length === before) continue
      waits.push(clock.now() - last)
      last = clock.now()
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
    setReachable(true)
    await pass(30_000)
    await welcome()
    expect(heard()[0]).toEqual({ type: 'hello', protocol: 1, token: `token ${connections.length}` })
    await pass(10_000)
    const before = connections.length
    await cut()
    await pass(250)
    expect(connections.length).toBe(before + 1)
  })

  test('that is welcomed and broken again and again is made later each time, like one that never is', async () => {
    const { clock, connections, welcome, pass, cut } = await connect()
    const started = clock.now()
    for (let round = 0; round < 9; round += 1) {
      const before = connections.length
      await welcome()
      await cut()
      while (connections.length === before) await pass(250)
    }
    expect(clock.now() - started).toBe(250 + 500 + 1000 + 2000 + 4000 + 8000 + 10_000 * 3)
  })

  test.each([
    ['half a frame', '{"type":"result","id":1,'],
    ['no frame', '[]'],
    ['nothing', 'null'],
    ['a result without an id', '{"type":"result","output":{}}'],
    ['an error without a problem', '{"type":"error","id":1}'],
    ['an event without records', '{"type":"event","id":1,"revision":2,"isSnapshot":true,"put":{},"gone":[]}'],
    ['an event with records of no id', '{"type":"event","id":1,"revision":2,"isSnapshot":true,"put":[null],"gone":[]}'],
    ['an event of no revision', '{"type":"event","id":1,"revision":"2","isSnapshot":true,"put":[],"gone":[]}'],
    ['a goodbye without a reason', '{"type":"bye","why":"refused"}'],
  ])('on which the server says %s is left, and made again', async (_, text) => {
    const { client, connections, gone, welcome, pass } = await connect()
    client.watch('pods', nothing)
    await welcome()
    const asked = failure(client.ask('pods.get', {}))
    connections[0]?.pair.server.send(text)
    expect(await asked).toMatchObject({ code: 'OFFLINE' })
    expect(gone).toEqual([undefined])
    await pass(250)
    expect(connections).toHaveLength(2)
  })

  test('goes on when the server says what only newer clients know', async () => {
    const { client, gone, welcome, say } = await connect()
    await welcome()
    await say({ type: 'constructor' } as unknown as FromServer)
    await say({ type: 'weather', id: 'x' } as unknown as FromServer)
    expect([client.isOnline, gone]).toEqual([true, []])
  })

  test('comes back between half of the wait and all of it, as chance has it', async () => {
    for (const [random, wait] of [
      [0, 125],
      [0.5, 187.5],
      [1, 250],
    ] as const) {
      const { connections, pass, cut } = await connect({ random: () => random })
      await cut()
      await pass(wait - 1)
      expect(connections).toHaveLength(1)
      await pass(1)
      expect(connections).toHaveLength(2)
    }
  })

  test('that opens and is never welcomed is given up after 10 s', async () => {
    const { connections, pass } = await connect()
    await pass(9999)
    expect(connections).toHaveLength(1)
    await pass(1 + 250)
    expect(connections).toHaveLength(2)
  })

  test('of a server that is stopping is made again', async () => {
    const { connections, gone, say, welcome, pass } = await connect()
    await welcome()
    await say(bye('stopping'))
    expect(gone).toEqual([undefined])
    await pass(250)
    expect(connections).toHaveLength(2)
  })

  test.each(['refused', 'replaced', 'protocol'] as const)(
    'that ends with "%s" is not made again, and somebody is told why',
    async (why) => {
      const { client, clock, connections, gone, say, pass } = await connect()
      await say(bye(why))
      expect(gone).toEqual([bye(why).problem])
      await pass(3_600_000)
      expect(connections).toHaveLength(1)
      expect(client.isOnline).toBe(false)
      expect(clock.pending).toBe(0)
    },
  )

  test('that its owner closes leaves nothing behind', async () => {
    const { client, clock, connections, welcome, pass } = await connect()
    await welcome()
    const asked = failure(client.ask('birds.sing', {}))
    client.close()
    expect(await asked).toMatchObject({ code: 'OFFLINE' })
    await pass(3_600_000)
    expect([connections.length, clock.pending]).toEqual([1, 0])
  })
})

describe('an ask', () => {
  test('is answered by its own answer, in whatever order they come', async () => {
    const { client, heard, say, welcome } = await connect()
    await welcome()
    const [first, second, third] = [client.ask('a', {}), client.ask('b', { x: 1 }, { idempotencyKey: 'k' }), failure(client.ask('c', {}))]
    await turns()
    expect(heard().slice(1)).toEqual([
      { type: 'ask', id: 1, operation: 'a', input: {} },
      { type: 'ask', id: 2, operation: 'b', input: { x: 1 }, idempotencyKey: 'k' },
      { type: 'ask', id: 3, operation: 'c', input: {} },
    ])
    await say({ type: 'error', id: 3, problem: { code: 'NOT_FOUND', detail: 'no c', status: 404, retryable: false } })
    await say({ type: 'result', id: 2, output: 'second' })
    await say({ type: 'result', id: 1, output: 'first' })
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(await third).toEqual(new WireError({ code: 'NOT_FOUND', detail: 'no c', retryable: false }))
  })

  test('without a connection fails at once', async () => {
    const { client } = await connect()
    expect(await failure(client.ask('a', {}))).toMatchObject({ code: 'OFFLINE', retryable: true })
  })

  test('fails when the connection breaks before the answer, and is not asked again by itself', async () => {
    const { client, heard, welcome, cut, pass } = await connect()
    await welcome()
    const asked = failure(client.ask('a', {}))
    await cut()
    expect(await asked).toMatchObject({ code: 'OFFLINE', retryable: true })
    await pass(250)
    await welcome()
    expect(heard().map(({ type }) => type)).toEqual(['hello'])
  })

  test('that is not answered for 30 s ends the connection: the server is not there', async () => {
    const { client, connections, welcome, pass } = await connect()
    await welcome()
    const asked = failure(client.ask('a', {}))
    await pass(30_000)
    expect(await asked).toMatchObject({ code: 'OFFLINE' })
    await pass(250)
    expect(connections).toHaveLength(2)
  })
})

describe('a watch', () => {
  test('is opened with the connection, and after a reconnection from the last revision that it saw', async () => {
    const { client, heard, say, welcome, cut, pass } = await connect()
    const seen: number[] = []
    client.watch('pods', { ...nothing, filter: { namespace: 'a' }, onEvent: ({ revision }) => seen.push(revision) })
    client.watch('nodes', nothing)
    await welcome()
    expect(heard().slice(1)).toEqual([
      { type: 'watch', id: 1, kind: 'pods', filter: { namespace: 'a' } },
      { type: 'watch', id: 2, kind: 'nodes' },
    ])
    await say(event(1, 7))
    await say(event(1, 9))
    await cut()
    await pass(250)
    await welcome()
    expect(heard().slice(1)).toEqual([
      { type: 'watch', id: 1, kind: 'pods', filter: { namespace: 'a' }, since: 9 },
      { type: 'watch', id: 2, kind: 'nodes' },
    ])
    expect(seen).toEqual([7, 9])
  })

  test('that is ended is told to the server, hears no more and does not come back', async () => {
    const { client, heard, say, welcome, cut, pass } = await connect()
    await welcome()
    let events = 0
    const end = client.watch('pods', { ...nothing, onEvent: () => (events += 1) })
    end()
    await turns()
    expect(heard().at(-1)).toEqual({ type: 'unwatch', id: 1 })
    await say(event(1, 7))
    await cut()
    await pass(250)
    await welcome()
    expect([events, heard().length]).toEqual([0, 1])
  })

  test('that is refused says why, once, and does not come back', async () => {
    const { client, heard, say, welcome, cut, pass } = await connect()
    const refused: WireProblem[] = []
    client.watch('tokens', { ...nothing, onRefused: (problem) => refused.push(problem) })
    await welcome()
    const problem = { code: 'FORBIDDEN', detail: 'no', status: 403, retryable: false }
    await say({ type: 'error', id: 1, problem })
    await cut()
    await pass(250)
    await welcome()
    expect(refused).toEqual([problem])
    expect(heard()).toHaveLength(1)
  })
})
