/**
 * One commit while it is being made: applied to the state at once, so that whoever reads next sees it, with everything
 * needed to take it back. A record changed twice is one change.
 */
import type { Change } from './changes.ts'
import { timestamp } from './clock.ts'
import { KernelError } from './errors.ts'
import { freeze } from './freeze.ts'
import type { Draft, Hooks } from './hooks.ts'
import type { Entity, KindName, Kinds } from './schema/index.ts'
import type { Origin } from './changes.ts'
import type { State } from './state.ts'

/** A record without what the commit fills in; an id may be given. */
export type New<T extends Entity> = Omit<T, keyof Entity> & { readonly id?: string }
/** What may change of a record. */
export type Patch<T extends Entity> = Partial<Omit<T, keyof Entity>>

export interface TransactionOptions {
  readonly state: State
  readonly hooks: Hooks
  readonly revision: number
  /** epoch ms */
  readonly at: number
  readonly origin: Origin
  readonly newId: () => string
}

export class Transaction implements Draft {
  readonly revision: number
  readonly at: number
  readonly origin: Origin
  readonly state: State
  readonly #hooks: Hooks
  readonly #newId: () => string
  readonly #changes = new Map<string, Change>()

  constructor({ state, hooks, revision, at, origin, newId }: TransactionOptions) {
    this.state = state
    this.revision = revision
    this.at = at
    this.origin = origin
    this.#hooks = hooks
    this.#newId = newId
  }

  get changes(): readonly Change[] {
    return [...this.#changes.values()]
  }

  /** A new record that somebody asks for: `admit` completes and judges it. @throws KernelError ALREADY_EXISTS, INVALID, or what a plugin refuses with */
  add<K extends KindName>(kind: K, fields: New<Kinds[K]>): Kinds[K] {
    const record = this.#admit(kind, this.#complete(fields), undefined)
    this.#put(kind, record)
    return record as Kinds[K]
  }

  /** A change that somebody asks for: `admit` judges the outcome. @throws KernelError NOT_FOUND, ALREADY_EXISTS, INVALID, or what a plugin refuses with */
  amend<K extends KindName>(kind: K, id: string, patch: Patch<Kinds[K]>): Kinds[K] {
    const before = this.#current(kind, id)
    const record = this.#admit(kind, { ...before, ...patch, ...this.#stamp() }, before)
    this.#put(kind, record)
    return record as Kinds[K]
  }

  /** A fact: a status, a placement, a report. Nobody judges it. @throws KernelError NOT_FOUND */
  update<K extends KindName>(kind: K, id: string, patch: Patch<Kinds[K]>): Kinds[K] {
    const record = { ...this.#current(kind, id), ...patch, ...this.#stamp() }
    this.#put(kind, record)
    return record as unknown as Kinds[K]
  }

  /** A record that nobody asked for, such as a line of history: not judged. */
  create(kind: string, fields: object): void {
    this.#put(kind, this.#complete(fields))
  }

  /** @throws KernelError NOT_FOUND */
  delete(kind: KindName, id: string): void {
    const before = this.#current(kind, id)
    this.state.table(kind).set(id, undefined)
    const key = `${kind}/${id}`
    const known = this.#changes.get(key)
    const original = known ? known.before : before
    if (original) this.#changes.set(key, { op: 'delete', kind, id, before: original })
    else this.#changes.delete(key)
  }

  /** Takes everything back, newest first. */
  undo(): void {
    for (const { kind, id, before } of this.changes.toReversed()) this.state.kind(kind).table.set(id, before)
  }

  #put(kind: string, record: Entity): void {
    const { table, check, isArchive = false } = this.state.kind(kind)
    if (!check(record)) throw new Error(`a record of ${kind} is not of its schema: ${JSON.stringify(record)}`)
    const clash = table.clash(record)
    if (clash) {
      throw new KernelError('ALREADY_EXISTS', `${kind} already has one with ${clash.rule} ${clash.key}`, { details: { ...clash, kind } })
    }
    const key = `${kind}/${record.id}`
    const known = this.#changes.get(key)
    const before = known ? known.before : table.get(record.id)
    if (!isArchive) table.set(record.id, freeze(record))
    this.#changes.set(key, { op: 'put', kind, id: record.id, record, before })
  }

  #admit(kind: string, record: Entity, before: Entity | undefined): Entity {
    return this.#hooks.admit.call(record, { kind, before, origin: this.origin, state: this.state })
  }

  #complete(fields: object): Entity {
    const id = 'id' in fields && typeof fields.id === 'string' ? fields.id : this.#newId()
    return { id, createdAt: timestamp(this.at), ...this.#stamp(), ...fields }
  }

  #stamp() {
    return { updatedAt: timestamp(this.at), resourceVersion: this.revision }
  }

  #current(kind: string, id: string): Entity {
    const record = this.state.kind(kind).table.get(id)
    if (!record) throw new KernelError('NOT_FOUND', `${kind} has none with id ${id}`)
    return record
  }
}
