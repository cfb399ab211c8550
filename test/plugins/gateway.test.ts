/** One connection as time passes: who says nothing is sent away, and who may not be here any more is found out. */
import { describe, expect, test } from 'vitest'
import { strict, type Plugin, type PluginKernel, type Principal } from '../../kernel/index.ts'
import type { Bye, FromClient, FromServer } from '../../kernel/wire/frames.ts'
import { Seats } from '../../plugins/gateway/admission.ts'
import { Connection } from '../../plugins/gateway/connection.ts'
import { Watches } from '../../plugins/gateway/watches.ts'
import { admin } from '../support/calls.ts'
import { nouns, startKernel } from '../support/kernel.ts'
import { socketPair } from '../support/socket-pair.ts'

/** A connection to a kernel that knows one token, for as long as the test says. */
async function connect() {
  let known: Principal | undefined = admin
  let face: PluginKernel | undefined
  const sung: string[] = []
  const plugin: Plugin = {
    name: 'test',
    apply(kernel) {
      face = kernel
      kernel.operations.authenticate.tapPromise('test', async () => known)
      kernel.operations.authorize.tap('test', () => undefined)
      kernel.operations.define({
        name: 'birds.sing',
        summary: '',
        http: 'POST /api/birds',
        permission: 'birds:write',
        input: strict({}),
        output: strict({}),
        handle() {
          sung.push('sung')
          return {}
        },
      })
    },
  }
  const { clock, settle } = await startKernel([nouns(), plugin])
  if (!face) throw new Error('the plugin was not applied')
  const pair = socketPair()
  const heard: FromServer[] = []
  pair.client.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data)) as FromServer))
  const closed: string[] = []
  pair.client.addEventListener('close', () => closed.push('closed'))
  const connection = new Connection({
    kernel: face,
    watches: new Watches(face),
    seats: new Seats(),
    socket: pair.server,
    remote: '',
    server: 's',
  })
  return {
    connection,
    heard,
    closed,
    forget: () => (known = undefined),
    sung,
    cut: () => pair.cut(),
    deafen: () => pair.deafen(),
    /** The other side does not close what this side closes. */
    keepOpen: () => (pair.server.close = () => undefined),
    async say(frame: FromClient) {
      pair.client.send(JSON.stringify(frame))
      await settle()
    },
    async pass(ms: number) {
      // In steps, so that what is said meanwhile is heard.
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        clock.advance(Math.min(STEP_MS, ms - passed))
        await settle()
      }
    },
  }
}

const STEP_MS = 10_000
const hello = { type: 'hello', protocol: 1, token: 'a' } as const
const goodbyes = (heard: readonly FromServer[]) => heard.filter((frame): frame is Bye => frame.type === 'bye')

describe('a connection', () => {
  test('that says no hello within 10 s is ended', async () => {
    const { heard, closed, pass } = await connect()
    await pass(9999)
    expect(heard).toEqual([])
    await pass(1)
    expect(heard).toMatchObject([{ type: 'bye', why: 'protocol', problem: { code: 'INVALID_FRAME', detail: 'no hello came in time' } }])
    expect(closed).toEqual(['closed'])
  })

  test('that said hello stays', async () => {
    const { heard, closed, say, pass } = await connect()
    await say(hello)
    await pass(3_600_000)
    expect([heard.map(({ type }) => type), closed]).toEqual([['welcome'], []])
  })

  test('whose credential has ended is ended within 30 s, though it asks for nothing', async () => {
    const { heard, closed, say, pass, forget } = await connect()
    await say(hello)
    await say({ type: 'watch', id: 1, kind: 'pods' })
    forget()
    await pass(30_000)
    expect(goodbyes(heard)).toMatchObject([{ why: 'refused', problem: { code: 'UNAUTHENTICATED' } }])
    expect(closed).toEqual(['closed'])
  })

  test('whose other end is gone without a word is ended after two pings', async () => {
    const { closed, say, pass, deafen } = await connect()
    await say(hello)
    await pass(60_000)
    deafen()
    await pass(59_000)
    expect(closed).toEqual([])
    await pass(1_000)
    expect(closed).toEqual(['closed'])
  })

  test('that was told goodbye is not listened to any more, though it stays open', async () => {
    const { connection, heard, sung, say, keepOpen } = await connect()
    const ask = { type: 'ask', id: 1, operation: 'birds.sing', input: {} } as const
    keepOpen()
    await say(hello)
    await say(ask)
    connection.close('replaced', 'another one came')
    await say(ask)
    expect(heard.map(({ type }) => type)).toEqual(['welcome', 'result', 'bye'])
    expect(sung).toEqual(['sung'])
  })

  test('tells its end to whoever wants to know, also when that is asked too late', async () => {
    const { connection, cut } = await connect()
    const told: string[] = []
    connection.onClose(() => told.push('in time'))
    cut()
    connection.onClose(() => told.push('too late'))
    expect(told).toEqual(['in time', 'too late'])
  })
})
