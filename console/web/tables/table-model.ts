/** What a table shows of its records: which match the filter, in which order, and which of them are in view. Pure. */

export interface Column<T> {
  readonly key: string
  readonly head: string
  /** What is sorted by, and searched in. */
  readonly value: (record: T) => string | number
  /** It depends on other records too. */
  readonly isForeign?: boolean
}

/** A column's key, with a minus before it for the other way round. */
export type Sort = string

/** Every word must be in some column. Of long lists that change all the time: list-model.ts. */
export function matching<T>(records: Iterable<T>, filter: string, columns: readonly Column<T>[]): T[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const isWanted = (record: T): boolean => {
    const text = columns
      .map(({ value }) => String(value(record)))
      .join('\n')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return words.length === 0 ? [...records] : [...records].filter(isWanted)
}

/** Numbers by size, text as people sort it; an unknown column leaves the order as it is. */
export function sorted<T>(records: readonly T[], sort: Sort, columns: readonly Column<T>[]): readonly T[] {
  const isDescending = sort.startsWith('-')
  const column = columns.find(({ key }) => key === (isDescending ? sort.slice(1) : sort))
  if (!column) return records
  const keyed = records.map((record) => ({ record, value: column.value(record) }))
  const direction = isDescending ? -1 : 1
  return keyed.sort((a, b) => direction * compare(a.value, b.value)).map(({ record }) => record)
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
const collator = new Intl.Collator('en', { numeric: true })

/** What one more click on a column's head asks for. */
export const nextSort = (sort: Sort, key: string): Sort => (sort === key ? `-${key}` : key)

export interface Stretch {
  readonly first: number
  /** Not included. */
  readonly end: number
}

/** The rows in view, and a few more on either side. */
export function inView({ top, height, rowHeight, count }: { top: number; height: number; rowHeight: number; count: number }): Stretch {
  const first = Math.min(Math.max(0, Math.floor(top / rowHeight) - OVERSCAN), Math.max(0, count - 1))
  return { first, end: Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN) }
}
const OVERSCAN = 8
