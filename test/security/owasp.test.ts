/**
 * The ten most common ways into an API, tried on the running server. What other suites hold cell by cell (every role on every operation,
 * throttled logins, headers, the database as a second wall) is not repeated here.
 * Source: https://owasp.org/API-Security/editions/2023/en/0x11-t10/
 */
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Namespace, Pack, Pod } from '../../kernel/schema/index.ts'
import { done, type Answer } from '../support/api.ts'
import { person, type Person } from '../support/people.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'

let server: Server
let node: RawNode
let pack: Pack
let victim: Person
let attacker: Person

beforeAll(async () => {
  server = await startServer()
  node = await server.join()
  pack = await server.push()
  victim = await person(server, ['user'])
  attacker = await person(server, ['user'])
})
afterAll(async () => {
  node?.close()
  for (const each of [victim, attacker]) each?.wire.close()
  await server?.kill()
})

const codeOf = async (answer: Promise<Answer<unknown>>) => ((await answer).body as Problem).code
const nowhere = '00000000-0000-4000-8000-00000000dead'
const bundle = Buffer.from('export default async function main() {}')
const reserve = (who: Person, fields: object = {}) =>
  done(who.api.post<Pack>('/api/packs', { name: `p-${randomUUID()}`, version: '1.0.0', runtimeTag: 'universal', ...fields }))

describe('1: objects of others', () => {
  test('a bundle is given to a version by its owner only, and a name stays with him', async () => {
    const theirs = await reserve(victim, { visibility: 'public' })
    expect(await codeOf(attacker.api.put(`/api/packs/${theirs.id}/bundle`, bundle))).toBe('FORBIDDEN')
    const next = { name: theirs.name, version: '9.9.9', runtimeTag: 'universal' }
    expect(await codeOf(attacker.api.post('/api/packs', next))).toBe('FORBIDDEN')
    expect((await victim.api.put(`/api/packs/${theirs.id}/bundle`, bundle)).status).toBe(200)
  })

  test('an answer about what is hidden is that about what is not', async () => {
    const hidden = await reserve(victim)
    const blank = async (answer: Promise<Answer<Problem>>, ref: string) =>
      JSON.stringify({ ...(await answer).body, correlationId: '' }).replaceAll(ref, 'REF')
    for (const path of [
      (ref: string) => `/api/packs/${ref}`,
      (ref: string) => `/api/packs/${ref}/bundle`,
      (ref: string) => `/api/auth/sessions/${ref}`,
    ]) {
      const method = path('').startsWith('/api/auth') ? 'DELETE' : 'GET'
      const [there, none] = [hidden.id, nowhere].map((ref) => blank(attacker.api.request(method, path(ref)), ref))
      expect(await there).toBe(await none)
    }
  })

  test('an Idempotency-Key of somebody else answers nothing of his', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const wanted = { pack: pack.name }
    const theirs = await done(victim.api.post<Pod>('/api/pods', wanted, { headers }))
    const ours = await done(attacker.api.post<Pod>('/api/pods', wanted, { headers }))
    expect(ours.id).not.toBe(theirs.id)
  })
})

describe('2: tokens that are not what they say', () => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const forged = (header: object, changed: object, key?: string) => {
    const [, payload = ''] = victim.session.accessToken.split('.')
    const body = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), ...changed }
    const text = `${encode(header)}.${encode(body)}`
    return `${text}.${key === undefined ? '' : createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const me = (token: string) => codeOf(server.as(token).get('/api/auth/me'))

  test.each([
    ['unsigned', () => forged({ alg: 'none', typ: 'JWT' }, {})],
    ['signed with nothing', () => forged({ alg: 'HS256', typ: 'JWT' }, {}, '')],
    ['signed with a word that everybody tries', () => forged({ alg: 'HS256', typ: 'JWT' }, {}, 'secret')],
    ['of another algorithm', () => forged({ alg: 'RS256', typ: 'JWT' }, {}, 'secret')],
    [
      'with the signature of another',
      () => `${attacker.session.accessToken.split('.').slice(0, 2).join('.')}.${victim.session.accessToken.split('.')[2]}`,
    ],
    ['with a key of its own in the header', () => forged({ alg: 'HS256', jwk: { kty: 'oct', k: encode({}) } }, {}, 'secret')],
    ['a refresh token', () => victim.session.refreshToken],
    ['a refresh token that calls itself an API token', () => victim.session.refreshToken.replace('_refresh_', '_api_')],
    ['a node credential that calls itself an API token', () => node.credential.replace('_node_', '_api_')],
  ])('%s: nobody', async (_what, token) => {
    expect(await me(token())).toBe('UNAUTHENTICATED')
  })

  test('an access token is no refresh token, and neither is a node credential', async () => {
    const refresh = (refreshToken: string) => codeOf(server.as(undefined).post('/api/auth/refresh', { refreshToken }))
    for (const token of [victim.session.accessToken.slice(0, 256), node.credential, node.credential.replace('_node_', '_refresh_')]) {
      expect(await refresh(token)).toBe('UNAUTHENTICATED')
    }
  })
})

describe('3: fields that are not to be set by callers', () => {
  const creations: readonly (readonly [path: string, body: () => object])[] = [
    ['/api/packs', () => ({ name: `p-${randomUUID()}`, version: '1.0.0', runtimeTag: 'node' })],
    ['/api/pods', () => ({ pack: pack.name })],
    ['/api/namespaces', () => ({ name: `n-${randomUUID()}` })],
    ['/api/tokens', () => ({ kind: 'api' })],
    ['/api/users', () => ({ email: `${randomUUID()}@stark.example`, password: 'a password that is long' })],
    ['/api/auth/login', () => ({ email: victim.user.email, password: 'x' })],
  ]
  const fields: readonly (readonly [string, unknown])[] = [
    ['id', nowhere],
    ['createdAt', '2020-01-01T00:00:00Z'],
    ['resourceVersion', 1],
    ['ownerId', nowhere],
    ['createdBy', nowhere],
    ['bundle', { path: 'x', sha256: '0'.repeat(64), bytes: 1 }],
    ['status', 'running'],
    ['nodeId', nowhere],
    ['phase', 'terminating'],
    ['hash', 'x'],
    ['disabled', false],
    ['permissions', ['*']],
  ]

  test.each(creations)('POST %s takes none of them', async (path, body) => {
    for (const [field, value] of fields) {
      const answer = await server.post<Problem>(path, { ...body(), [field]: value })
      expect([field, answer.status, answer.body.errors?.[0]?.path]).toEqual([field, 422, `/${field}`])
    }
  })

  test('a prototype is not polluted, and a key that is called like one is a key', async () => {
    const env = JSON.parse('{"__proto__":"a","constructor":"b"}') as object
    const pod = await done(server.post<Pod>('/api/pods', { pack: pack.name, env }))
    expect(Object.entries(pod.env)).toEqual(Object.entries(env))
    expect(await codeOf(server.post('/api/pods', '{"pack":"x","__proto__":{"isAdmin":true}}'))).toBe('INVALID')
    expect(await codeOf(server.get('/api/pods?__proto__[limit]=1'))).toBe('INVALID')
    const plain = await done(server.post<Pod>('/api/pods', { pack: pack.name }))
    expect(plain.env).toEqual({})
  })
})

describe('4: more than is good', () => {
  test('headers, frames and pages have an end', async () => {
    expect((await server.get('/api/pods', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431)
    expect(await codeOf(server.get('/api/pods?limit=501'))).toBe('INVALID')
    const wire = await server.connect()
    wire.send(JSON.stringify({ type: 'ask', id: 1, operation: 'pods.list', input: { a: 'x'.repeat(1_100_000) } }))
    expect(await wire.closed()).toBe(1009)
  })

  test('watches of one connection have an end, and the others are not touched', async () => {
    const watches = Array.from({ length: 65 }, () => attacker.wire.watch('pods'))
    await expect.poll(() => watches.at(-1)?.refusal?.code).toBe('TOO_MANY')
    expect(watches[0]?.refusal).toBeUndefined()
    for (const { id } of watches) attacker.wire.send({ type: 'unwatch', id })
    expect(await victim.wire.ask('auth.me')).toHaveProperty('output')
  })
})

describe('5: what is for administrators', () => {
  test('stays theirs under other spellings of its path or method', async () => {
    const namespace = { name: `n-${randomUUID()}` }
    const spellings = [
      '/api/namespaces/',
      '/API/namespaces',
      '/api//namespaces',
      '/api/./namespaces',
      '/api/namespaces%2f',
      '/api/namespaces;a=b',
    ]
    for (const path of spellings) {
      const { status } = await attacker.api.post(path, namespace)
      expect([path, status >= 400]).toEqual([path, true])
    }
    const override = { headers: { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' } }
    expect((await attacker.api.get<Namespace>('/api/namespaces/default', override)).body.phase).toBe('active')
    expect((await server.get(`/api/namespaces/${namespace.name}`)).status).toBe(404)
  })
})

describe('7: addresses that the server is given', () => {
  let trap: HttpServer
  let visits = 0
  beforeAll(async () => {
    trap = createServer((_request, response) => {
      visits += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await once(trap, 'listening')
  })
  afterAll(() => trap?.close())

  test('are visited by nobody, whatever field they stand in', async () => {
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`
    const text = { description: url, annotations: { 'example.com/url': url } }
    await reserve(attacker, text)
    const source = `import '${url}'\nexport default async function main() {}`
    const { id } = await reserve(attacker)
    await attacker.api.put(`/api/packs/${id}/bundle`, Buffer.from(source))
    await attacker.api.post('/api/pods', { pack: pack.name, env: { URL: url }, args: [url], annotations: { a: url } })
    await attacker.api.post('/api/packs', { name: url, version: '1.0.0', runtimeTag: 'node' })
    await server.post('/api/tokens', { kind: 'join', description: url })
    await server.get(`/api/packs/${encodeURIComponent(url)}`, {
      headers: { 'x-forwarded-host': url, referer: url, forwarded: `host=${url}` },
    })
    expect((await server.get('/ready')).status).toBe(200)
    expect(visits).toBe(0)
  })
})

describe('8: what is served by mistake', () => {
  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/.stark/keys.json',
    '/keys.json',
    '/secrets-key',
    '/setup-link',
    '/main.js.map',
    '/_system',
    '/rest/v1/users',
    '/auth/v1/settings',
    '/storage/v1/bucket',
    '/api/packs/..%2f..%2fkeys.json/bundle',
    '/api/packs/%2e%2e%2f%2e%2e%2fkeys.json',
  ])('%s is not', async (path) => {
    const said = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\nConnection: close\r\n\r\n`)
    expect(said).toMatch(/^HTTP\/1\.1 (404|400) /)
    expect(said).not.toMatch(/jwtSecret|root:|"dependencies"/)
  })

  test('a name never leads out of where bundles are', async () => {
    const outside = ['../x', '..', '/etc/passwd', 'a/../../b', 'a\\..\\b', '%2e%2e', '.', '@../x', '@a/../b']
    for (const name of outside)
      expect([name, await codeOf(server.post('/api/packs', { name, version: '1.0.0', runtimeTag: 'node' }))]).toEqual([name, 'INVALID'])
  })

  test('a log line is one line, whatever is asked for', async () => {
    await raw('GET /api/%0a%7b%22forged%22%3atrue%7d HTTP/1.1\r\nHost: x\r\nX-Correlation-Id: a\tb\r\nConnection: close\r\n\r\n')
    await server.get('/api/pods', { headers: { 'x-correlation-id': 'a"b' } })
    expect(server.log.some((line) => 'forged' in line)).toBe(false)
    expect(server.log.some(({ correlationId }) => String(correlationId).includes('"'))).toBe(false)
  })
})

describe('text that is code elsewhere', () => {
  const payloads = [
    "'; drop table public.users; --",
    '" or ""="',
    `\${process.exit()}`,
    '{{7*7}}',
    '<script>alert(1)</script>',
    '$(reboot)',
    '%s%n',
    'a\r\nSet-Cookie: x=1',
  ]

  test.each(payloads)('is text: %j', async (text) => {
    const made = await reserve(attacker, { description: text, annotations: { 'example.com/a': text } })
    expect(await done(attacker.api.get<Pack>(`/api/packs/${made.id}`))).toMatchObject({ description: text })
    for (const query of ['labelSelector', 'namespace', 'cursor', 'pack', 'node']) {
      const { status, headers } = await attacker.api.get(`/api/pods?${query}=${encodeURIComponent(text)}`)
      expect([query, status < 500, headers.get('set-cookie')]).toEqual([query, true, null])
    }
    expect((await done(server.get<{ items: object[] }>('/api/users'))).items.length).toBeGreaterThan(2)
  })
})

describe('requests that two servers would read differently', () => {
  const start = (rest: string) => `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${rest}`
  const body = '{}'
  test.each([
    ['two lengths', start(`Content-Length: 2\r\nContent-Length: 3\r\n\r\n${body}`)],
    ['a length and chunks', start('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')],
    ['chunks under another name', start(`Transfer-Encoding: xchunked\r\n\r\n${body}`)],
    ['a length that is none', start(`Content-Length: +2\r\n\r\n${body}`)],
    ['a space before the colon', start(`Content-Length : 2\r\n\r\n${body}`)],
    ['a folded header', start(`X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n${body}`)],
    ['a chunk whose size is none', start('Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n')],
  ])('%s: refused, and the connection is closed', async (_what, request) => {
    const said = await raw(request)
    expect(said).toMatch(/^HTTP\/1\.1 (400|501) /)
    expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})

/** @returns all that is said until the server hangs up */
function raw(request: string): Promise<string> {
  const { port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    let said = ''
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(request))
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => (said += text))
      .on('close', () => resolve(said))
      .on('error', reject)
  })
}
