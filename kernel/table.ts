/**
 * The records of one kind. Reads in hot loops go to the raw map; people, plugins' effects and the wire follow the
 * shallow-reactive view of the same map, which is told once a commit which keys have changed.
 * Records are frozen and replaced, so `===` tells whether one changed.
 */
import { shallowReactive, trigger } from '@vue/reactivity'
import type { Entity } from './schema/common.ts'
import { Sum, type SumOptions, type Total } from './sum.ts'

type Touch = 'add' | 'set' | 'delete'
/** Vue's own names for what happened to a key; the enum is not erasable, its values are these strings. */
type VueOperation = Parameters<typeof trigger>[1]

export interface KindOptions<T extends Entity> {
  /** Keys that no two records may share, by the name of the rule; undefined is no key. */
  readonly unique?: Readonly<Record<string, (record: T) => string | undefined>>
  /** Keys to look records up by; null is no key. */
  readonly indexes?: Readonly<Record<string, (record: T) => string | null>>
  /** What the records under a key come to. */
  readonly sums?: Readonly<Record<string, SumOptions<T>>>
}

export class Table<T extends Entity> {
  readonly raw: Map<string, T>
  #view: ReadonlyMap<string, T> | undefined
  readonly #touched = new Map<string, Touch>()
  readonly #unique: readonly UniqueIndex<T>[]
  readonly #indexes: ReadonlyMap<string, Index<T>>
  readonly #sums: readonly Sum<T>[]

  /** @param from a table of the same options, with whose records this one begins */
  constructor(options: KindOptions<T> = {}, from?: Table<T>) {
    this.raw = new Map(from?.raw)
    this.#unique = from ? from.#unique.map(copyUnique) : Object.entries(options.unique ?? {}).map(emptyUnique)
    this.#indexes = new Map(from ? [...from.#indexes].map(copyIndex) : Object.entries(options.indexes ?? {}).map(emptyIndex))
    const sums = Object.entries(options.sums ?? {})
    this.#sums = from ? from.#sums.map((sum) => sum.copy()) : sums.map(([name, sum]) => new Sum(name, sum))
  }

  /** The same map for Vue's effects. It is made when somebody first asks: what nobody follows, nobody is told of. */
  get view(): ReadonlyMap<string, T> {
    return (this.#view ??= shallowReactive(this.raw))
  }

  get(id: string): T | undefined {
    return this.raw.get(id)
  }

  /** The one record with that key of a unique rule. */
  find(rule: string, key: string): T | undefined {
    const index = this.#unique.find((each) => each.rule === rule)
    if (!index) throw new Error(`no unique rule ${rule}`)
    const id = index.ids.get(key)
    return id === undefined ? undefined : this.raw.get(id)
  }

  /** The ids under a key of an index. */
  idsBy(name: string, key: string): ReadonlySet<string> {
    const index = this.#indexes.get(name)
    if (!index) throw new Error(`no index ${name}`)
    return index.ids.get(key) ?? NONE
  }

  /** What the records under a key of a sum come to. @returns a live view */
  total(name: string, key: string): Total {
    const sum = this.#sums.find((each) => each.name === name)
    if (!sum) throw new Error(`no sum ${name}`)
    return sum.of(key)
  }

  /** The key that the record has in an index, or undefined where it has none. */
  keyOf(name: string, record: T): string | null {
    return this.#indexes.get(name)?.key(record) ?? null
  }

  /**
   * Puts a record in the place of another. Nobody who follows the view is told before `flush`.
   * @param before what is there now
   * @returns the rule that it would break, and then nothing has changed
   */
  put(record: T, before = this.raw.get(record.id)): Clash | undefined {
    let moves: Move<string>[] | undefined
    for (const { rule, key, ids } of this.#unique) {
      const from = before && key(before)
      const to = key(record)
      if (from === to) continue
      const holder = to === undefined ? undefined : ids.get(to)
      if (to !== undefined && holder !== undefined && holder !== record.id) return { rule, key: to }
      moves = [...(moves ?? []), { ids, from, to }]
    }
    this.raw.set(record.id, record)
    if (moves) for (const move of moves) moveId(record.id, move)
    this.#moveInGroups(record.id, before, record)
    for (const sum of this.#sums) sum.move(before, record)
    this.#touch(record.id, before, record)
    return undefined
  }

  /** Puts what was there at another time or, without a record, removes. It breaks no rule. */
  set(id: string, record: T | undefined): void {
    const before = this.raw.get(id)
    if (record) this.raw.set(id, record)
    else this.raw.delete(id)
    for (const { key, ids } of this.#unique) moveId(id, { ids, from: before && key(before), to: record && key(record) })
    this.#moveInGroups(id, before, record)
    for (const sum of this.#sums) sum.move(before, record)
    this.#touch(id, before, record)
  }

  /** Tells everybody who follows the view what has changed since the last time. */
  flush(): void {
    this.#touched.forEach((touch, id) => trigger(this.raw, touch as VueOperation, id))
    this.#touched.clear()
  }

  #moveInGroups(id: string, before: T | undefined, record: T | undefined): void {
    for (const { key, ids } of this.#indexes.values()) moveInGroup(id, { ids, from: before && key(before), to: record && key(record) })
  }

  #touch(id: string, before: T | undefined, record: T | undefined): void {
    if (!this.#view) return
    const first = this.#touched.get(id)
    const existed = first === undefined ? before !== undefined : first !== 'add'
    if (!existed && !record) this.#touched.delete(id)
    else this.#touched.set(id, existed ? (record ? 'set' : 'delete') : 'add')
  }
}

export interface Clash {
  readonly rule: string
  readonly key: string
}

interface Move<T> {
  readonly ids: Map<string, T>
  readonly from: string | null | undefined
  readonly to: string | null | undefined
}

function moveId(id: string, { ids, from, to }: Move<string>): void {
  if (from === to) return
  if (isKey(from) && ids.get(from) === id) ids.delete(from)
  if (isKey(to)) ids.set(to, id)
}

function moveInGroup(id: string, { ids, from, to }: Move<Set<string>>): void {
  if (from === to) return
  const left = isKey(from) ? ids.get(from) : undefined
  left?.delete(id)
  if (isKey(from) && left?.size === 0) ids.delete(from)
  if (!isKey(to)) return
  const group = ids.get(to)
  if (group) group.add(id)
  else ids.set(to, new Set([id]))
}

const isKey = (key: string | null | undefined): key is string => key !== null && key !== undefined

interface UniqueIndex<T> {
  readonly rule: string
  readonly key: (record: T) => string | undefined
  readonly ids: Map<string, string>
}
interface Index<T> {
  readonly key: (record: T) => string | null
  readonly ids: Map<string, Set<string>>
}

const emptyUnique = <T>([rule, key]: [string, UniqueIndex<T>['key']]): UniqueIndex<T> => ({ rule, key, ids: new Map() })
const copyUnique = <T>({ ids, ...rule }: UniqueIndex<T>): UniqueIndex<T> => ({ ...rule, ids: new Map(ids) })
const emptyIndex = <T>([name, key]: [string, Index<T>['key']]): [string, Index<T>] => [name, { key, ids: new Map() }]
const copyIndex = <T>([name, { key, ids }]: [string, Index<T>]): [string, Index<T>] => {
  const copied = new Map([...ids].map(([value, group]) => [value, new Set(group)]))
  return [name, { key, ids: copied }]
}
const NONE: ReadonlySet<string> = new Set()
