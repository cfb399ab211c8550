/** One connection as time passes: who says nothing is sent away, and who may not be here any more is found out. */
import { describe, expect, test } from 'vitest'
import { KernelError, Secret, strict, type Code, type Plugin, type PluginKernel, type Principal } from '../../kernel/index.ts'
import type { Bye, FromClient, FromServer } from '../../kernel/wire/frames.ts'
import { Connection, sharedIn } from '../../plugins/gateway/connection.ts'
import { admin } from '../support/calls.ts'
import { nouns, startKernel } from '../support/kernel.ts'
import { socketPair } from '../support/socket-pair.ts'

/** A connection to a kernel that knows one token, for as long as the test says. */
async function connect() {
  let known: Principal | undefined = admin
  let refusal: KernelError | undefined
  let face: PluginKernel | undefined
  const sung: string[] = []
  const plugin: Plugin = {
    name: 'test',
    apply(kernel) {
      face = kernel
      kernel.kinds.define<Secret>('secrets', { schema: Secret, watch: { permission: 'pods:read', view: (secret) => secret } })
      kernel.operations.authenticate.tapPromise('test', async () => {
        if (refusal) throw refusal
        return known
      })
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
  const connection = new Connection(sharedIn(face), { socket: pair.server, remote: '' })
  return {
    connection,
    heard,
    closed,
    forget: () => (known = undefined),
    /** From here on nobody is known, and this is why. */
    refuse: (code: Code) => (refusal = new KernelError(code, 'no')),
    become: (who: Principal) => (known = who),
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

  test.each(['TOKEN_EXPIRED', 'STORE_UNAVAILABLE', 'TOO_MANY'] as const)('that is not known for now (%s) may come back', async (code) => {
    const { heard, say, pass, refuse } = await connect()
    await say(hello)
    refuse(code)
    await pass(30_000)
    expect(goodbyes(heard)).toMatchObject([{ why: 'stopping', problem: { code } }])
  })

  test('follows on as whom it is, begins anew as another, and ends as nobody', async () => {
    const { connection, heard, say, refuse, become } = await connect()
    await say(hello)
    await say({ type: 'watch', id: 1, kind: 'secrets' })
    const frames = () =>
      heard.slice(1).map((frame) => (frame.type === 'event' ? 'event' : frame.type === 'error' ? frame.problem.code : frame.type))
    await connection.reconsider(new Set(['somebody else']))
    await connection.reconsider(new Set([admin.id]))
    expect(frames()).toEqual(['event'])
    become({ ...admin, permissions: ['pods:read'] })
    await connection.reconsider(new Set([admin.id]))
    expect(frames()).toEqual(['event', 'event'])
    become({ ...admin, permissions: [] })
    await connection.reconsider(new Set([admin.credentialId]))
    expect(frames()).toEqual(['event', 'event', 'FORBIDDEN'])
    become(admin)
    await connection.reconsider(new Set([admin.id]))
    await say({ type: 'watch', id: 2, kind: 'secrets' })
    refuse('STORE_UNAVAILABLE')
    await connection.reconsider(new Set([admin.id]))
    expect(frames().slice(3)).toEqual(['event'])
    refuse('UNAUTHENTICATED')
    await connection.reconsider(new Set([admin.id]))
    await say({ type: 'watch', id: 3, kind: 'secrets' })
    expect(frames().slice(4)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
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
