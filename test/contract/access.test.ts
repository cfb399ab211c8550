/** Where a user may create, and how far an API token reaches: never beyond whoever made it, and no further than it says. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Pack, Pod, Token } from '../../kernel/schema/index.ts'
import { done, type Answer, type Api } from '../support/api.ts'
import { person, type Person } from '../support/people.ts'
import { startServer, type Server } from '../support/server.ts'

let server: Server
let user: Person
let pack: Pack

beforeAll(async () => {
  server = await startServer()
  user = await person(server, ['user'])
  pack = await server.push()
})
afterAll(async () => {
  user?.wire.close()
  await server?.kill()
})

const codeOf = async (answer: Promise<Answer<unknown>>) => ((await answer).body as Problem).code
const run = (api: Api, namespace: string, query = '') => api.post<Pod>(`/api/pods${query}`, { pack: pack.name, namespace })
const makeToken = (api: Api, fields: object) => api.post<Token & { token: string }>('/api/tokens', { kind: 'api', ...fields })
const withToken = async (api: Api, fields: object) => server.as((await done(makeToken(api, fields))).token)

async function newNamespace(): Promise<string> {
  const name = `n-${randomUUID()}`
  await done(server.post('/api/namespaces', { name }))
  return name
}
const letInto = (namespaces: string[]) => done(server.patch(`/api/users/${user.user.id}`, { namespaces }))

describe('a namespace', () => {
  test('is closed to a user until he is let in, also for a dry run, and closed again when he is let out', async () => {
    const namespace = await newNamespace()
    expect(await codeOf(run(user.api, namespace))).toBe('FORBIDDEN')
    expect(await codeOf(run(user.api, namespace, '?dryRun=true'))).toBe('FORBIDDEN')
    await letInto(['default', namespace])
    expect((await run(user.api, namespace)).status).toBe(201)
    await letInto(['default'])
    expect(await codeOf(run(user.api, namespace))).toBe('FORBIDDEN')
  })

  test('that is deleted and made anew is another: who was let into the first is not in the second', async () => {
    const namespace = await newNamespace()
    await letInto([namespace, 'default'])
    await done(server.delete(`/api/namespaces/${namespace}`))
    await expect.poll(async () => (await server.get(`/api/namespaces/${namespace}`)).status).toBe(404)
    await done(server.post('/api/namespaces', { name: namespace }))
    expect(await codeOf(run(user.api, namespace))).toBe('FORBIDDEN')
  })

  test('of the system is closed to users and open to administrators', async () => {
    expect(await codeOf(run(user.api, 'stark-system'))).toBe('FORBIDDEN')
    expect((await run(server, 'stark-system')).status).toBe(201)
  })

  test('is open to whoever was let into all', async () => {
    await letInto(['*'])
    expect((await run(user.api, await newNamespace())).status).toBe(201)
    await letInto(['default'])
  })
})

describe('an API token', () => {
  test('creates where it says, and nowhere else, also one of an administrator', async () => {
    const namespace = await newNamespace()
    for (const role of ['admin', 'user']) {
      const api = await withToken(server, { role, namespaces: [namespace] })
      expect((await run(api, namespace)).status).toBe(201)
      expect(await codeOf(run(api, 'default'))).toBe('FORBIDDEN')
    }
  })

  test('does not take its owner where he was not let in', async () => {
    const api = await withToken(user.api, { namespaces: ['*'] })
    expect((await run(api, 'default')).status).toBe(201)
    expect(await codeOf(run(api, await newNamespace()))).toBe('FORBIDDEN')
  })

  test('has the permissions that it names, and no other of its role', async () => {
    const api = await withToken(server, { role: 'admin', scopes: ['pods:read', 'nodes:write'] })
    expect((await api.get('/api/pods')).status).toBe(200)
    expect(await codeOf(api.post('/api/nodes/nobody/cordon'))).toBe('NOT_FOUND')
    expect(await codeOf(api.get('/api/packs'))).toBe('FORBIDDEN')
    expect(await codeOf(run(api, 'default'))).toBe('FORBIDDEN')
    expect(await codeOf(makeToken(api, { role: 'admin' }))).toBe('FORBIDDEN')
    const wire = await server.connect((await done(makeToken(server, { role: 'viewer', scopes: ['nodes:read'] }))).token)
    expect(await wire.ask('packs.list')).toMatchObject({ problem: { code: 'FORBIDDEN' } })
    const packs = wire.watch('packs')
    await expect.poll(() => packs.refusal?.code).toBe('FORBIDDEN')
    wire.close()
  })

  test('makes no token when it is held to less than its role', async () => {
    const scoped = await withToken(server, { role: 'admin', scopes: ['tokens:write'] })
    const within = await withToken(server, { role: 'admin', namespaces: ['default'] })
    const ofUser = await withToken(user.api, {})
    for (const api of [scoped, within, ofUser]) expect(await codeOf(makeToken(api, {}))).toBe('FORBIDDEN')
    expect((await makeToken(await withToken(server, { role: 'admin' }), { role: 'viewer' })).status).toBe(201)
  })

  test.each([
    [{ role: 'node' }, 'INVALID'],
    [{ role: 'viewer', scopes: ['pods:write'] }, 'INVALID'],
    [{ scopes: ['nothing:write'] }, 'INVALID'],
    [{ scopes: ['*'] }, 'INVALID'],
    [{ labels: { a: 'b' } }, 'INVALID'],
    [{ kind: 'join', role: 'admin' }, 'INVALID'],
    [{ kind: 'join', scopes: ['pods:read'] }, 'INVALID'],
    [{ kind: 'node' }, 'INVALID'],
    [{ hash: 'x' }, 'INVALID'],
    [{ ownerId: randomUUID() }, 'INVALID'],
    [{ expiresAt: '2026-02-30T00:00:00Z' }, 'INVALID'],
  ])('is not made of what makes no sense: %j', async (fields, code) => {
    expect(await codeOf(makeToken(server, fields))).toBe(code)
  })

  test('follows what becomes of its owner', async () => {
    const owner = await person(server, ['user'])
    const api = await withToken(owner.api, { role: 'user' })
    const viewing = await withToken(owner.api, { role: 'viewer' })
    expect((await run(api, 'default')).status).toBe(201)
    await done(server.patch(`/api/users/${owner.user.id}`, { roles: ['viewer'] }))
    expect(await codeOf(run(api, 'default'))).toBe('FORBIDDEN')
    expect((await viewing.get('/api/pods')).status).toBe(200)
    await done(server.patch(`/api/users/${owner.user.id}`, { disabled: true }))
    expect(await codeOf(viewing.get('/api/pods'))).toBe('UNAUTHENTICATED')
    owner.wire.close()
  })
})
