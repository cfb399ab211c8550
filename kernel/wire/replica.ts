/**
 * A reactive copy of what is watched. Vue's effects, and so Lit elements, follow its view; what keeps sums of its own hears of each
 * change; hot loops read the raw map. Those who follow are told once an event which keys have changed. While a snapshot comes in parts it
 * has what has come and what was there before; what does not come at all is gone with the last part.
 */
import { shallowReactive, trigger } from '@vue/reactivity'
import type { Event } from './frames.ts'

/** Vue's own names for what happened to a key; the enum is not erasable, its values are these strings. */
type VueOperation = Parameters<typeof trigger>[1]

/** Hears of each record that was replaced: without `before` it is new, without `after` it is gone. */
export type OnChange<T> = (before: T | undefined, after: T | undefined) => void

export class ReplicaOf<T extends { readonly id: string }> {
  readonly #raw = new Map<string, T>()
  readonly #view = shallowReactive(this.#raw)
  readonly #onChange: OnChange<T>
  /** While a snapshot comes in parts: what was there before, and has not come again. */
  #unconfirmed: Set<string> | undefined

  constructor(onChange: OnChange<T> = () => undefined) {
    this.#onChange = onChange
  }

  /** Followed by whoever reads it inside an effect. */
  get records(): ReadonlyMap<string, T> {
    return this.#view
  }

  /** The same records, followed by nobody. */
  get raw(): ReadonlyMap<string, T> {
    return this.#raw
  }

  /** Applies one event of the watch that this is a copy of. */
  apply({ isSnapshot, left, put, gone }: Event): void {
    const records = put as readonly T[]
    if (isSnapshot) this.#unconfirmed = new Set(this.#raw.keys())
    if (isSnapshot || left !== undefined) this.#applyPart(records, left ?? 0)
    else for (const record of records) this.#tell(this.#set(record) ? 'set' : 'add', record.id)
    for (const id of gone) if (this.#delete(id)) this.#tell('delete', id)
  }

  /** Whoever follows is told once, however many records there are. */
  #applyPart(records: readonly T[], left: number): void {
    for (const record of records) this.#set(record)
    if (left === 0) {
      for (const id of this.#unconfirmed ?? []) this.#delete(id)
      this.#unconfirmed = undefined
    }
    this.#tell('clear')
  }

  /** @returns whether it replaced another */
  #set(record: T): boolean {
    const before = this.#raw.get(record.id)
    this.#raw.set(record.id, record)
    this.#unconfirmed?.delete(record.id)
    this.#onChange(before, record)
    return before !== undefined
  }

  #delete(id: string): boolean {
    const before = this.#raw.get(id)
    if (!before) return false
    this.#raw.delete(id)
    this.#onChange(before, undefined)
    return true
  }

  #tell(operation: string, id?: string): void {
    trigger(this.#raw, operation as VueOperation, id)
  }
}
