/** What the kernel may rely on in a store: records come back as they were, and are written in groups, in order, all or nothing. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KernelError } from '../../kernel/errors.ts'
import { Namespace, Node, Pack, Pod, PodHistory, PriorityClass, Token, User, type Entity } from '../../kernel/schema/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { recordOf } from './support/arbitraries.ts'
import { creating, removing, updating, type Wish } from './support/change-sets.ts'
import { namespace, pod, podHistory } from './support/given-records.ts'
import { describeStore, isUnavailable } from './support/given-store.ts'

describeStore('the store', (given) => {
  describe('records', () => {
    test('come back exactly, whatever the schemas allow in them', async () => {
      const kinds = {
        namespaces: Namespace,
        nodes: Node,
        packs: Pack,
        pods: Pod,
        podHistory: PodHistory,
        users: User,
        tokens: Token,
        priorityClasses: PriorityClass,
      }
      const creations = Object.entries(kinds).map(([kind, type]) => recordOf(type).map((record) => creating(kind, plausible(kind, record))))
      const anything = fc.array(fc.oneof(...creations), { minLength: 20, maxLength: 40 })
      const property = fc.asyncProperty(anything, async (wishes) => {
        const written = given.writer.changeSet(...wishes)
        await given.store.persist(written)
        const records = await given.open()
        const expected = wishes.map(({ record }) => JSON.parse(JSON.stringify({ ...record, resourceVersion: written.revision })) as Entity)
        expect(wishes.map(({ kind, record }) => records.get(kind)?.get(record?.id ?? ''))).toEqual(expected)
      })
      await fc.assert(property, { numRuns: 8, endOnFailure: true })
    })

    test('start with the reserved ones', async () => {
      const records = await given.open()
      const names = (kind: string) => [...(records.get(kind)?.values() ?? [])].map((record) => (record as unknown as { name: string }).name)
      expect(names('namespaces')).toEqual(expect.arrayContaining(['default', 'stark-system', 'stark-public']))
      expect(names('priorityClasses')).toEqual(
        expect.arrayContaining([
          'system-node-critical',
          'system-cluster-critical',
          'high-priority',
          'default',
          'low-priority',
          'best-effort',
        ]),
      )
      expect([...(records.get('clusterConfigs')?.values() ?? [])]).toMatchObject([
        { maxPodsPerNode: 110, schedulingPolicy: 'spread', defaultRequests: { cpu: 100, memory: 128 }, enablePreemption: true },
      ])
    })

    test('are changed and removed', async () => {
      const [made] = await given.writer.write<Namespace>(creating('namespaces', namespace()))
      const [changed] = await given.writer.write<Namespace>(updating('namespaces', made!, { phase: 'terminating', labels: { a: 'b' } }))
      expect(await given.found('namespaces', made!)).toEqual(changed)
      await given.writer.write(removing('namespaces', changed!))
      expect(await given.found('namespaces', made!)).toBeUndefined()
    })

    test('that change several times in one batch are written once, as they were last', async () => {
      const made = given.writer.changeSet(creating('namespaces', namespace()), creating('namespaces', namespace()))
      const [kept, gone] = made.changes.map((change) => (change as unknown as { record: Namespace }).record)
      const sets = [made, given.writer.changeSet(updating('namespaces', kept!, { labels: { step: 'two' } }), removing('namespaces', gone!))]
      const again = given.writer.changeSet(creating('namespaces', { ...gone!, id: randomUUID() }))
      await Promise.all([...sets, again].map((set) => given.store.persist(set)))
      const records = (await given.open()).get('namespaces')
      expect(records?.get(kept!.id)).toMatchObject({ labels: { step: 'two' }, resourceVersion: sets[1]!.revision })
      expect(records?.has(gone!.id)).toBe(false)
    })

    test('of ended pods leave their name to the next pod, in the same batch too', async () => {
      const [first] = await given.writer.write<Pod>(creating('pods', pod({ status: 'running' })))
      const ended = given.writer.changeSet(updating('pods', first!, { status: 'succeeded' }))
      const next = given.writer.changeSet(creating('pods', pod({ name: first!.name })))
      await Promise.all([given.store.persist(ended), given.store.persist(next)])
      await expect(given.writer.write(creating('pods', pod({ name: first!.name })))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    })

    test('leave the revision behind when they are removed', async () => {
      const [made] = await given.writer.write(creating('namespaces', namespace()))
      await given.writer.write(removing('namespaces', made!))
      const { revision } = given.writer
      await given.open()
      expect(given.writer.revision).toBe(revision)
    })
  })

  describe('group commit', () => {
    const commits = () => given.front.loopback.served.get('/rest/v1/rpc/commit_batch') ?? 0

    test('puts what arrives together into few transactions, and acknowledges in order', async () => {
      const before = commits()
      const acknowledged: number[] = []
      const sets = Array.from({ length: 200 }, () => given.writer.changeSet(creating('namespaces', namespace())))
      await Promise.all(sets.map((set) => given.store.persist(set).then(() => acknowledged.push(set.revision))))
      expect(acknowledged).toEqual(sets.map((set) => set.revision))
      expect(commits() - before).toBeLessThan(10)
      const records = (await given.open()).get('namespaces')
      expect(sets.filter((set) => !records?.has(set.changes[0]!.id))).toEqual([])
    })

    test('keeps what came before a refused change set, undoes what came after it, and goes on', async () => {
      const good = given.writer.changeSet(creating('namespaces', namespace()))
      const bad = given.writer.changeSet(creating('namespaces', namespace({ name: 'default' })))
      const after = given.writer.changeSet(creating('namespaces', namespace()))
      const outcomes = await Promise.allSettled([good, bad, after].map((set) => given.store.persist(set)))
      expect(outcomes).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'ALREADY_EXISTS' } },
        { status: 'rejected', reason: isUnavailable },
      ])
      const [later] = await waitFor('the store to take writes again', () => given.writer.write(creating('namespaces', namespace())))
      const records = (await given.open()).get('namespaces')
      expect([good, bad, after].map((set) => records?.has(set.changes[0]!.id))).toEqual([true, false, false])
      expect(records?.has(later!.id)).toBe(true)
    })

    test('takes no write on top of a refused one before its caller could know', async () => {
      const bad = given.store.persist(given.writer.changeSet(creating('namespaces', namespace({ name: 'default' }))))
      const built = bad.catch(() => given.store.persist(given.writer.changeSet(creating('namespaces', namespace()))))
      await expect(built).rejects.toMatchObject(isUnavailable)
    })

    test.each<[string, () => Wish, string]>([
      ['a name that is taken', () => creating('namespaces', namespace({ name: 'stark-system' })), 'ALREADY_EXISTS'],
      ['a namespace that is not there', () => creating('pods', pod({ namespace: 'nowhere' })), 'IN_USE'],
      ['a status that does not exist', () => creating('pods', pod({ status: 'asleep' as never })), 'INVALID'],
      ['a time that is none', () => creating('namespaces', namespace({ createdAt: 'not a time' })), 'INVALID'],
      ['a kind that has no table', () => creating('unicorns', namespace()), 'INTERNAL'],
    ])('refuses %s by its code', async (_what, wish, code) => {
      const error = await given.writer.write(wish()).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(KernelError)
      expect(error).toMatchObject({ code })
      expect(given.store.away).toBeUndefined()
    })
  })

  describe('pod history', () => {
    test('is never changed or removed, except by pruning', async () => {
      const recent = podHistory(pod())
      const old = podHistory(pod(), { at: '0001-01-01T00:00:00.000Z' })
      await given.writer.write(creating('podHistory', old), creating('podHistory', recent))
      const table = () => given.front.client().from('pod_history')
      expect((await table().update({ reason: 'Forged' }).eq('id', recent.id)).error?.message).toContain('append-only')
      expect((await table().delete().eq('id', recent.id)).error?.message).toContain('append-only')
      await given.front.client().rpc('prune_pod_history', { p_before: '0001-01-02T00:00:00Z' })
      expect((await table().delete().eq('id', recent.id)).error?.message).toContain('append-only')
      const kept = (await given.open()).get('podHistory')
      expect([old, recent].map(({ id }) => kept?.has(id))).toEqual([false, true])
    })

    test('is forgotten by whoever leads, but for that of the last hour, and is as closed as before afterwards', async () => {
      const recent = podHistory(pod(), { at: new Date().toISOString() })
      const old = podHistory(pod(), { at: '2001-01-01T00:00:00.000Z' })
      const other = podHistory(pod(), { at: '2001-01-01T00:00:00.000Z' })
      const [writtenRecent, writtenOld] = await given.writer.write(
        creating('podHistory', recent),
        creating('podHistory', old),
        creating('podHistory', other),
      )
      if (!writtenRecent || !writtenOld) throw new Error('nothing was written')
      await given.writer.write(removing('podHistory', writtenOld))
      await expect(given.writer.write(removing('podHistory', writtenRecent))).rejects.toMatchObject({ code: 'INTERNAL' })
      const table = () => given.front.client().from('pod_history')
      expect((await table().delete().eq('id', other.id)).error?.message).toContain('append-only')
      const kept = (await given.open()).get('podHistory')
      expect([old, recent, other].map(({ id }) => kept?.has(id))).toEqual([false, true, true])
    })
  })
})

/** Names that are free, references that exist, and numbers in the ranges of their columns, in an otherwise random record. */
function plausible(kind: string, record: Entity): Entity {
  const fields: Record<string, object> = {
    namespaces: { name: `x${randomUUID()}` },
    nodes: { name: `x${randomUUID()}` },
    packs: { name: `x${randomUUID()}` },
    pods: { name: `x${randomUUID()}`, namespace: 'default' },
    priorityClasses: { name: `x${randomUUID()}` },
    users: { email: `${randomUUID()}@example.com` },
    tokens: { hash: randomUUID() },
  }
  return { ...record, id: randomUUID(), ...fields[kind] }
}
