/** What the records of a table come to by a key: as if they were counted anew each time. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Table, type KindOptions } from '../../kernel/table.ts'
import type { Entity } from '../../kernel/schema/index.ts'

interface Parcel extends Entity {
  readonly shelf: string
  readonly isSold: boolean
  readonly weights: Readonly<Record<string, number>>
}

const options: KindOptions<Parcel> = {
  unique: { stamp: ({ weights }) => (weights['stamp'] === undefined ? undefined : String(weights['stamp'])) },
  sums: { weights: { key: ({ shelf }) => shelf, amounts: ({ isSold, weights }) => (isSold ? undefined : weights) } },
}
const SHELVES = ['a', 'b']
/** The same objects in many records, as records share what has not changed. */
const WEIGHTS = [{}, { net: 1 }, { net: 2, gross: 3 }, { gross: 4, stamp: 5 }]

const parcels: fc.Arbitrary<Parcel> = fc.record({
  id: fc.constantFrom('1', '2', '3', '4'),
  shelf: fc.constantFrom(...SHELVES),
  isSold: fc.boolean(),
  weights: fc.constantFrom(...WEIGHTS),
  createdAt: fc.constant(''),
  updatedAt: fc.constant(''),
  resourceVersion: fc.constant(1),
})
const steps = fc.array(
  fc.oneof(
    fc.record({ way: fc.constantFrom('put' as const, 'set' as const), parcel: parcels }),
    fc.record({ way: fc.constant('remove' as const), parcel: parcels }),
  ),
  { maxLength: 40 },
)

/** Amounts that come to nothing are as good as none. */
function totals(table: Table<Parcel>): object {
  const of = (shelf: string) => {
    const { count, amounts } = table.total('weights', shelf)
    return { count, amounts: Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== 0)) }
  }
  return Object.fromEntries(SHELVES.map((shelf) => [shelf, of(shelf)]))
}

function counted(table: Table<Parcel>): object {
  const of = (shelf: string) => {
    const there = [...table.raw.values()].filter((parcel) => parcel.shelf === shelf && !parcel.isSold)
    const amounts: Record<string, number> = {}
    for (const { weights } of there) for (const [name, weight] of Object.entries(weights)) amounts[name] = (amounts[name] ?? 0) + weight
    return { count: there.length, amounts: Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== 0)) }
  }
  return Object.fromEntries(SHELVES.map((shelf) => [shelf, of(shelf)]))
}

test('is what all records come to, whatever was put, taken back and refused, and a copy goes its own way', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (all, copiedAt) => {
      const table = new Table(options)
      let copy: Table<Parcel> | undefined
      let copied: object = {}
      all.forEach(({ way, parcel }, index) => {
        if (index === copiedAt) {
          copy = new Table(options, table)
          copied = totals(copy)
        }
        if (way === 'put') table.put(Object.freeze(parcel))
        else table.set(parcel.id, way === 'set' ? Object.freeze(parcel) : undefined)
        expect(totals(table)).toEqual(counted(table))
      })
      if (!copy) return
      expect(totals(copy)).toEqual(copied)
      for (const { parcel } of all) copy.set(parcel.id, undefined)
      expect(totals(copy)).toEqual(counted(copy))
      expect(totals(table)).toEqual(counted(table))
    }),
  )
})
