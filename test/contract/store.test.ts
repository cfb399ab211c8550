/** What the kernel may rely on in a store, whatever is behind it: run against the embedded database and a real PostgreSQL server. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { KernelError } from '../../kernel/errors.ts'
import { Namespace, Node, Pack, Pod, PodHistory, PriorityClass, Token, User, type Entity } from '../../kernel/schema/index.ts'
import type { Store } from '../../plugins/supabase/store.ts'
import { aNamespace, aNode, aPod } from '../support/builders.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { recordOf } from './support/arbitraries.ts'
import { creating, load, removing, updating, type Wish, type Writer } from './support/change-sets.ts'
import { fronts, type Front } from './support/fronts.ts'

/** Unique in one database that several tests share. */
const unique = <T extends Entity & { name: string }>(record: T): T => ({ ...record, id: randomUUID(), name: `x${randomUUID()}` })
const namespace = (fields: Partial<Namespace> = {}) => ({ ...unique(aNamespace()), ...fields })
const pod = (fields: Partial<Pod> = {}) => ({ ...unique(aPod()), ...fields })

const isUnavailable = { code: 'STORE_UNAVAILABLE' }

describe.each(Object.entries(fronts))('the store on %s', (_name, startFront) => {
  let front: Front
  let store: Store
  let writer: Writer
  const opened: Store[] = []

  beforeAll(async () => {
    front = await startFront(temporaryFolder('store'))
  })
  afterAll(() => front?.stop())
  beforeEach(async () => {
    await open()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()))
  })

  /** As a restart of the control plane: leads at once, because it is the same holder. @returns what it finds */
  async function open(options: Parameters<Front['open']>[0] = {}) {
    store = await front.open(options)
    opened.push(store)
    const loaded = await load(store)
    writer = loaded.writer
    return loaded.records
  }
  const found = async (kind: string, { id }: { id: string }) => (await open()).get(kind)?.get(id)

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
        const written = writer.changeSet(...wishes)
        await store.persist(written)
        const records = await open()
        for (const change of written.changes) {
          if (change.op === 'put') expect(records.get(change.kind)?.get(change.id)).toEqual(JSON.parse(JSON.stringify(change.record)))
        }
      })
      await fc.assert(property, { numRuns: 8, endOnFailure: true })
    })

    test('start with the reserved ones', async () => {
      const records = await open()
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
      const [made] = await writer.write<Namespace>(creating('namespaces', namespace()))
      const [changed] = await writer.write<Namespace>(updating('namespaces', made!, { phase: 'terminating', labels: { a: 'b' } }))
      expect(await found('namespaces', made!)).toEqual(changed)
      await writer.write(removing('namespaces', changed!))
      expect(await found('namespaces', made!)).toBeUndefined()
    })

    test('that change several times in one batch are written once, as they were last', async () => {
      const made = writer.changeSet(creating('namespaces', namespace()), creating('namespaces', namespace()))
      const [kept, gone] = made.changes.map((change) => (change as unknown as { record: Namespace }).record)
      const sets = [made, writer.changeSet(updating('namespaces', kept!, { labels: { step: 'two' } }), removing('namespaces', gone!))]
      const again = writer.changeSet(creating('namespaces', { ...gone!, id: randomUUID() }))
      await Promise.all([...sets, again].map((set) => store.persist(set)))
      const records = (await open()).get('namespaces')
      expect(records?.get(kept!.id)).toMatchObject({ labels: { step: 'two' }, resourceVersion: sets[1]!.revision })
      expect(records?.has(gone!.id)).toBe(false)
    })

    test('of ended pods leave their name to the next pod, in the same batch too', async () => {
      const [first] = await writer.write<Pod>(creating('pods', pod({ status: 'running' })))
      const ended = writer.changeSet(updating('pods', first!, { status: 'succeeded' }))
      const next = writer.changeSet(creating('pods', pod({ name: first!.name })))
      await Promise.all([store.persist(ended), store.persist(next)])
      await expect(writer.write(creating('pods', pod({ name: first!.name })))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    })

    test('leave the revision behind when they are removed', async () => {
      const [made] = await writer.write(creating('namespaces', namespace()))
      await writer.write(removing('namespaces', made!))
      const { revision } = writer
      await open()
      expect(writer.revision).toBe(revision)
    })
  })

  describe('group commit', () => {
    const commits = () => front.loopback.served.get('/rest/v1/rpc/commit_batch') ?? 0

    test('puts what arrives together into few transactions, and acknowledges in order', async () => {
      const before = commits()
      const acknowledged: number[] = []
      const sets = Array.from({ length: 200 }, () => writer.changeSet(creating('namespaces', namespace())))
      await Promise.all(sets.map((set) => store.persist(set).then(() => acknowledged.push(set.revision))))
      expect(acknowledged).toEqual(sets.map((set) => set.revision))
      expect(commits() - before).toBeLessThan(10)
      const records = (await open()).get('namespaces')
      expect(sets.filter((set) => !records?.has(set.changes[0]!.id))).toEqual([])
    })

    test('keeps what came before a refused change set, undoes what came after it, and goes on', async () => {
      const good = writer.changeSet(creating('namespaces', namespace()))
      const bad = writer.changeSet(creating('namespaces', namespace({ name: 'default' })))
      const after = writer.changeSet(creating('namespaces', namespace()))
      const outcomes = await Promise.allSettled([good, bad, after].map((set) => store.persist(set)))
      expect(outcomes).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'ALREADY_EXISTS' } },
        { status: 'rejected', reason: isUnavailable },
      ])
      const [later] = await waitFor('the store to take writes again', () => writer.write(creating('namespaces', namespace())))
      const records = (await open()).get('namespaces')
      expect([good, bad, after].map((set) => records?.has(set.changes[0]!.id))).toEqual([true, false, false])
      expect(records?.has(later!.id)).toBe(true)
    })

    test('takes no write on top of a refused one before its caller could know', async () => {
      const bad = store.persist(writer.changeSet(creating('namespaces', namespace({ name: 'default' }))))
      const built = bad.catch(() => store.persist(writer.changeSet(creating('namespaces', namespace()))))
      await expect(built).rejects.toMatchObject(isUnavailable)
    })

    test.each<[string, () => Wish, string]>([
      ['a name that is taken', () => creating('namespaces', namespace({ name: 'stark-system' })), 'ALREADY_EXISTS'],
      ['a namespace that is not there', () => creating('pods', pod({ namespace: 'nowhere' })), 'IN_USE'],
      ['a status that does not exist', () => creating('pods', pod({ status: 'asleep' as never })), 'INVALID'],
      ['a time that is none', () => creating('namespaces', namespace({ createdAt: 'yesterday' })), 'INVALID'],
      ['a kind that has no table', () => creating('unicorns', namespace()), 'INTERNAL'],
    ])('refuses %s by its code', async (_what, wish, code) => {
      const error = await writer.write(wish()).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(KernelError)
      expect(error).toMatchObject({ code })
      expect(store.away).toBeUndefined()
    })
  })

  describe('one writer', () => {
    const row = (name: string, version: number) => ({
      id: randomUUID(),
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      resource_version: version,
      name,
      phase: 'active',
      labels: {},
      body: {},
    })
    const commit = (batch: object) => front.client().rpc('commit_batch', { p_batch: batch })
    const acquire = async (holder: string, ttlMs: number) => {
      const { data } = await front.client().rpc('lease_acquire', { p_name: 'control-plane', p_holder: holder, p_ttl_ms: ttlMs })
      const lease = data as { acquired: boolean; epoch: number; holder: string }
      return { ...lease, token: { name: 'control-plane', holder, epoch: lease.epoch } }
    }
    const nextBatch = (lease: object, kinds: object) => ({ batchId: randomUUID(), revision: ++writer.revision, lease, kinds })

    test('a batch that is sent five times at once happens once', async () => {
      const { token } = await acquire('tester', 10_000)
      const inserted = row(`x${randomUUID()}`, writer.revision + 1)
      const batch = nextBatch(token, { namespaces: { inserts: [inserted] } })
      const answers = await Promise.all(Array.from({ length: 5 }, () => commit(batch)))
      expect(answers.map(({ error }) => error)).toEqual([null, null, null, null, null])
      expect(answers.filter(({ data }) => !(data as { replayed: boolean }).replayed)).toHaveLength(1)
      expect(await found('namespaces', inserted)).toMatchObject({ resourceVersion: batch.revision })
    })

    test('of ten that change one version of a row, one wins', async () => {
      const { token } = await acquire('tester', 10_000)
      const start = row(`x${randomUUID()}`, writer.revision + 1)
      await commit(nextBatch(token, { namespaces: { inserts: [start] } }))
      for (let round = 0, version = writer.revision; round < 5; round++, version = writer.revision) {
        const revision = ++writer.revision
        const change = (racer: number) => ({ ...start, resource_version: revision, labels: { racer: String(racer) }, expected: version })
        const race = Array.from({ length: 10 }, (_, racer) =>
          commit({ batchId: randomUUID(), revision, lease: token, kinds: { namespaces: { updates: [change(racer)] } } }),
        )
        const errors = (await Promise.all(race)).map(({ error }) => error?.message ?? 'won')
        expect(errors.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'version conflict'), 'won'])
      }
    })

    test('a row that is not in the expected version is not written, nor anything beside it', async () => {
      const { token } = await acquire('tester', 10_000)
      const good = row(`x${randomUUID()}`, 1)
      const stale = { ...row(`x${randomUUID()}`, 2), expected: 1 }
      const { error, status } = await commit(nextBatch(token, { namespaces: { inserts: [good], updates: [stale] } }))
      expect({ status, code: error?.code, message: error?.message }).toEqual({ status: 409, code: 'PT409', message: 'version conflict' })
      expect(await found('namespaces', good)).toBeUndefined()
    })

    test("a holder whose lease has ended by the database's clock cannot write, until it has renewed it", async () => {
      const { token } = await acquire('tester', 0)
      const batch = nextBatch(token, { namespaces: { inserts: [row(`x${randomUUID()}`, writer.revision)] } })
      expect((await commit(batch)).error).toMatchObject({ code: 'PT409', message: 'lease expired' })
      const renewed = await front
        .client()
        .rpc('lease_renew', { p_name: token.name, p_holder: token.holder, p_epoch: token.epoch, p_ttl_ms: 10_000 })
      expect(renewed.data).toBe(true)
      expect((await commit(batch)).error).toBeNull()
    })

    test('a holder whose lease was taken by another cannot write, even by a batch that was on its way', async () => {
      const first = await acquire('tester', 0)
      const late = nextBatch(first.token, { namespaces: { inserts: [row(`x${randomUUID()}`, writer.revision)] } })
      const second = await acquire('other', 10_000)
      expect(second).toMatchObject({ acquired: true, epoch: first.epoch + 1 })
      expect((await commit(late)).error).toMatchObject({ code: 'PT409', message: 'lease lost' })
      expect(await acquire('tester', 10_000)).toMatchObject({ acquired: false, holder: 'other' })
      await front.client().rpc('lease_renew', { p_name: 'control-plane', p_holder: 'other', p_epoch: second.epoch, p_ttl_ms: 0 })
    })

    test('of ten that ask for a free lease, one gets it', async () => {
      await store.close()
      const asked = await Promise.all(Array.from({ length: 10 }, (_, index) => acquire(`asker-${index}`, 10_000)))
      const winners = asked.filter(({ acquired }) => acquired)
      expect(winners).toHaveLength(1)
      const { holder, epoch } = winners[0]!
      await front.client().rpc('lease_renew', { p_name: 'control-plane', p_holder: holder, p_epoch: epoch, p_ttl_ms: 0 })
    })

    test('a standby waits until the leader gives up, and then finds all that it wrote', async () => {
      const [made] = await writer.write(creating('namespaces', namespace()))
      const leaders: string[] = []
      const standby = await front.open({ holder: 'standby', leaseTtlMs: 300, onStandby: (leader) => leaders.push(leader) })
      opened.push(standby)
      const loading = load(standby)
      await waitFor('the standby to be told', () => leaders.includes('tester'))
      await expect(standby.persist(writer.changeSet())).rejects.toMatchObject(isUnavailable)
      await store.close()
      expect((await loading).records.get('namespaces')?.get(made!.id)).toEqual(made)
      await standby.close()
    })

    test('a leader that lost its lease to another says so once and writes no more', async () => {
      const lost: string[] = []
      store.onLost((error) => lost.push(error.message))
      const { token } = await acquire('tester', 0) // as another process with our name would
      const wish = creating('namespaces', namespace())
      await expect(writer.write(wish)).rejects.toMatchObject(isUnavailable)
      await expect(writer.write(wish)).rejects.toMatchObject(isUnavailable)
      expect(lost).toEqual([expect.stringContaining('lease lost')])
      expect(token.epoch).toBeGreaterThan(1)
    })

    test("a leader whose memory is not the database's is lost for good", async () => {
      const lost: string[] = []
      store.onLost((error) => lost.push(error.message))
      const [made] = await writer.write<Namespace>(creating('namespaces', namespace()))
      await expect(writer.write(updating('namespaces', { ...made!, resourceVersion: 1 }, { labels: {} }))).rejects.toMatchObject(
        isUnavailable,
      )
      expect(lost).toEqual([expect.stringContaining('version conflict')])
      expect(store.away).toContain('version conflict')
      expect(await found('namespaces', made!)).toEqual(made)
    })
  })

  describe('going away', () => {
    const writeMany = (count: number) =>
      Array.from({ length: count }, () => {
        const set = writer.changeSet(creating('namespaces', namespace()))
        return { id: set.changes[0]!.id, done: store.persist(set) }
      })
    const untilAway = () => waitFor('the store to notice', () => store.away)
    const untilBack = () => waitFor('the store to be back', () => store.away === undefined, { timeoutMs: 30_000 })

    async function expectAll(writes: { id: string; done: Promise<void> }[]) {
      await Promise.all(writes.map(({ done }) => done))
      const records = (await open()).get('namespaces')
      expect(writes.filter(({ id }) => !records?.has(id))).toEqual([])
    }

    test('takes nothing new, loses nothing that was accepted, and recovers by itself', async () => {
      await front.loopback.stop()
      const accepted = writeMany(5)
      await untilAway()
      await expect(writer.write(creating('namespaces', namespace()))).rejects.toMatchObject(isUnavailable)
      writer.revision--
      await front.loopback.start()
      await untilBack()
      await expectAll([...accepted, ...writeMany(3)])
    })

    test('with answers that are lost on their way does nothing twice', async () => {
      front.loopback.losesAnswers = true
      const accepted = writeMany(5)
      await untilAway()
      front.loopback.losesAnswers = false
      await untilBack()
      await expectAll(accepted)
    })

    test('by a crash of what keeps the data loses nothing that was acknowledged', async () => {
      const acknowledged = writeMany(50)
      await Promise.all(acknowledged.map(({ done }) => done))
      const accepted = writeMany(50)
      await front.crash()
      await front.recover()
      await untilBack()
      await expectAll([...acknowledged, ...accepted])
    })

    test('for longer than its lease keeps the lead, if nobody took it', async () => {
      await open({ leaseTtlMs: 150 })
      await front.loopback.stop()
      const accepted = writeMany(1)
      await untilAway()
      const isExpired = async () => {
        const started = performance.now()
        return waitFor('the lease to end', () => performance.now() - started > 200)
      }
      await isExpired()
      await front.loopback.start()
      await untilBack()
      await expectAll(accepted)
    })
  })

  describe('pod history', () => {
    test('is never changed or removed, except by pruning', async () => {
      const old = { ...aHistory(), at: '2001-01-01T00:00:00.000Z' }
      await writer.write(creating('podHistory', old), creating('podHistory', aHistory()))
      const table = () => front.client().from('pod_history')
      expect((await table().update({ reason: 'Forged' }).eq('id', old.id)).error?.message).toContain('append-only')
      expect((await table().delete().eq('id', old.id)).error?.message).toContain('append-only')
      expect((await front.client().rpc('prune_pod_history', { p_before: '2002-01-01T00:00:00Z' })).data).toBe(1)
      expect((await table().delete().eq('pod_name', old.podName)).error?.message).toContain('append-only')
      expect(await found('podHistory', old)).toBeUndefined()
    })
  })

  const aHistory = (): PodHistory => ({
    id: randomUUID(),
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    resourceVersion: 1,
    podId: randomUUID(),
    podName: 'p',
    namespace: 'default',
    action: 'Created',
    at: '2026-01-01T00:00:00.000Z',
    actorId: null,
    previousStatus: null,
    newStatus: 'pending',
    previousVersion: null,
    newVersion: null,
    previousNodeId: null,
    newNodeId: null,
    reason: null,
    message: '',
  })
})

/** Names that are free, references that exist, and numbers in the ranges of their columns, in an otherwise random record. */
function plausible(kind: string, record: Entity): Entity {
  const fields: Record<string, object> = {
    namespaces: { name: `x${randomUUID()}` },
    nodes: { name: unique(aNode()).name },
    packs: { name: `x${randomUUID()}` },
    pods: { name: `x${randomUUID()}`, namespace: 'default' },
    priorityClasses: { name: `x${randomUUID()}` },
    users: { email: `${randomUUID()}@example.com` },
    tokens: { hash: randomUUID() },
  }
  return { ...record, id: randomUUID(), ...fields[kind] }
}
