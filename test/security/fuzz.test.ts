/**
 * Every operation, with random input of its own schema and with what becomes of that when it is broken, over both doors and as each role:
 * no answer is a fault of ours, none is missing, none has in it what its reader may not see, and the server is as well as before.
 * FUZZ_RUNS says how many inputs each operation gets.
 */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Operation } from '../../kernel/index.ts'
import type { Pack, Role } from '../../kernel/schema/index.ts'
import { recordOf } from '../contract/support/arbitraries.ts'
import { callByRest, routesOf, type OpenApi, type Route } from '../contract/support/both-doors.ts'
import { registry } from '../contract/support/registry.ts'
import { makeWorld, type World } from '../contract/support/world.ts'
import { done, type Api } from '../support/api.ts'
import { person } from '../support/people.ts'
import { startServer, type Server } from '../support/server.ts'
import type { WireSocket } from '../support/wire-socket.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 12)
/** A password is hashed slowly on purpose. */
const RUNS_OF_SLOW = 3
const SLOW: readonly string[] = ['auth.login', 'auth.setup', 'auth.register', 'users.create']
/** They would end, shut out or reconfigure whoever goes on asking. */
const LEFT_OUT: readonly string[] = [
  'auth.logout',
  'auth.changePassword',
  'sessions.delete',
  'sessions.deleteOthers',
  'users.update',
  'tokens.delete',
  'cluster.update',
  'nodes.delete',
  'nodes.register',
]
/** More than the server gives a call before it says that it does not know. */
const ANSWER_MAX_MS = 35_000

type Input = Record<string, unknown>

let server: Server
let world: World
let routes: Route[]
/** What nobody may ever read, and what only administrators and owners may. */
let secrets: string[]
let hidden: string[]
const doors = new Map<Role, { readonly api: Api; readonly wire: WireSocket }>()

beforeAll(async () => {
  server = await startServer({ env: { STARK_RATE_LIMIT: '0' } })
  world = await makeWorld(server)
  const value = `secret-${randomBytes(16).toString('hex')}`
  await done(server.put('/api/secrets/hidden', { value }))
  const pack = await done(
    server.post<Pack>('/api/packs', { name: `hidden-${randomBytes(8).toString('hex')}`, version: '1.0.0', runtimeTag: 'node' }),
  )
  secrets = [value, world.session.refreshToken, ...Object.values(world.tokens)].map((each) => each.slice(-43))
  hidden = [pack.id, pack.name]
  const [user, viewer] = [await person(server, ['user']), await person(server, ['viewer'])]
  doors.set('admin', { api: server, wire: await server.connect() })
  doors.set('user', user)
  doors.set('viewer', viewer)
  doors.set('node', { api: server.as(world.node.credential), wire: world.node.wire })
  routes = routesOf(await done(server.get<OpenApi>('/openapi.json')))
})
afterAll(async () => {
  for (const { wire } of doors.values()) wire.close()
  world?.node.close()
  world?.browser.close()
  await server?.kill()
})

/** Their answer goes on until whoever asks hangs up. What they take is what their lists take. */
const ENDLESS: readonly string[] = ['events.follow', 'history.follow']

const operations = registry().filter(({ name }) => ![...LEFT_OUT, ...ENDLESS].includes(name))

describe.each(['admin', 'user', 'viewer', 'node'] as const)('as %s', (role) => {
  test.each(operations.map((operation) => [operation.name, operation] as const))('%s', async (name, operation) => {
    const route = routes.find(({ operationId }) => operationId === name)
    const door = doors.get(role)
    if (!route || !door) throw new Error(`nobody asks for ${name}`)
    const numRuns = SLOW.includes(name) ? RUNS_OF_SLOW : RUNS
    const property = fc.asyncProperty(inputsOf(operation, world), async (input) => {
      const rest = await withDeadline(callByRest<Problem>(door.api, route, wellFormed(input)))
      expect([name, rest.status, faultOf(rest.status, rest.body)]).toEqual([name, rest.status, undefined])
      tellsNothing(role, JSON.stringify(rest.body))
      const said = await withDeadline(door.wire.ask<unknown>(name, input))
      const status = 'problem' in said ? said.problem.status : 200
      expect([name, status, 'problem' in said ? faultOf(status, said.problem) : undefined]).toEqual([name, status, undefined])
      tellsNothing(role, JSON.stringify(said))
    })
    await fc.assert(property, { numRuns, endOnFailure: true })
  })

  test('and the server is as well as before', async () => {
    expect((await server.get('/ready')).status).toBe(200)
    expect(server.daemon.isRunning).toBe(true)
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([])
    expect(await doors.get('admin')?.wire.ask('auth.me')).toHaveProperty('output')
  })
})

/** @returns what was said, where it was a fault of ours */
const faultOf = (status: number, said: unknown): string | undefined => (status >= 500 ? JSON.stringify(said) : undefined)

function tellsNothing(role: Role, text: string): void {
  const unseen = role === 'admin' ? secrets : [...secrets, ...hidden]
  expect(unseen.filter((each) => text.includes(each))).toEqual([])
  expect(text).not.toMatch(/"(refreshHash|providerRefreshToken|password)"|"hash":"[0-9a-f]{64}"|"sealed":"/)
}

async function withDeadline<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ANSWER_MAX_MS} ms`)), ANSWER_MAX_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** An address has no halves of surrogate pairs, and a body of bytes is bytes. */
const wellFormed = (input: Input): Input =>
  Object.fromEntries(Object.entries(input).map(([name, value]) => [name, typeof value === 'string' ? value.toWellFormed() : value]))

/** Of its schema, sometimes with names that there are, and sometimes broken. */
function inputsOf({ input, bytes }: Operation, { pod, pack, node, namespace }: World): fc.Arbitrary<Input> {
  const known = [
    pod.id,
    pod.name,
    pack.id,
    pack.name,
    `${pack.name}@${pack.version}`,
    node.id,
    node.node.name,
    namespace.name,
    'default',
    'hidden',
  ]
  const valid = recordOf(input) as unknown as fc.Arbitrary<Input>
  const named = fc
    .tuple(valid, fc.array(fc.constantFrom(...known), { minLength: 8, maxLength: 8 }))
    .map(([fields, names]) => withNames(fields, names))
  const broken = fc
    .tuple(named, fc.constantFrom(...Object.keys(input.properties), '__proto__', 'constructor', 'ownerId', 'roles'), nastiness)
    .map(([fields, name, value]) => ({ ...fields, [name]: value }))
  // A log that is followed has no end.
  return fc.oneof(valid, named, named, broken).map((fields) => {
    const { follow: _follow, ...rest } = fields
    return bytes === undefined ? rest : { ...rest, [bytes]: undefined }
  })
}

const NAMES = /^(id|name|pack|namespace|nodeName|node|userId|actorId)$/

function withNames(fields: Input, names: readonly string[]): Input {
  let next = 0
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, NAMES.test(field) ? (names[next++] ?? value) : value]))
}

const nastiness: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    -1,
    1e308,
    0.1,
    true,
    [],
    {},
    [[]],
    '\0',
    '\ud800',
    "' or 1=1 --",
    '../../etc/passwd',
    `\${7*7}`,
    '%00',
    '*',
    'a=b=c',
  ),
  fc.constant('x'.repeat(70_000)),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 4 }),
  fc.bigInt().map(String),
)
