/**
 * One commit while it is being made: applied to the state at once, so that whoever reads next sees it, with everything
 * needed to take it back. A record changed twice is one change.
 */
import type { Change } from './changes.ts'
import { timestamp } from './clock.ts'
import { KernelError } from './errors.ts'
import { freeze, freezeParts } from './freeze.ts'
import type { Draft, Hooks } from './hooks.ts'
import type { Entity, KindName, Kinds } from './schema/index.ts'
import type { Origin } from './changes.ts'
import { assign } from './shape.ts'
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
  /** The same as records carry it. */
  readonly time: string
  readonly origin: Origin
  readonly state: State
  readonly #hooks: Hooks
  readonly #newId: () => string
  readonly #changes: (Change | undefined)[] = []
  /** By kind and id: the place of its change. */
  readonly #places = new Map<string, Map<string, number>>()
  #snapshot: readonly Change[] | undefined

  constructor({ state, hooks, revision, at, origin, newId }: TransactionOptions) {
    this.state = state
    this.revision = revision
    this.at = at
    this.origin = origin
    this.#hooks = hooks
    this.#newId = newId
    this.time = timestamp(at)
  }

  get changes(): readonly Change[] {
    return (this.#snapshot ??= this.#changes.filter(isThere))
  }

  get isEmpty(): boolean {
    return !this.#changes.some(isThere)
  }

  /** A new record that somebody asks for: `admit` completes and judges it. @throws KernelError ALREADY_EXISTS, INVALID, or what a plugin refuses with */
  add<K extends KindName>(kind: K, fields: New<Kinds[K]>): Kinds[K] {
    const record = this.#admit(kind, this.#complete(kind, fields), undefined)
    return this.#put(kind, record) as Kinds[K]
  }

  /** A change that somebody asks for: `admit` judges the outcome. @throws KernelError NOT_FOUND, ALREADY_EXISTS, INVALID, or what a plugin refuses with */
  amend<K extends KindName>(kind: K, id: string, patch: Patch<Kinds[K]>): Kinds[K] {
    const before = this.#current(kind, id)
    return this.#put(kind, this.#admit(kind, this.#patched(kind, before, patch), before)) as Kinds[K]
  }

  /** A fact: a status, a placement, a report. Nobody judges it. @throws KernelError NOT_FOUND */
  update<K extends KindName>(kind: K, id: string, patch: Patch<Kinds[K]>): Kinds[K] {
    const before = this.#current(kind, id)
    const record = this.#patched(kind, before, patch)
    // The rest of it has been checked and frozen before.
    if (!this.state.kind(kind).checkFields(patch)) throw malformed(kind, record)
    freezeParts(patch)
    this.#keep(kind, Object.freeze(record), before)
    return record as unknown as Kinds[K]
  }

  /** A record that nobody asked for, such as a line of history: not judged. */
  create(kind: string, fields: object): void {
    this.#put(kind, this.#complete(kind, fields))
  }

  /** @throws KernelError NOT_FOUND */
  delete(kind: KindName, id: string): void {
    const before = this.#current(kind, id)
    this.state.table(kind).set(id, undefined)
    const known = this.#changeOf(kind, id)
    const original = known ? known.before : before
    this.#note(kind, id, original ? { op: 'delete', kind, id, before: original } : undefined)
  }

  /** Takes everything back, newest first. */
  undo(): void {
    for (const { kind, id, before } of this.changes.toReversed()) this.state.kind(kind).table.set(id, before)
  }

  #put(kind: string, given: Entity): Entity {
    const { table, check, shape } = this.state.kind(kind)
    if (!check(given)) throw malformed(kind, given)
    // Whoever admitted it may have put it together anew.
    const record = shape.copy(given) as unknown as Entity
    this.#keep(kind, freeze(record), table.get(record.id))
    return record
  }

  #keep(kind: string, record: Entity, current: Entity | undefined): void {
    const { table, isArchive = false } = this.state.kind(kind)
    const clash = isArchive ? undefined : table.put(record, current)
    if (clash) {
      throw new KernelError('ALREADY_EXISTS', `${kind} already has one with ${clash.rule} ${clash.key}`, { details: { ...clash, kind } })
    }
    const { id } = record
    const known = this.#changeOf(kind, id)
    this.#note(kind, id, { op: 'put', kind, id, record, before: known ? known.before : current })
  }

  /** What has been done to a record already. */
  #changeOf(kind: string, id: string): Change | undefined {
    const place = this.#places.get(kind)?.get(id)
    return place === undefined ? undefined : this.#changes[place]
  }

  #note(kind: string, id: string, change: Change | undefined): void {
    const known = this.#places.get(kind)
    const places = known ?? new Map<string, number>()
    if (!known) this.#places.set(kind, places)
    const place = places.get(id) ?? this.#changes.length
    places.set(id, place)
    this.#changes[place] = change
    this.#snapshot = undefined
  }

  #admit(kind: string, record: Entity, before: Entity | undefined): Entity {
    return this.#hooks.admit.call(record, { kind, before, origin: this.origin, state: this.state })
  }

  #complete(kind: string, fields: object): Entity {
    const record = this.state.kind(kind).shape.make(fields)
    record['id'] ??= this.#newId()
    record['createdAt'] ??= this.time
    record['updatedAt'] ??= this.time
    record['resourceVersion'] ??= this.revision
    return record as unknown as Entity
  }

  #patched(kind: string, before: Entity, patch: object): Entity {
    const record = assign(this.state.kind(kind).shape.copy(before), patch)
    record['updatedAt'] = this.time
    record['resourceVersion'] = this.revision
    return record as unknown as Entity
  }

  #current(kind: string, id: string): Entity {
    const record = this.state.kind(kind).table.get(id)
    if (!record) throw new KernelError('NOT_FOUND', `${kind} has none with id ${id}`)
    return record
  }
}

const malformed = (kind: string, record: object): Error => new Error(`a record of ${kind} is not of its schema: ${JSON.stringify(record)}`)
const isThere = (change: Change | undefined): change is Change => change !== undefined
