/** What the store keeps beside records: bundles, logs and identities. And who may see any of it: nobody without the secret key. */
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Pod } from '../../kernel/schema/index.ts'
import type { LogChunk } from '../../plugins/services.ts'
import { creating, removing } from './support/change-sets.ts'
import { namespace, pod } from './support/given-records.ts'
import { describeStore } from './support/given-store.ts'

const sha256 = () => randomBytes(32).toString('hex')
const email = () => `${randomUUID()}@example.com`
const PASSWORD = 'correct horse battery staple'

describeStore('beside records the store keeps', (given) => {
  describe('bundles', () => {
    test('byte by byte, until they are deleted', async () => {
      const [key, bytes] = [sha256(), randomBytes(3_000_000)]
      expect(await given.store.bundles.get(key)).toBeUndefined()
      await given.store.bundles.put(key, bytes)
      await given.store.bundles.put(key, bytes)
      expect((await given.store.bundles.get(key))?.equals(bytes)).toBe(true)
      await given.store.bundles.delete(key)
      expect(await given.store.bundles.get(key)).toBeUndefined()
    })

    test('up to the largest that a pack may be', async () => {
      const [key, bytes] = [sha256(), Buffer.alloc(50_000_000, 'x')]
      await given.store.bundles.put(key, bytes)
      expect((await given.store.bundles.get(key))?.length).toBe(bytes.length)
    })
  })

  describe('logs', () => {
    const chunk = ({ id }: Pod, firstSeq: number, text = 'a line'): LogChunk => ({
      podId: id,
      incarnation: 1,
      firstSeq,
      lastSeq: firstSeq + 1,
      bytes: 100,
      lines: [firstSeq, firstSeq + 1].map((seq) => ({ seq, at: '2026-01-01T00:00:00.000Z', level: 'info', text, incarnation: 1 })),
    })

    test('in order, once, trimmed from the front, and as long as their pod', async () => {
      const { logs } = given.store
      const [owner] = await given.writer.write<Pod>(creating('pods', pod()))
      const chunks = [chunk(owner!, 1), chunk(owner!, 3, 'NUL \0, half \ud800, \\u0000'), chunk(owner!, 5)]
      await logs.append([chunks[2]!, chunks[0]!])
      await logs.append(chunks)
      expect(await logs.read(owner!.id)).toEqual(chunks)
      await logs.trim(owner!.id, 4)
      expect(await logs.read(owner!.id)).toEqual(chunks.slice(1))
      await given.writer.write(removing('pods', owner!))
      await logs.append(chunks)
      expect(await logs.read(owner!.id)).toEqual([])
    })

    test('until they are deleted', async () => {
      const [owner, other] = await given.writer.write<Pod>(creating('pods', pod()), creating('pods', pod()))
      await given.store.logs.append([chunk(owner!, 1), chunk(other!, 1)])
      await given.store.logs.delete([owner!.id])
      expect(await given.store.logs.read(owner!.id)).toEqual([])
      expect(await given.store.logs.read(other!.id)).toHaveLength(1)
    })
  })

  describe('identities', () => {
    test('who sign up, sign in, refresh and are known by their token', async () => {
      const { identities } = given.store
      const address = email()
      const signedUp = await identities.signUp(address, PASSWORD)
      expect(signedUp).toMatchObject({ email: address })
      expect(Date.parse(signedUp.expiresAt)).toBeGreaterThan(Date.now())
      expect(await identities.verify(signedUp.accessToken)).toEqual({ userId: signedUp.userId, sessionId: signedUp.sessionId })
      const signedIn = await identities.signIn(address, PASSWORD)
      expect(signedIn.userId).toBe(signedUp.userId)
      expect(signedIn.sessionId).not.toBe(signedUp.sessionId)
      expect(await identities.refresh(signedIn.refreshToken)).toMatchObject({ userId: signedUp.userId, sessionId: signedIn.sessionId })
    })

    test('who change their password: the session that does it goes on, and the old password is of no use', async () => {
      const { identities } = given.store
      const address = email()
      const { refreshToken, sessionId } = await identities.signUp(address, PASSWORD)
      await expect(identities.changePassword(refreshToken, 'seven77')).rejects.toMatchObject({ code: 'WEAK_PASSWORD' })
      const { refreshToken: another } = await identities.signIn(address, PASSWORD)
      const next = await identities.changePassword(another, 'a password of another kind')
      expect(await identities.refresh(next)).not.toMatchObject({ sessionId })
      await expect(identities.signIn(address, PASSWORD)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' })
      expect(await identities.signIn(address, 'a password of another kind')).toMatchObject({ email: address })
      await expect(identities.changePassword('nothing', PASSWORD)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    })

    test('and say by a code what is wrong', async () => {
      const { identities } = given.store
      const { accessToken, email: address } = await identities.signUp(email(), PASSWORD)
      const forged = `${accessToken.slice(0, -4)}AAAA`
      const calls: [string, () => Promise<unknown>, object][] = [
        ['a wrong password', () => identities.signIn(address, 'wrong'), { code: 'INVALID_CREDENTIALS' }],
        ['an unknown address', () => identities.signIn(email(), PASSWORD), { code: 'INVALID_CREDENTIALS' }],
        ['an address that is taken', () => identities.signUp(address, PASSWORD), { code: 'ALREADY_EXISTS' }],
        [
          'a short password',
          () => identities.signUp(email(), 'short'),
          { code: 'WEAK_PASSWORD', message: 'Password should be at least 8 characters.' },
        ],
        ['no address', () => identities.signUp('nobody', PASSWORD), { code: 'INVALID' }],
        ['a made-up refresh token', () => identities.refresh('made-up'), { code: 'UNAUTHENTICATED' }],
        ['no token', () => identities.verify('none'), { code: 'UNAUTHENTICATED' }],
        ['a forged token', () => identities.verify(forged), { code: 'UNAUTHENTICATED' }],
        ['the public key as token', () => identities.verify(given.front.keys.publishableKey), { code: 'UNAUTHENTICATED' }],
      ]
      for (const [what, call, error] of calls) await expect(call(), what).rejects.toMatchObject(error)
    })
  })

  describe('nothing for those who come without the secret key', () => {
    const tables = async () => {
      const { data } = await given.front.client().from('kinds').select('table_name')
      return ['kinds', 'leases', 'commits', 'cluster_revision', 'pod_logs', ...(data ?? []).map((row) => String(row['table_name']))]
    }
    const functions: Record<string, object> = {
      commit_batch: { p_batch: {} },
      load_page: { p_kind: 'users', p_after: randomUUID(), p_limit: 1 },
      lease_acquire: { p_name: 'control-plane', p_holder: 'thief', p_ttl_ms: 1 },
      store_schema: {},
      logs_read: { p_pod_id: randomUUID() },
      prune_pod_history: { p_before: '2100-01-01T00:00:00Z' },
      prune_audit: { p_before: '2100-01-01T00:00:00Z' },
      audit_read: { p_query: { limit: 1 } },
    }

    test.each(['the public key', 'the token of a user'])('but %s', async (credential) => {
      const { keys, client } = given.front
      await given.writer.write(creating('namespaces', namespace()))
      const { accessToken } = await given.store.identities.signUp(email(), PASSWORD)
      const intruder = client(keys.publishableKey)
      const as = <T extends { setHeader(name: string, value: string): T }>(request: T) =>
        credential === 'the public key' ? request : request.setHeader('Authorization', `Bearer ${accessToken}`)
      for (const table of await tables()) {
        expect((await as(intruder.from(table).select('*'))).data ?? [], table).toEqual([])
        expect((await as(intruder.from(table).delete().neq('created_at', null).select())).data ?? [], table).toEqual([])
      }
      const { error } = await as(intruder.from('kinds').insert({ kind: 'x', table_name: 'x', position: 99 }))
      expect(error).not.toBeNull()
      for (const [name, parameters] of Object.entries(functions)) {
        expect((await as(intruder.rpc(name, parameters))).error, name).not.toBeNull()
      }
      expect((await given.open()).get('namespaces')?.size).toBeGreaterThan(3)
    })
  })
})
