/** Change sets of one batch become their net effect. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { merge, type Encoded, type RowChange } from '../../../plugins/supabase/batch.ts'

/** A database of one table, as commit_batch treats it: id to version. */
type Table = Map<string, number>

const set = (revision: number, ...changes: RowChange[]): Encoded => ({ revision, changes, bytes: 0 })
const put = (id: string, expected: number, version: number): RowChange => ({ kind: 'things', id, expected, row: { id, version } })
const remove = (id: string, expected: number): RowChange => ({ kind: 'things', id, expected, row: undefined })

describe('change sets that go together', () => {
  test('keep the first expected version and the last state of a record', () => {
    expect(merge([set(5, put('a', 3, 5)), set(6, put('a', 5, 6))])).toEqual({ things: { updates: [{ id: 'a', version: 6, expected: 3 }] } })
  })

  test('say nothing of a record that was made and removed', () => {
    expect(merge([set(5, put('a', 0, 5)), set(6, remove('a', 5))])).toEqual({ things: {} })
  })

  test('have the effect of one after the other', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 30 })
    const property = fc.property(steps, (wishes) => {
      const before: Table = new Map([['a', 1]])
      const oneByOne = new Map(before)
      const sets = wishes.map(([id, isPut], index) => {
        const revision = index + 2
        const expected = oneByOne.get(id) ?? 0
        if (isPut) oneByOne.set(id, revision)
        else oneByOne.delete(id)
        return set(revision, isPut ? put(id, expected, revision) : remove(id, expected))
      })
      expect(apply(before, sets)).toEqual(oneByOne)
    })
    fc.assert(property)
  })
})

function apply(before: Table, sets: Encoded[]): Table {
  const { deletes = [], updates = [], inserts = [] } = merge(sets)['things'] ?? {}
  const table = new Map(before)
  const expectVersion = (id: string, version: unknown) => expect(table.get(id)).toBe(version)
  for (const { id, expected } of deletes) {
    expectVersion(id, expected)
    table.delete(id)
  }
  for (const row of updates) {
    expectVersion(String(row['id']), row['expected'])
    table.set(String(row['id']), Number(row['version']))
  }
  for (const row of inserts) {
    expectVersion(String(row['id']), undefined)
    table.set(String(row['id']), Number(row['version']))
  }
  return table
}
