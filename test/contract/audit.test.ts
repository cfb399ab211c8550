/** The audit: each change and each refusal is noted, with who, from where and with which result; and nobody changes what is noted. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { AuditEntry, Namespace } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import { PASSWORD, person, type Person } from '../support/people.ts'
import { startServer, type Server } from '../support/server.ts'
import { describeStore } from './support/given-store.ts'
import { creating } from './support/change-sets.ts'

interface Page {
  readonly items: readonly AuditEntry[]
  readonly nextCursor: string | null
}
const newName = () => `n-${randomUUID()}`

describe('the audit', () => {
  let server: Server
  let user: Person
  beforeAll(async () => {
    server = await startServer()
    user = await person(server, ['user'])
  })
  afterAll(async () => {
    user?.wire.close()
    await server?.kill()
  })

  const audit = (query = '') => done(server.get<Page>(`/api/audit?limit=500${query}`))
  /** The first entry that is as wanted, once it is there. */
  async function entry(query: string, isIt: (each: AuditEntry) => boolean = () => true): Promise<AuditEntry> {
    let found: AuditEntry | undefined
    await expect.poll(async () => (found = (await audit(query)).items.find(isIt))).toBeTruthy()
    return found as AuditEntry
  }

  test('has a change with who made it, from where, by which credential, and what was changed, as soon as it is answered', async () => {
    const name = newName()
    const correlationId = randomUUID()
    const { id } = await done(server.post<Namespace>('/api/namespaces', { name }, { headers: { 'x-correlation-id': correlationId } }))
    const { items } = await audit('&operation=namespaces.create')
    expect(items.find((each) => each.correlationId === correlationId)).toMatchObject({
      actorId: server.admin?.user.id,
      actorName: server.admin?.user.email,
      remote: '127.0.0.1',
      operation: 'namespaces.create',
      result: 'done',
      count: 1,
      objects: [{ kind: 'namespaces', id, name, op: 'create' }],
    })
  })

  test('tells whoever may read it what is new as it happens, and nobody else', async () => {
    const wire = await server.connect()
    const watching = wire.watch('audit')
    expect(await watching.snapshot()).toMatchObject({ isSnapshot: true, put: [] })
    const { id } = await done(server.post<Namespace>('/api/namespaces', { name: newName() }))
    const told = () => [...watching.records.values()] as unknown as AuditEntry[]
    await expect.poll(() => told().find(({ objects }) => objects.some((each) => each.id === id))).toMatchObject({ result: 'done' })
    wire.close()
    const others = user.wire.watch('audit')
    await expect.poll(() => others.refusal?.code).toBe('FORBIDDEN')
  })

  test('has what was done over a connection, and with a token', async () => {
    const token = await server.makeToken({ kind: 'api', role: 'admin' })
    const wire = await server.connect(token.token)
    const name = newName()
    await wire.ask('namespaces.create', { name })
    await wire.ask('namespaces.delete', { name })
    wire.close()
    const entries = (await audit()).items.filter(({ credentialId }) => credentialId === token.id)
    expect(entries.map(({ operation, objects }) => [operation, objects[0]?.op])).toEqual([
      ['namespaces.delete', 'update'],
      ['namespaces.create', 'create'],
    ])
  })

  test('has who logged in, and who was refused, by account where there is one', async () => {
    const login = (email: string, password: string) => server.as(undefined).post('/api/auth/login', { email, password })
    await login(user.user.email, PASSWORD)
    expect(await entry(`&operation=auth.login&actorId=${user.user.id}`)).toMatchObject({ result: 'done', remote: '127.0.0.1' })
    await login(user.user.email, 'a wrong password')
    const refused = await entry('&operation=auth.login&result=INVALID_CREDENTIALS', ({ actorName }) => actorName === user.user.email)
    expect(refused).toMatchObject({ actorId: 'anonymous', objects: [] })
    expect(JSON.stringify(await audit())).not.toContain('a wrong password')
  })

  test('has refusals, those that are alike as one with their number', async () => {
    await Promise.all(Array.from({ length: 5 }, () => user.api.post('/api/namespaces', { name: newName() })))
    await entry(`&actorId=${user.user.id}&result=FORBIDDEN`, ({ operation }) => operation === 'namespaces.create')
    const refused = (await audit(`&actorId=${user.user.id}&result=FORBIDDEN`)).items.filter(
      (each) => each.operation === 'namespaces.create',
    )
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBe(5)
    expect(refused.length).toBeLessThan(5)
    await user.wire.ask('users.list')
    expect(await entry(`&actorId=${user.user.id}&operation=users.list`)).toMatchObject({ result: 'FORBIDDEN' })
    await server.as('nonsense').get('/api/pods')
    expect(await entry('&result=UNAUTHENTICATED&operation=pods.list')).toMatchObject({ actorId: 'anonymous' })
  })

  test('is read by administrators, page by page, the newest first, and by nobody else', async () => {
    expect((await user.api.get<Problem>('/api/audit')).status).toBe(403)
    const all = (await audit()).items
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    )
    const seen: string[] = []
    const until = all[0]?.at ?? ''
    for (let cursor = ''; ;) {
      const next = await done(server.get<Page>(`/api/audit?limit=3&until=${until}${cursor}`))
      seen.push(...next.items.map(({ id }) => id))
      if (next.nextCursor === null) break
      cursor = `&cursor=${next.nextCursor}`
    }
    expect(seen).toEqual(all.filter(({ at }) => at < until).map(({ id }) => id))
    expect((await server.get<Problem>('/api/audit?cursor=x')).body.code).toBe('INVALID_CURSOR')
  })

  test('is there after a restart, and not in memory', async () => {
    const before = (await audit()).items.map(({ id }) => id)
    await server.kill('SIGTERM')
    server = await startServer({ folder: server.folder })
    expect((await audit()).items.map(({ id }) => id)).toEqual(expect.arrayContaining(before))
  })
})

describeStore('an entry of the audit', (given) => {
  test('is never changed or removed, except by pruning, and is not loaded', async () => {
    const at = '2026-01-01T00:00:00.000Z'
    const entry = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
      id: randomUUID(),
      createdAt: at,
      updatedAt: at,
      resourceVersion: 1,
      at,
      actorId: randomUUID(),
      actorName: null,
      credentialId: null,
      remote: '203.0.113.7',
      operation: 'pods.create',
      result: 'done',
      count: 1,
      correlationId: null,
      objects: [{ kind: 'pods', id: randomUUID(), name: 'web', op: 'create' }],
      ...fields,
    })
    const [old, recent] = [entry({ at: '0001-01-01T00:00:00.000Z' }), entry()]
    const [, stored] = await given.writer.write(creating('audit', old), creating('audit', recent))
    const table = () => given.front.client().from('audit')
    expect((await table().update({ result: 'forged' }).eq('id', recent.id)).error?.message).toContain('append-only')
    expect((await table().delete().eq('id', recent.id)).error?.message).toContain('append-only')
    await given.front.client().rpc('prune_audit', { p_before: '0001-01-02T00:00:00Z' })
    expect((await table().delete().eq('id', recent.id)).error?.message).toContain('append-only')
    expect(await given.store.audit.read({ limit: 10, actorId: old.actorId })).toEqual([])
    expect(await given.store.audit.read({ limit: 10, actorId: recent.actorId })).toEqual([stored])
    expect((await given.open()).get('audit')).toBeUndefined()
  })
})
