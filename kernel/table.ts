/**
 * The records of one kind. Reads in hot loops go to the raw map; people, plugins' effects and the wire follow the
 * shallow-reactive view of the same map, which is told once a commit which keys have changed.
 * Records are frozen and replaced, so `===` tells whether one changed.
 */
import { shallowReactive, trigger } from '@vue/reactivity'
import type { Entity } from './schema/common.ts'

type Touch = 'add' | 'set' | 'delete'
/** Vue's own names for what happened to a key; the enum is not erasable, its values are these strings. */
type VueOperation = Parameters<typeof trigger>[1]

export interface KindOptions<T extends Entity> {
  /** Keys that no two records may share, by the name of the rule; undefined is no key. */
  readonly unique?: Readonly<Record<string, (record: T) => string | undefined>>
  /** Keys to look records up by; null is no key. */
  readonly indexes?: Readonly<Record<string, (record: T) => string | null>>
}

export class Table<T extends Entity> {
  readonly raw: Map<string, T>
  readonly view: ReadonlyMap<string, T>
  readonly #touched = new Map<string, Touch>()
  readonly #unique: readonly UniqueIndex<T>[]
  readonly #indexes: ReadonlyMap<string, Index<T>>

  /** @param from a table of the same options, with whose records this one begins */
  constructor(options: KindOptions<T> = {}, from?: Table<T>) {
    this.raw = new Map(from?.raw)
    this.view = shallowReactive(this.raw)
    this.#unique = from ? from.#unique.map(copyUnique) : Object.entries(options.unique ?? {}).map(emptyUnique)
    this.#indexes = new Map(from ? [...from.#indexes].map(copyIndex) : Object.entries(options.indexes ?? {}).map(emptyIndex))
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

  /** The key that the record has in an index, or undefined where it has none. */
  keyOf(name: string, record: T): string | null {
    return this.#indexes.get(name)?.key(record) ?? null
  }

  /** The rule that the record would break, or undefined. @param before the record that it replaces, which broke none */
  clash(record: T, before?: T): { readonly rule: string; readonly key: string } | undefined {
    for (const { rule, key, ids } of this.#unique) {
      const wanted = key(record)
      if (wanted === undefined || (before && key(before) === wanted)) continue
      const holder = ids.get(wanted)
      if (holder !== undefined && holder !== record.id) return { rule, key: wanted }
    }
    return undefined
  }

  /** Puts or, without a record, removes. Nobody who follows the view is told before `flush`. @param before what is there now */
  set(id: string, record: T | undefined, before = this.raw.get(id)): void {
    if (record) this.raw.set(id, record)
    else this.raw.delete(id)
    for (const { key, ids } of this.#unique) moveId(id, { ids, from: before && key(before), to: record && key(record) })
    for (const { key, ids } of this.#indexes.values()) moveInGroup(id, { ids, from: before && key(before), to: record && key(record) })
    this.#touch(id, before, record)
  }

  /** Tells everybody who follows the view what has changed since the last time. */
  flush(): void {
    this.#touched.forEach((touch, id) => trigger(this.raw, touch as VueOperation, id))
    this.#touched.clear()
  }

  #touch(id: string, before: T | undefined, record: T | undefined): void {
    const first = this.#touched.get(id)
    const existed = first === undefined ? before !== undefined : first !== 'add'
    if (!existed && !record) this.#touched.delete(id)
    else this.#touched.set(id, existed ? (record ? 'set' : 'delete') : 'add')
  }
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
