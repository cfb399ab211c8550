/**
 * The database as a second wall: real requests straight at the data API, past the server, with the public key and with the token of each
 * role. What is read is what the API would show; nothing is written.
 */
import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import type { AuditEntry, Pack, Pod, Role, Secret, Session, Token, User } from '../../kernel/schema/index.ts'
import type { Client } from '../../plugins/supabase/client.ts'
import { aPack } from '../support/builders.ts'
import { creating, removing, type Wish } from './support/change-sets.ts'
import { pod, podHistory } from './support/given-records.ts'
import { describeStore } from './support/given-store.ts'

const PASSWORD = 'correct horse battery staple'
const AT = '2026-01-01T00:00:00.000Z'
const meta = () => ({ id: randomUUID(), createdAt: AT, updatedAt: AT, resourceVersion: 1 })

/** Whoever may read the cluster reads these. */
const CLUSTER = ['cluster_configs', 'namespaces', 'priority_classes', 'nodes', 'pods', 'pod_history', 'pod_logs', 'deployments', 'events']
/** Nobody but the control plane does. */
const CLOSED = ['sessions', 'tokens', 'secrets', 'idempotency_keys', 'kinds', 'leases', 'commits', 'cluster_revision']
const TABLES = [...CLUSTER, ...CLOSED, 'users', 'packs', 'audit']

interface Somebody {
  readonly user: User
  readonly session: Session
  readonly accessToken: string
}

describeStore('past the server', (given) => {
  let runs: Pod
  let packs: { readonly open: Pack; readonly hidden: Pack; readonly own: Pack }
  const people = {} as Record<'admin' | 'user' | 'viewer' | 'stranger' | 'disabled' | 'loggedOut' | 'node', Somebody>

  /** @param roles undefined makes an identity without an account */
  async function somebody(roles: Role[] | undefined, fields: Partial<User> = {}, hasSession = true): Promise<Somebody> {
    const signed = await given.store.identities.signUp(`${randomUUID()}@example.com`, PASSWORD)
    const user: User = { ...meta(), id: signed.userId, email: signed.email, roles: roles ?? [], disabled: false, namespaces: [], ...fields }
    const session: Session = {
      ...meta(),
      id: signed.sessionId,
      userId: user.id,
      refreshHash: randomUUID(),
      providerRefreshToken: signed.refreshToken,
      expiresAt: '2100-01-01T00:00:00.000Z',
      lastUsedAt: AT,
      remote: '',
    }
    const [, written = session] = roles
      ? await given.writer.write<User | Session>(creating('users', user), ...(hasSession ? [creating('sessions', session)] : []))
      : []
    return { user, session: written as Session, accessToken: signed.accessToken }
  }

  beforeAll(async () => {
    await given.open()
    people.admin = await somebody(['admin'])
    people.user = await somebody(['user'])
    people.viewer = await somebody(['viewer'])
    people.node = await somebody(['node'])
    people.stranger = await somebody(undefined)
    people.disabled = await somebody(['admin'], { disabled: true })
    people.loggedOut = await somebody(['admin'], {}, false)
    runs = pod()
    const packOf = (fields: Partial<Pack>): Pack => ({ ...aPack(), id: randomUUID(), name: `x${randomUUID()}`, ...fields })
    packs = {
      open: packOf({ visibility: 'public' }),
      hidden: packOf({ visibility: 'private', ownerId: people.admin.user.id }),
      own: packOf({ visibility: 'private', ownerId: people.user.user.id }),
    }
    await given.writer.write(...records())
  })

  function records(): Wish[] {
    const token: Token = {
      ...meta(),
      kind: 'api',
      hash: randomUUID(),
      role: 'admin',
      scopes: null,
      namespaces: null,
      ownerId: people.admin.user.id,
      nodeId: null,
      expiresAt: null,
      uses: null,
      lastUsedAt: null,
      labels: {},
      taints: [],
      runtimeType: null,
      description: '',
    }
    const secret: Secret = { ...meta(), namespace: 'default', name: `x${randomUUID()}`, createdBy: null, keyId: 'k', sealed: 'x' }
    const entry: AuditEntry = {
      ...meta(),
      at: AT,
      actorId: 'somebody',
      actorName: null,
      credentialId: null,
      remote: '',
      operation: 'pods.create',
      result: 'done',
      count: 1,
      correlationId: null,
      objects: [],
    }
    return [
      creating('pods', runs),
      creating('podHistory', podHistory(runs)),
      ...Object.values(packs).map((pack) => creating('packs', pack)),
      creating('tokens', token),
      creating('secrets', secret),
      creating('audit', entry),
    ]
  }

  const asPublic = (): Client => given.front.client(given.front.keys.publishableKey)
  /** Every column of every row of a table that this token gives. */
  async function rows(table: string, accessToken?: string): Promise<Record<string, unknown>[]> {
    const request = asPublic().from(table).select('*')
    const { data } = await (accessToken === undefined ? request : request.setHeader('Authorization', `Bearer ${accessToken}`))
    return (data ?? []) as Record<string, unknown>[]
  }
  const ids = async (table: string, who: Somebody) => (await rows(table, who.accessToken)).map((row) => row['id'])

  test('the public key alone reads nothing', async () => {
    for (const table of TABLES) expect([table, await rows(table)]).toEqual([table, []])
  })

  test.each(['stranger', 'disabled', 'loggedOut', 'node'] as const)('a token of one who is %s reads nothing', async (name) => {
    for (const table of TABLES) expect([table, await rows(table, people[name].accessToken)]).toEqual([table, []])
  })

  test.each(['admin', 'user', 'viewer'] as const)(
    'a token of the role %s reads the cluster, and none of its hashes and secrets',
    async (name) => {
      expect(await ids('pods', people[name])).toContain(runs.id)
      expect((await rows('pod_history', people[name].accessToken)).map((row) => row['pod_id'])).toContain(runs.id)
      expect((await rows('namespaces', people[name].accessToken)).length).toBeGreaterThanOrEqual(3)
      for (const table of CLOSED) expect([table, await rows(table, people[name].accessToken)]).toEqual([table, []])
    },
  )

  test('packs are read as the API shows them', async () => {
    const { open, hidden, own } = packs
    const seen = async (who: Somebody) =>
      (await ids('packs', who))
        .map(String)
        .filter((id) => [open.id, hidden.id, own.id].includes(id))
        .toSorted()
    expect(await seen(people.admin)).toEqual([open.id, hidden.id, own.id].toSorted())
    expect(await seen(people.user)).toEqual([open.id, own.id].toSorted())
    expect(await seen(people.viewer)).toEqual([open.id])
  })

  test('accounts are read by administrators, and by each his own; the audit by administrators', async () => {
    expect(await ids('users', people.user)).toEqual([people.user.user.id])
    expect(await ids('users', people.viewer)).toEqual([people.viewer.user.id])
    expect(await ids('users', people.admin)).toEqual(expect.arrayContaining([people.user.user.id, people.admin.user.id]))
    expect(await rows('audit', people.user.accessToken)).toEqual([])
    expect((await rows('audit', people.admin.accessToken)).length).toBeGreaterThan(0)
  })

  test('the end of a session counts at once, although its token goes on', async () => {
    const who = await somebody(['user'])
    expect(await ids('pods', who)).toContain(runs.id)
    await given.writer.write(removing('sessions', who.session))
    expect(await ids('pods', who)).toEqual([])
  })

  test.each(['admin', 'user', 'viewer', 'stranger'] as const)('nothing is written with a token of %s, whatever the table', async (name) => {
    const { accessToken, user } = people[name]
    const as = <T extends { setHeader(name: string, value: string): T }>(request: T) =>
      request.setHeader('Authorization', `Bearer ${accessToken}`)
    const client = asPublic()
    for (const table of TABLES) {
      const before = await given.front.client().from(table).select('*', { count: 'exact', head: true })
      const made = await as(client.from(table).insert({ id: randomUUID(), created_at: AT, updated_at: AT, resource_version: 1 }))
      expect([table, made.error === null]).toEqual([table, false])
      const changed = await as(client.from(table).update({ resource_version: 1 }).neq('resource_version', 0).select())
      const removed = await as(client.from(table).delete().neq('resource_version', 0).select())
      expect([table, changed.data ?? [], removed.data ?? []]).toEqual([table, [], []])
      const after = await given.front.client().from(table).select('*', { count: 'exact', head: true })
      expect([table, after.count]).toEqual([table, before.count])
    }
    // What everybody would like most.
    await as(
      client
        .from('users')
        .update({ roles: ['admin'], disabled: false })
        .eq('id', user.id),
    )
    await as(
      client
        .from('users')
        .upsert({ id: user.id, email: user.email, roles: ['admin'], disabled: false, created_at: AT, updated_at: AT, resource_version: 1 }),
    )
    const { data } = await given.front.client().from('users').select('roles').eq('id', user.id)
    expect(data).toEqual(name === 'stranger' ? [] : [{ roles: user.roles }])
  })

  test('a token that claims a role for itself has none', async () => {
    const { data } = await asPublic().auth.signUp({
      email: `${randomUUID()}@example.com`,
      password: PASSWORD,
      options: { data: { role: 'admin', roles: ['admin'] } },
    })
    const accessToken = data.session?.access_token ?? ''
    for (const table of TABLES) expect([table, await rows(table, accessToken)]).toEqual([table, []])
  })

  test('bundles are not read from Storage', async () => {
    const sha256 = randomUUID().replaceAll('-', '').padEnd(64, '0')
    await given.store.bundles.put(sha256, Buffer.from('export default 1'))
    for (const token of [undefined, people.user.accessToken, people.admin.accessToken]) {
      const { url } = given.front.loopback
      const headers = { apikey: given.front.keys.publishableKey, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
      for (const path of ['object', 'object/authenticated', 'object/public']) {
        const answer = await fetch(`${url}/storage/v1/${path}/bundles/${sha256}`, { headers })
        expect([path, answer.ok, await answer.text()]).toEqual([path, false, expect.not.stringContaining('export default')])
      }
    }
    expect((await given.store.bundles.get(sha256))?.toString()).toBe('export default 1')
  })
})
