/** Which records a table of the console shows, in which order, and which rows of them are in the page. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inView, matching, nextSort, sorted, type Column } from '../../../console/web/tables/table-model.ts'

interface Thing {
  readonly name: string
  readonly size: number
}
const columns: readonly Column<Thing>[] = [
  { key: 'name', head: 'Name', value: ({ name }) => name },
  { key: 'size', head: 'Size', value: ({ size }) => size },
]
const things: readonly Thing[] = [
  { name: 'web-10', size: 3 },
  { name: 'web-9', size: 20 },
  { name: 'Batch', size: 100 },
]
const namesOf = (records: readonly Thing[]): string[] => records.map(({ name }) => name)

describe('a filter', () => {
  test.each([
    ['', ['web-10', 'web-9', 'Batch']],
    ['WEB', ['web-10', 'web-9']],
    ['web 20', ['web-9']],
    ['  batch ', ['Batch']],
    ['nothing', []],
  ])('"%s" leaves what has each of its words in some column', (filter, names) => {
    expect(namesOf(matching(things, filter, columns))).toEqual(names)
  })

  test('does not find a word that spans two columns', () => {
    expect(matching([{ name: 'a', size: 1 }], 'a1', columns)).toEqual([])
  })
})

describe('sorting', () => {
  test('takes numbers by size and text as people count, and a minus turns it round', () => {
    expect(namesOf(sorted(things, 'name', columns))).toEqual(['Batch', 'web-9', 'web-10'])
    expect(namesOf(sorted(things, 'size', columns))).toEqual(['web-10', 'web-9', 'Batch'])
    expect(namesOf(sorted(things, '-size', columns))).toEqual(['Batch', 'web-9', 'web-10'])
  })

  test('by a column that is not there leaves the order as it is', () => {
    expect(sorted(things, 'color', columns)).toBe(things)
  })

  test('leaves the records that it was given as they were', () => {
    const given = Object.freeze([...things])
    sorted(given, 'size', columns)
    expect(given).toEqual(things)
  })

  test('turns round with a second click and back with a third', () => {
    expect(nextSort('size', 'name')).toBe('name')
    expect(nextSort('name', 'name')).toBe('-name')
    expect(nextSort('-name', 'name')).toBe('name')
  })
})

test('the rows in the page are within the table, cover what is in view, and are few however long the table is', () => {
  const view = fc.record({ top: fc.nat(4_000_000), height: fc.integer({ min: 1, max: 3_000 }), count: fc.nat(100_000) })
  fc.assert(
    fc.property(view, ({ top, height, count }) => {
      const rowHeight = 36
      const { first, end } = inView({ top, height, rowHeight, count })
      expect(first).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(count)
      expect(end - first).toBeLessThanOrEqual(height / rowHeight + 18)
      const rows = [top, top + height - 1].map((at) => Math.floor(at / rowHeight)).filter((row) => row < count)
      expect(rows.filter((row) => row < first || row >= end)).toEqual([])
    }),
  )
})
