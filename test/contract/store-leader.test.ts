/** One control plane writes at a time, and each batch once: by the lease, the versions and the ids of batches, all judged in the database. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Namespace } from '../../kernel/schema/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { creating, load, updating } from './support/change-sets.ts'
import { namespace } from './support/given-records.ts'
import { describeStore, isUnavailable } from './support/given-store.ts'

describeStore('one writer', (given) => {
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
  const commit = (batch: object) => given.front.client().rpc('commit_batch', { p_batch: batch })
  const acquire = async (holder: string, ttlMs: number) => {
    const { data } = await given.front.client().rpc('lease_acquire', { p_name: 'control-plane', p_holder: holder, p_ttl_ms: ttlMs })
    const lease = data as { acquired: boolean; epoch: number; holder: string }
    return { ...lease, token: { name: 'control-plane', holder, epoch: lease.epoch } }
  }
  const nextBatch = (lease: object, kinds: object) => ({ batchId: randomUUID(), revision: ++given.writer.revision, lease, kinds })

  test('a batch that is sent five times at once happens once', async () => {
    const { token } = await acquire('tester', 10_000)
    const inserted = row(`x${randomUUID()}`, given.writer.revision + 1)
    const batch = nextBatch(token, { namespaces: { inserts: [inserted] } })
    const answers = await Promise.all(Array.from({ length: 5 }, () => commit(batch)))
    expect(answers.map(({ error }) => error)).toEqual([null, null, null, null, null])
    expect(answers.filter(({ data }) => !(data as { replayed: boolean }).replayed)).toHaveLength(1)
    expect(await given.found('namespaces', inserted)).toMatchObject({ resourceVersion: batch.revision })
  })

  test('of ten that change one version of a row, one wins, whatever their revisions', async () => {
    const { token } = await acquire('tester', 10_000)
    const start = row(`x${randomUUID()}`, given.writer.revision + 1)
    await commit(nextBatch(token, { namespaces: { inserts: [start] } }))
    let version = given.writer.revision
    for (let round = 0; round < 5; round++) {
      const race = Array.from({ length: 10 }, () => {
        const revision = given.writer.revision + 1
        return nextBatch(token, { namespaces: { updates: [{ ...start, resource_version: revision, expected: version }] } })
      })
      const answers = await Promise.all(race.map(commit))
      const winners = race.filter((_, index) => answers[index]?.error === null)
      expect(winners).toHaveLength(1)
      expect(answers.flatMap(({ error }) => error?.message ?? [])).toEqual(Array.from({ length: 9 }, () => 'version conflict'))
      version = winners[0]?.revision ?? version
    }
  })

  test('a row that is not in the expected version is not written, nor anything beside it', async () => {
    const { token } = await acquire('tester', 10_000)
    const good = row(`x${randomUUID()}`, 1)
    const stale = { ...row(`x${randomUUID()}`, 2), expected: 1 }
    const { error, status } = await commit(nextBatch(token, { namespaces: { inserts: [good], updates: [stale] } }))
    expect({ status, code: error?.code, message: error?.message }).toEqual({ status: 409, code: 'PT409', message: 'version conflict' })
    expect(await given.found('namespaces', good)).toBeUndefined()
  })

  test("a holder whose lease has ended by the database's clock cannot write, until it has renewed it", async () => {
    const { token } = await acquire('tester', 0)
    const batch = nextBatch(token, { namespaces: { inserts: [row(`x${randomUUID()}`, given.writer.revision)] } })
    expect((await commit(batch)).error).toMatchObject({ code: 'PT409', message: 'lease expired' })
    const renewed = await given.front
      .client()
      .rpc('lease_renew', { p_name: token.name, p_holder: token.holder, p_epoch: token.epoch, p_ttl_ms: 10_000 })
    expect(renewed.data).toBe(true)
    expect((await commit(batch)).error).toBeNull()
  })

  test('a holder whose lease was taken by another cannot write, even by a batch that was on its way', async () => {
    const first = await acquire('tester', 0)
    const late = nextBatch(first.token, { namespaces: { inserts: [row(`x${randomUUID()}`, given.writer.revision)] } })
    const second = await acquire('other', 10_000)
    expect(second).toMatchObject({ acquired: true, epoch: first.epoch + 1 })
    expect((await commit(late)).error).toMatchObject({ code: 'PT409', message: 'lease lost' })
    expect(await acquire('tester', 10_000)).toMatchObject({ acquired: false, holder: 'other' })
    await given.front.client().rpc('lease_renew', { p_name: 'control-plane', p_holder: 'other', p_epoch: second.epoch, p_ttl_ms: 0 })
  })

  test('of ten that ask for a free lease, one gets it', async () => {
    await given.store.close()
    const asked = await Promise.all(Array.from({ length: 10 }, (_, index) => acquire(`asker-${index}`, 10_000)))
    const winners = asked.filter(({ acquired }) => acquired)
    expect(winners).toHaveLength(1)
    const { holder, epoch } = winners[0]!
    await given.front.client().rpc('lease_renew', { p_name: 'control-plane', p_holder: holder, p_epoch: epoch, p_ttl_ms: 0 })
  })

  test('a standby waits until the leader gives up, and then finds all that it wrote', async () => {
    const [made] = await given.writer.write(creating('namespaces', namespace()))
    const leaders: string[] = []
    const standby = await given.another({ holder: 'standby', leaseTtlMs: 300, onStandby: (leader) => leaders.push(leader) })
    const loading = load(standby)
    await waitFor('the standby to be told', () => leaders.includes('tester'))
    await expect(standby.persist(given.writer.changeSet())).rejects.toMatchObject(isUnavailable)
    await given.store.close()
    expect((await loading).records.get('namespaces')?.get(made!.id)).toEqual(made)
  })

  test('a leader that lost its lease to another says so once and writes no more', async () => {
    const lost: string[] = []
    given.store.onLost((error) => lost.push(error.message))
    const { token } = await acquire('tester', 0) // as another process with our name would
    const wish = creating('namespaces', namespace())
    await expect(given.writer.write(wish)).rejects.toMatchObject(isUnavailable)
    await expect(given.writer.write(wish)).rejects.toMatchObject(isUnavailable)
    expect(lost).toEqual([expect.stringContaining('lease lost')])
    expect(token.epoch).toBeGreaterThan(1)
  })

  test("a leader whose memory is not the database's is lost for good", async () => {
    const lost: string[] = []
    given.store.onLost((error) => lost.push(error.message))
    const [made] = await given.writer.write<Namespace>(creating('namespaces', namespace()))
    await expect(given.writer.write(updating('namespaces', { ...made!, resourceVersion: 1 }, { labels: {} }))).rejects.toMatchObject(
      isUnavailable,
    )
    expect(lost).toEqual([expect.stringContaining('version conflict')])
    expect(given.store.away).toContain('version conflict')
    expect(await given.found('namespaces', made!)).toEqual(made)
  })
})
