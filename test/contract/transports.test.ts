/** REST and the WebSocket are two doors to one house: the same operations, judged in the same order, with the same answers. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Namespace, Pod } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import { ADMIN, SETUP_TOKEN, startServer, type Server } from '../support/server.ts'
import type { WireSocket } from '../support/wire-socket.ts'
import { waitFor } from '../support/wait-for.ts'
import { common, fill, routesOf, sayByRest, sayByWire, type OpenApi, type Route } from './support/both-doors.ts'
import { makeWorld, nowhere, type World } from './support/world.ts'

let server: Server
let world: World
let wire: WireSocket
let routes: Route[]

beforeAll(async () => {
  server = await startServer()
  world = await makeWorld(server)
  wire = await server.connect()
  routes = routesOf(await done(server.get<OpenApi>('/openapi.json')))
})
afterAll(async () => {
  for (const socket of [world?.node, world?.browser, wire]) socket?.close()
  await server?.kill()
})

const route = (name: string): Route => {
  const found = routes.find(({ operationId }) => operationId === name)
  if (!found) throw new Error(`no operation ${name}`)
  return found
}

type Input = Readonly<Record<string, unknown>>
/** Each is made twice: `door` keeps the names of the two apart. */
const calls: readonly (readonly [operation: string, input: (door: string) => Input])[] = [
  ['auth.me', () => ({})],
  ['cluster.get', () => ({})],
  ['cluster.update', () => ({ maxPodsPerNode: 111 })],
  ['cluster.update', () => ({ maxPodsPerNode: 0 })],
  ['namespaces.list', () => ({ limit: 2 })],
  ['namespaces.list', () => ({ limit: 0 })],
  ['namespaces.list', () => ({ labelSelector: 'a=b=c' })],
  ['namespaces.list', () => ({ cursor: 'x' })],
  ['namespaces.get', () => ({ name: 'default' })],
  ['namespaces.get', () => ({ name: 'nothing' })],
  ['namespaces.create', (door) => ({ name: `made-by-${door}`, labels: { a: 'b' } })],
  ['namespaces.create', () => ({ name: 'default' })],
  ['namespaces.create', () => ({ name: 'Bad' })],
  ['namespaces.update', (door) => ({ name: `made-by-${door}`, annotations: { a: 'b' } })],
  ['namespaces.delete', (door) => ({ name: `made-by-${door}` })],
  ['namespaces.delete', () => ({ name: 'default' })],
  ['packs.list', () => ({ name: 'whole' })],
  ['packs.get', () => ({ id: 'whole@1.0.0' })],
  ['packs.get', () => ({ id: 'whole@2.0.0' })],
  ['packs.versions', () => ({ name: 'whole' })],
  ['packs.create', (door) => ({ name: `of-${door}`, version: '1.0.0', runtimeTag: 'node' })],
  ['packs.create', () => ({ name: 'whole', version: '1.0.0', runtimeTag: 'node' })],
  ['packs.create', () => ({ name: 'x', version: 'one', runtimeTag: 'deno', more: 1 })],
  ['packs.update', (door) => ({ id: `of-${door}@1.0.0`, description: 'changed' })],
  ['packs.delete', (door) => ({ id: `of-${door}@1.0.0` })],
  ['packs.delete', () => ({ id: 'whole@1.0.0' })],
  ['pods.list', () => ({ pack: 'whole', limit: 500 })],
  ['pods.get', () => ({ id: 'taken' })],
  ['pods.get', () => ({ id: 'taken', namespace: 'stark-public' })],
  ['pods.status', () => ({ id: 'taken' })],
  ['pods.history', () => ({ id: 'taken' })],
  ['pods.create', (door) => ({ pack: 'whole', name: `of-${door}`, nodeName: 'taken' })],
  ['pods.create', () => ({ pack: 'bare' })],
  ['pods.create', () => ({ pack: 'nothing' })],
  ['pods.create', () => ({ pack: 'for-node', nodeName: world.browser.id })],
  ['pods.create', () => ({ pack: 'whole', env: { 'A-B': '' } })],
  ['pods.stop', (door) => ({ id: `of-${door}` })],
  ['pods.delete', (door) => ({ id: `of-${door}` })],
  ['pods.delete', () => ({ id: nowhere })],
  ['pods.report', () => ({ id: nowhere, incarnation: 1, status: 'running' })],
  ['nodes.list', () => ({ runtime: 'browser' })],
  ['nodes.get', () => ({ id: 'taken' })],
  ['nodes.update', () => ({ id: 'taken', labels: { zone: 'a' } })],
  ['nodes.delete', () => ({ id: 'taken' })],
  ['nodes.heartbeat', () => ({ id: world.node.id })],
  ['tokens.create', () => ({ kind: 'join', uses: 1 })],
  ['tokens.create', () => ({ kind: 'join', expiresAt: 'soon' })],
  ['tokens.list', () => ({ kind: 'node' })],
  ['tokens.delete', () => ({ id: nowhere })],
  ['auth.setup', () => ({ token: SETUP_TOKEN, ...ADMIN })],
  ['auth.register', () => ADMIN],
  ['auth.login', () => ({ ...ADMIN, password: 'wrong password' })],
  ['plugins.list', () => ({})],
  ['system.health', () => ({})],
  ['system.ready', () => ({})],
]

describe('an operation', () => {
  test.each(calls)('answers alike through both doors: %s %#', async (name, input) => {
    const byRest = await sayByRest(server, route(name), input('this'))
    const byWire = await sayByWire(wire, route(name), input('that'))
    const renamed = JSON.parse(JSON.stringify(common(byWire)).replaceAll(/(?<=of-|by-)that/g, 'this')) as object
    expect(renamed).toEqual(common(byRest))
  })

  test('is refused alike through both when it is given what it does not know, each one of them', async () => {
    // What takes raw bytes has no fields to be wrong over HTTP, and is refused for that alone on the wire.
    const withFields = routes.filter(({ requestBody }) => requestBody?.content['application/octet-stream'] === undefined)
    expect(withFields.length).toBeGreaterThan(40)
    for (const each of withFields) {
      const inPath = each.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => [name, 'none'])
      const input: Input = { ...(Object.fromEntries(inPath) as Input), colour: 1 }
      const [byRest, byWire] = [await sayByRest(server, each, input), await sayByWire(wire, each, input)]
      expect([each.operationId, byRest, byWire]).toMatchObject([each.operationId, { code: 'INVALID' }, { code: 'INVALID' }])
    }
  })

  test('is done once when it is asked for through both with one key', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await done(server.post<Pod>('/api/pods', { pack: 'whole' }, { headers }))
    const again = await wire.ask<Pod>('pods.create', { pack: 'whole' }, { idempotencyKey: headers['idempotency-key'] })
    expect(again).toMatchObject({ output: { id: first.id } })
    const other = await wire.ask('pods.create', { pack: 'bare' }, { idempotencyKey: headers['idempotency-key'] })
    expect(other).toMatchObject({ problem: { code: 'IDEMPOTENCY_KEY_REUSED' } })
  })
})

describe('a call is judged', () => {
  /** Wrong in every way: a path that names nothing, and a body that is no JSON. */
  const worst = (api: Server | ReturnType<Server['as']>, each: Route) =>
    api.request<Problem>(each.method, fill(each), each.method === 'GET' ? undefined : '{')

  test('by its credential before anything else', async () => {
    const guarded = routes.filter((each) => each['x-stark-permission'] !== null)
    expect(guarded.length).toBeGreaterThan(30)
    for (const each of guarded) {
      const { status, body } = await worst(server.as(undefined), each)
      expect([each.operationId, status, body.code]).toEqual([each.operationId, 401, 'UNAUTHENTICATED'])
    }
  })

  test('by its permission before its input', async () => {
    const { permissions } = await done(server.as(world.tokens.viewer).get<{ permissions: string[] }>('/api/auth/me'))
    const forbidden = routes.filter((each) => each['x-stark-permission'] !== null && !permissions.includes(each['x-stark-permission']))
    expect(forbidden.length).toBeGreaterThan(15)
    const viewer = await server.connect(world.tokens.viewer)
    for (const each of forbidden) {
      const { body } = await worst(server.as(world.tokens.viewer), each)
      expect([each.operationId, body.code]).toEqual([each.operationId, 'FORBIDDEN'])
      expect(body.detail).toContain(each['x-stark-permission'])
      expect(await viewer.ask(each.operationId, { wrong: true })).toMatchObject({ problem: { code: 'FORBIDDEN' } })
    }
    viewer.close()
  })

  test('by nothing where anybody may: those are few, and known', () => {
    const open = routes.filter((each) => each['x-stark-permission'] === null).map(({ path }) => path)
    expect(open.sort()).toEqual(['/api/auth/login', '/api/auth/refresh', '/api/auth/register', '/api/auth/setup', '/health', '/ready'])
  })

  test('and whoever has no credential does not learn which paths there are', async () => {
    const anybody = server.as(undefined)
    for (const [method, path] of [
      ['GET', '/api/nothing'],
      ['PUT', '/api/pods'],
      ['OPTIONS', '/api/pods'],
      ['GET', '/api'],
    ] as const) {
      expect((await anybody.request(method, path)).status).toBe(401)
    }
  })
})

describe('over REST', () => {
  test('a correlation id goes through; one that is not fit is replaced', async () => {
    const answer = async (given: string) =>
      (await server.get('/health', { headers: { 'x-correlation-id': given } })).headers.get('x-correlation-id')
    expect(await answer('deploy-42:a.b_c')).toBe('deploy-42:a.b_c')
    expect(await answer('two words')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a change names the version that it was made from, or is refused', async () => {
    const name = `v-${randomUUID()}`
    const made = await server.post<Namespace>('/api/namespaces', { name })
    const seen = await server.get<Namespace>(`/api/namespaces/${name}`)
    expect(seen.headers.get('etag')).toBe(`"${seen.body.resourceVersion}"`)
    expect(made.headers.get('etag')).toBe(seen.headers.get('etag'))
    const change = (version: string) =>
      server.patch<Namespace>(`/api/namespaces/${name}`, { labels: { a: 'b' } }, { headers: { 'if-match': version } })
    const changed = await change(`"${seen.body.resourceVersion}"`)
    expect(changed.status).toBe(200)
    expect(changed.body.resourceVersion).toBeGreaterThan(seen.body.resourceVersion)
    expect((await change(`"${seen.body.resourceVersion}"`)).status).toBe(412)
    expect((await change('*')).status).toBe(200)
    const removed = await server.delete(`/api/namespaces/${name}`, { headers: { 'if-match': '"1"' } })
    expect(removed.status).toBe(412)
  })

  test('what is made is 201, what has to stop first is 202, what is gone is 204', async () => {
    const made = await server.post<Pod>('/api/pods', { pack: 'whole', nodeName: 'taken' })
    expect(made.status).toBe(201)
    const pod = await world.node.sees(made.body.id)
    await world.node.report(pod, { status: 'running' })
    const stopping = await server.delete<Pod>(`/api/pods/${pod.id}`)
    expect([stopping.status, stopping.body.status, stopping.body.id]).toEqual([202, 'stopping', pod.id])
    await world.node.report(pod, { status: 'stopped' })
    await waitFor('the pod to be gone', async () => (await server.get(`/api/pods/${pod.id}`)).status === 404)
    const waiting = await done(server.post<Pod>('/api/pods', { pack: 'whole', resources: { requests: { cpu: 1_000_000 } } }))
    const gone = await server.delete(`/api/pods/${waiting.id}`)
    expect([gone.status, gone.body]).toEqual([204, ''])
  })

  test('a bundle is fetched once: its hash is its ETag', async () => {
    const path = `/api/packs/${world.pack.id}/bundle`
    const first = await server.get<string>(path)
    expect(first.headers.get('etag')).toBe(`"${world.pack.bundle?.sha256}"`)
    expect(first.body).toBe('export default async function main() {}')
    const again = await server.get(path, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
    expect([again.status, again.body]).toEqual([304, ''])
    expect((await server.put(path, Buffer.from(first.body))).status).toBe(200)
  })

  test('pages of a list hold everything once, while others come and go', async () => {
    const label = `p${randomUUID()}`
    const make = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          done(server.post<Namespace>('/api/namespaces', { name: `n-${randomUUID()}`, labels: { page: label } })),
        ),
      )
    const made = await make(7)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = `labelSelector=page%3D${label}&limit=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
      const page: { items: Namespace[]; nextCursor: string | null } = await done(server.get(`/api/namespaces?${query}`))
      expect(page.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.items.map(({ id }) => id))
      // What the last page showed goes, and something new comes: neither moves what is still to come.
      if (cursor === '') await server.delete(`/api/namespaces/${page.items[0]?.name}`)
      if (cursor === '') made.push(...(await make(1)))
      cursor = page.nextCursor
    }
    expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted())
  })
})

describe('the log', () => {
  test('has one line of JSON for each request', async () => {
    const correlationId = randomUUID()
    await server.as('wrong').get('/api/pods?limit=1', { headers: { 'x-correlation-id': correlationId } })
    const find = () => server.log.filter((line) => line['correlationId'] === correlationId)
    await waitFor('the line of the request', () => find().length > 0)
    expect(find()).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        level: 'info',
        message: 'request',
        method: 'GET',
        path: '/api/pods',
        status: 401,
        ms: expect.any(Number) as number,
        correlationId,
      },
    ])
  })

  test('never has a secret, whatever was done with it', async () => {
    const password = 'a wrong password that somebody typed'
    await server.post('/api/auth/login', { ...ADMIN, password })
    await server.post('/api/auth/login', `{"password":"${password}"`)
    await server.get(`/api/pods?token=${world.tokens.viewer}`)
    const again = await server.connect(world.node.credential)
    again.close()
    const { accessToken, refreshToken } = world.session
    const secrets = [
      password,
      SETUP_TOKEN,
      ADMIN.password,
      accessToken,
      refreshToken,
      world.node.credential,
      ...Object.values(world.tokens),
    ]
    const written = server.daemon.stdout + server.daemon.stderr
    expect(written.length).toBeGreaterThan(10_000)
    expect(secrets.filter((secret) => written.includes(secret))).toEqual([])
    // A token's last part is its secret.
    expect(secrets.filter((secret) => secret.startsWith('stark_') && written.includes(secret.slice(-43)))).toEqual([])
  })
})
