/**
 * From all records of a kind to those that a list shows, in its order. It remembers what it can from one time to the next: the text
 * of each record, and the order, because sorting what is nearly sorted costs next to nothing. Pure but for that.
 */
import type { Labels } from '../../../kernel/schema/common.ts'
import type { LabelMatch } from './label-selector.ts'
import { sorted, type Column, type Sort } from './table-model.ts'

/** What a kind can be narrowed down by, beside words. */
export interface Facets<T> {
  readonly status?: (record: T) => string
  readonly namespace?: (record: T) => string
  readonly labels?: (record: T) => Labels
}
export interface Wanted {
  /** Each of its words must be in some column. */
  readonly text: string
  readonly status: string
  readonly namespace: string
  readonly labels: LabelMatch
}

interface Identified {
  readonly id: string
}

export class ListModel<T extends Identified> {
  readonly #facets: Facets<T>
  #texts = new WeakMap<T, string>()
  #sort: Sort = ''
  #order: readonly string[] = []

  constructor(facets: Facets<T>) {
    this.#facets = facets
  }

  list(
    records: ReadonlyMap<string, T>,
    { wanted, sort, columns }: { readonly wanted: Wanted; readonly sort: Sort; readonly columns: readonly Column<T>[] },
  ): readonly T[] {
    const isWanted = this.#filter(wanted, columns)
    const before = sort === this.#sort ? this.#order : []
    const known = new Set(before)
    const found: T[] = []
    for (const id of before) {
      const record = records.get(id)
      if (record && isWanted(record)) found.push(record)
    }
    for (const record of records.values()) if (!known.has(record.id) && isWanted(record)) found.push(record)
    const shown = sorted(found, sort, columns)
    this.#sort = sort
    this.#order = shown.map(({ id }) => id)
    return shown
  }

  /** The values that there are, to choose from. */
  choices(facet: 'status' | 'namespace', records: Iterable<T>): readonly string[] {
    const of = this.#facets[facet]
    return of ? [...new Set([...records].map(of))].sort() : []
  }

  #filter({ text, status, namespace, labels }: Wanted, columns: readonly Column<T>[]): (record: T) => boolean {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const { status: statusOf, namespace: namespaceOf, labels: labelsOf } = this.#facets
    return (record) =>
      (status === '' || statusOf?.(record) === status) &&
      (namespace === '' || namespaceOf?.(record) === namespace) &&
      (!labelsOf || labels(labelsOf(record))) &&
      (words.length === 0 || this.#has(record, words, columns))
  }

  /** What depends on other records, such as a node's name, is put together anew each time. */
  #has(record: T, words: readonly string[], columns: readonly Column<T>[]): boolean {
    const own = this.#texts.get(record) ?? textOf(record, columns, false)
    this.#texts.set(record, own)
    const missing = words.filter((word) => !own.includes(word))
    if (missing.length === 0) return true
    const foreign = textOf(record, columns, true)
    return missing.every((word) => foreign.includes(word))
  }
}

/** A line for each column, so that no word spans two. */
const textOf = <T>(record: T, columns: readonly Column<T>[], isForeign: boolean): string =>
  columns
    .filter((column) => (column.isForeign ?? false) === isForeign)
    .map(({ value }) => String(value(record)))
    .join('\n')
    .toLowerCase()
