/**
 * The state as it was at the newest durable revision: the live state with every record that a commit still under way has
 * touched put back as it was. It is what callers are shown, so that nothing leaves the process before it is durable, and
 * nobody waits for a store that is away. Its cost follows the commits under way, not the size of the cluster.
 */
import type { Change } from './changes.ts'
import type { Entity, KindName, Kinds } from './schema/index.ts'
import type { Reader, State } from './state.ts'

interface Held {
  /** The record as it is durable; undefined when it is not there yet. */
  readonly record: Entity | undefined
  /** How many commits under way touch it. */
  commits: number
}

export class Durable implements Reader {
  readonly #state: State
  readonly #held = new Map<string, Map<string, Held>>()

  constructor(state: State) {
    this.#state = state
  }

  /** A commit that made these changes is under way. */
  hold(changes: readonly Change[]): void {
    for (const { kind, id, before } of changes) {
      const held = this.#kind(kind)
      const known = held.get(id)
      if (known) known.commits += 1
      else held.set(id, { record: before, commits: 1 })
    }
  }

  /** The oldest commit under way is durable. */
  release(changes: readonly Change[]): void {
    for (const change of changes) {
      const { kind, id } = change
      const held = this.#kind(kind)
      const known = held.get(id)
      if (!known) continue
      if (known.commits === 1) held.delete(id)
      else held.set(id, { record: change.op === 'put' ? change.record : undefined, commits: known.commits - 1 })
    }
  }

  /** The newest commit under way was undone. */
  drop(changes: readonly Change[]): void {
    for (const { kind, id } of changes) {
      const held = this.#kind(kind)
      const known = held.get(id)
      if (!known) continue
      known.commits -= 1
      if (known.commits === 0) held.delete(id)
    }
  }

  get<K extends KindName>(kind: K, id: string): Kinds[K] | undefined {
    const held = this.#kind(kind).get(id)
    return held ? (held.record as Kinds[K] | undefined) : this.#state.get(kind, id)
  }

  find<K extends KindName>(kind: K, rule: string, key: string): Kinds[K] | undefined {
    const keyOf = this.#state.kind(kind).unique?.[rule]
    if (!keyOf) throw new Error(`no unique rule ${rule}`)
    for (const { record } of this.#kind(kind).values()) {
      if (record && keyOf(record) === key) return record as Kinds[K]
    }
    const live = this.#state.find(kind, rule, key)
    return live && !this.#kind(kind).has(live.id) ? live : undefined
  }

  by<K extends KindName>(kind: K, index: string, key: string): Kinds[K][] {
    const table = this.#state.table(kind)
    const held = this.#kind(kind)
    const live = this.#state.by(kind, index, key).filter((record) => !held.has(record.id))
    const kept = [...held.values()].flatMap(({ record }) => (record ? [record as Kinds[K]] : []))
    return [...live, ...kept.filter((record) => table.keyOf(index, record) === key)]
  }

  *all<K extends KindName>(kind: K): Iterable<Kinds[K]> {
    const held = this.#kind(kind)
    for (const record of this.#state.all(kind)) if (!held.has(record.id)) yield record
    for (const { record } of held.values()) if (record) yield record as Kinds[K]
  }

  #kind(kind: string): Map<string, Held> {
    const known = this.#held.get(kind)
    if (known) return known
    const made = new Map<string, Held>()
    this.#held.set(kind, made)
    return made
  }
}
