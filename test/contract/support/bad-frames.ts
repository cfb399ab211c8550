/** What must not be said on a connection, one a line: what is wrong, how it is said, and what comes back. */
import type { Bye, Failure, FromServer, WireProblem } from '../../../kernel/wire/frames.ts'
import { WireSocket } from '../../support/wire-socket.ts'
import { nowhere, type World } from './world.ts'

interface Reaction {
  readonly problem?: Partial<WireProblem>
  readonly why?: Bye['why']
  readonly closedWith?: number
}
type Row = readonly [wrong: string, speak: (world: World) => Promise<Reaction>, expected: Reaction]

/** Before anything else. @returns the goodbye, and how the connection was closed */
const first =
  (frame: object | string | Buffer) =>
  async ({ server }: World): Promise<Reaction> => {
    const wire = await WireSocket.open(server.url)
    wire.send(frame)
    const { why, problem } = await wire.bye()
    return { why, problem, closedWith: await wire.closed() }
  }

/** On a connection that is known. @returns the error that answers it; the connection goes on */
const later =
  (frame: object | string | Buffer) =>
  async ({ server }: World): Promise<Reaction> => {
    const wire = await server.connect()
    wire.send(frame)
    const { problem } = await wire.next<Failure>('an error', ({ type }) => type === 'error')
    await goesOn(wire)
    return { problem }
  }

const ask = (operation: string, input: object = {}) => later({ type: 'ask', id: 1_000_000, operation, input })
const watch = (fields: object) => later({ type: 'watch', id: 1_000_000, kind: 'pods', ...fields })
const hello = (fields: object) => first({ type: 'hello', protocol: 1, token: 'abc', ...fields })

/** A bad word does not end a connection: whoever speaks is known. */
async function goesOn(wire: WireSocket): Promise<void> {
  const outcome = await wire.ask('auth.me')
  wire.close()
  if (!('output' in outcome)) throw new Error(`the connection does not go on: ${outcome.problem.detail}`)
}

async function helloTwice({ server }: World): Promise<Reaction> {
  const wire = await server.connect()
  wire.send({ type: 'hello', protocol: 1, token: server.token })
  const { why, problem } = await wire.bye()
  return { why, problem, closedWith: await wire.closed() }
}

async function tooLarge({ server }: World): Promise<Reaction> {
  const wire = await server.connect()
  wire.send({ type: 'ask', id: 1, operation: 'pods.create', input: { pack: 'x'.repeat(1_000_000) } })
  return { closedWith: await wire.closed() }
}

const isError = (frame: FromServer): frame is Failure => frame.type === 'error'

async function watches({ server }: World, ids: readonly number[]): Promise<Reaction> {
  const wire = await server.connect()
  for (const id of ids) wire.send({ type: 'watch', id, kind: 'namespaces' })
  const { problem } = await wire.next<Failure>('an error', isError)
  const kept = wire.frames.filter(({ type }) => type === 'event').length
  if (kept !== new Set(ids).size - (new Set(ids).size > 64 ? 1 : 0)) throw new Error(`${kept} watches were opened`)
  await goesOn(wire)
  return { problem }
}

async function asJoiner(world: World, kind: string): Promise<Reaction> {
  const wire = await world.server.connect(world.tokens.join)
  const watching = wire.watch(kind)
  const problem = (await wire.next<Failure>('an error', isError)).problem
  wire.close()
  return watching.events.length > 0 ? {} : { problem }
}

const protocol = { why: 'protocol', problem: { code: 'INVALID_FRAME' }, closedWith: 1000 } as const
const refused = { why: 'refused', problem: { code: 'UNAUTHENTICATED', retryable: false }, closedWith: 1000 } as const
const problem = (code: string, detail?: unknown) => ({ problem: { code, ...(detail === undefined ? {} : { detail }) } }) as Reaction

export const badFrames: readonly Row[] = [
  ['text that is no JSON', first('hello'), protocol],
  ['JSON that is no frame', first('[]'), protocol],
  ['a frame of no type that there is', first({ type: 'shout' }), protocol],
  ['an ask before the hello', first({ type: 'ask', id: 1, operation: 'pods.list', input: {} }), protocol],
  ['a watch before the hello', first({ type: 'watch', id: 1, kind: 'pods' }), protocol],
  ['bytes before the hello', first(Buffer.from([1, 2, 3])), protocol],
  ['a hello in another protocol', hello({ protocol: 2 }), protocol],
  ['a hello without a token', hello({ token: '' }), protocol],
  ['a hello with a field too many', hello({ admin: true }), protocol],
  ['a hello with a token that is none', hello({}), refused],
  ['a hello with a token of ours that was never made', hello({ token: `stark_node_${nowhere}_${'A'.repeat(43)}` }), refused],
  [
    'a hello with a token that has expired',
    (world) => hello({ token: world.tokens.expired })(world),
    { ...refused, problem: { code: 'TOKEN_EXPIRED' } },
  ],
  ['a second hello', helloTwice, protocol],
  ['text that is no JSON, later', later('{'), problem('INVALID_FRAME')],
  ['a frame of no type, later', later({ type: 'shout', id: 1 }), problem('INVALID_FRAME')],
  ['bytes, later', later(Buffer.from('{}')), problem('INVALID_FRAME')],
  ['an ask with the id 0', later({ type: 'ask', id: 0, operation: 'pods.list', input: {} }), problem('INVALID_FRAME')],
  ['an ask whose input is a list', later({ type: 'ask', id: 1, operation: 'pods.list', input: [] }), problem('INVALID_FRAME')],
  ['an ask of an unknown operation', ask('pods.fly'), problem('NOT_FOUND', 'there is no operation "pods.fly"')],
  ['an ask of the operation __proto__', ask('__proto__'), problem('NOT_FOUND')],
  ['an ask with an input that is wrong', ask('pods.create', { pack: 1 }), problem('INVALID', '/pack must be string')],
  ['an ask that would give bytes', ask('packs.download', { id: 'whole@1.0.0' }), problem('INVALID')],
  ['an ask that would take bytes', ask('packs.upload', { id: 'bare@1.0.0' }), problem('INVALID')],
  ['a watch of an unknown kind', watch({ kind: 'birds' }), problem('NOT_FOUND', 'there is no kind "birds" to watch')],
  ['a watch of a kind that nobody may watch', watch({ kind: 'tokens' }), problem('NOT_FOUND')],
  ['a watch of the kind __proto__', watch({ kind: '__proto__' }), problem('NOT_FOUND')],
  ['a watch with a selector that does not parse', watch({ filter: { labelSelector: 'a=b=c' } }), problem('INVALID')],
  ['a watch with a node that is no id', watch({ filter: { nodeId: 'taken' } }), problem('INVALID_FRAME')],
  ['a watch that its watcher may not see', (world) => asJoiner(world, 'pods'), problem('FORBIDDEN')],
  ['a watch under an id that is taken', (world) => watches(world, [7, 7]), problem('INVALID_FRAME', 'watch 7 is open already')],
  [
    'a 65th watch',
    (world) =>
      watches(
        world,
        Array.from({ length: 65 }, (_, at) => at + 1),
      ),
    problem('TOO_MANY'),
  ],
  ['a frame of more than 1 MB', tooLarge, { closedWith: 1009 }],
]
