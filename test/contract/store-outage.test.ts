/** The store may go away and come back: nothing that was accepted is lost or done twice, and nothing new is accepted meanwhile. */
import { expect, test } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { creating } from './support/change-sets.ts'
import { namespace } from './support/given-records.ts'
import { describeStore, isUnavailable } from './support/given-store.ts'

describeStore('a store that goes away', (given) => {
  const writeMany = (count: number) =>
    Array.from({ length: count }, () => {
      const set = given.writer.changeSet(creating('namespaces', namespace()))
      return { id: set.changes[0]!.id, done: given.store.persist(set) }
    })
  const untilAway = () => waitFor('the store to notice', () => given.store.away)
  const untilBack = () => waitFor('the store to be back', () => given.store.away === undefined, { timeoutMs: 30_000 })

  async function expectAll(writes: { id: string; done: Promise<void> }[]) {
    await Promise.all(writes.map(({ done }) => done))
    const records = (await given.open()).get('namespaces')
    expect(writes.filter(({ id }) => !records?.has(id))).toEqual([])
  }

  test('takes nothing new, loses nothing that was accepted, and recovers by itself', async () => {
    await given.front.loopback.stop()
    const accepted = writeMany(5)
    await untilAway()
    await expect(given.writer.write(creating('namespaces', namespace()))).rejects.toMatchObject(isUnavailable)
    given.writer.revision--
    await given.front.loopback.start()
    await untilBack()
    await expectAll([...accepted, ...writeMany(3)])
  })

  test('with answers that are lost on their way does nothing twice', async () => {
    given.front.loopback.losesAnswers = true
    const accepted = writeMany(5)
    await untilAway()
    given.front.loopback.losesAnswers = false
    await untilBack()
    await expectAll(accepted)
  })

  test('by a crash of what keeps the data loses nothing that was acknowledged', async () => {
    const acknowledged = writeMany(50)
    await Promise.all(acknowledged.map(({ done }) => done))
    const accepted = writeMany(50)
    await given.front.crash()
    await given.front.recover()
    await untilBack()
    await expectAll([...acknowledged, ...accepted])
  })

  test('for longer than its lease keeps the lead, if nobody took it', async () => {
    await given.open({ leaseTtlMs: 150 })
    const accepted = writeMany(1)
    await given.front.loopback.stop()
    await untilAway()
    const since = performance.now()
    await waitFor('the lease to end', () => performance.now() - since > 200)
    await given.front.loopback.start()
    await untilBack()
    await expectAll(accepted)
  })
})
