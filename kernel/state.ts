/**
 * The cluster as it stands: one table per kind. Read anywhere, written only by `kernel.commit`.
 * A kind is defined by the plugin that owns the noun: its schema, its keys, and who may follow it over a watch.
 */
import { Compile, type Validator } from 'typebox/compile'
import type { TObject, TSchema } from 'typebox'
import type { Entity, KindName, Kinds } from './schema/index.ts'
import type { Principal } from './operations.ts'
import { shapeOf, type Shape } from './shape.ts'
import type { Total } from './sum.ts'
import { Table, type KindOptions } from './table.ts'

export interface KindDefinition<T extends Entity = Entity> extends KindOptions<T> {
  /** A record has these fields and no others. */
  readonly schema: TObject
  /** Plugins read it when they say where pods may run: a change begins every class of pods anew. */
  readonly shapesPlacement?: boolean
  /** Its records are in the store only: written once, never held in memory. */
  readonly isArchive?: boolean
  /** Present when the kind may be watched: the permission it needs and what a watcher sees of a record, undefined for nothing. */
  readonly watch?: {
    readonly permission: string
    readonly view: (record: T, who: Principal) => object | undefined
  }
}

interface Kind extends KindDefinition {
  readonly check: (record: unknown) => boolean
  /** Whether fields that change are of the schema. */
  readonly checkFields: (fields: object) => boolean
  readonly shape: Shape
  readonly table: Table<Entity>
}

/** What reads records: the state as it stands, the durable state, and a fork are all one of these. */
export interface Reader {
  get<K extends KindName>(kind: K, id: string): Kinds[K] | undefined
  /** The one record with that key of a unique rule. */
  find<K extends KindName>(kind: K, rule: string, key: string): Kinds[K] | undefined
  /** The records under a key of an index. */
  by<K extends KindName>(kind: K, index: string, key: string): Kinds[K][]
  all<K extends KindName>(kind: K): Iterable<Kinds[K]>
}

export class State implements Reader {
  readonly #kinds = new Map<string, Kind>()
  #origin: State | undefined

  /**
   * The same kinds and records, to be changed without touching these. A kind is copied when it is first asked for, so nobody
   * may change this state for as long as the copy is used.
   */
  copy(): State {
    const copy = new State()
    copy.#origin = this
    return copy
  }

  define<T extends Entity>(name: string, definition: KindDefinition<T>): void {
    if (this.#kinds.has(name)) throw new Error(`kind ${name} is defined already`)
    const untyped = definition as unknown as KindDefinition
    const { check, checkFields } = checksOf(definition.schema)
    this.#kinds.set(name, { ...untyped, check, checkFields, shape: shapeOf(definition.schema), table: new Table(untyped) })
  }

  remove(name: string): void {
    this.#kinds.delete(name)
  }

  has(name: string): boolean {
    const owner = this.#origin ?? this
    return owner.#kinds.has(name)
  }

  kind(name: string): Kind {
    const kind = this.#kinds.get(name) ?? this.#borrow(name)
    if (!kind) throw new Error(`no kind ${name}: is the plugin that owns it enabled?`)
    return kind
  }

  get kinds(): ReadonlyMap<string, KindDefinition> {
    const owner = this.#origin ?? this
    return owner.#kinds
  }

  table<K extends KindName>(name: K): Table<Kinds[K]> {
    return this.kind(name).table as unknown as Table<Kinds[K]>
  }

  /** The kind's records as a map that Vue's effects can follow. */
  view<K extends KindName>(name: K): ReadonlyMap<string, Kinds[K]> {
    return this.table(name).view
  }

  get<K extends KindName>(kind: K, id: string): Kinds[K] | undefined {
    return this.table(kind).get(id)
  }

  find<K extends KindName>(kind: K, rule: string, key: string): Kinds[K] | undefined {
    return this.table(kind).find(rule, key)
  }

  by<K extends KindName>(kind: K, index: string, key: string): Kinds[K][] {
    const table = this.table(kind)
    return [...table.idsBy(index, key)].flatMap((id) => table.get(id) ?? [])
  }

  /** What the records under a key of a sum come to. @returns a live view */
  total<K extends KindName>(kind: K, sum: string, key: string): Total {
    return this.table(kind).total(sum, key)
  }

  all<K extends KindName>(kind: K): Iterable<Kinds[K]> {
    return this.table(kind).raw.values()
  }

  flush(): void {
    for (const { table } of this.#kinds.values()) table.flush()
  }

  #borrow(name: string): Kind | undefined {
    if (!this.#origin?.has(name)) return undefined
    const theirs = this.#origin.kind(name)
    const kind = { ...theirs, table: new Table(theirs, theirs.table) }
    this.#kinds.set(name, kind)
    return kind
  }
}

/** A record's checks: of all of it, and of some fields of one that was right before. */
function checksOf(schema: TObject): Pick<Kind, 'check' | 'checkFields'> {
  const { properties } = schema
  const whole = compiled(openOf(schema))
  /** Compiled when a field first changes. */
  const fields = new Map<string, Validator>()
  const checkField = (field: string, value: unknown): boolean => {
    const known = fields.get(field)
    if (known) return known.Check(value)
    const property = Object.hasOwn(properties, field) ? properties[field] : undefined
    if (property === undefined) return false
    const made = compiled(property)
    fields.set(field, made)
    return made.Check(value)
  }
  return {
    check: (record) => {
      for (const field in record as object) if (!Object.hasOwn(properties, field)) return false
      return whole.Check(record)
    },
    checkFields: (changed) => {
      for (const field in changed) if (!checkField(field, (changed as Record<string, unknown>)[field])) return false
      return true
    },
  }
}

/** Each with the same fields, and others allowed: typebox asks a regular expression about each field, which takes longer than all else. */
const opened = new WeakMap<TObject, TSchema>()

function openOf(schema: TObject): TSchema {
  const known = opened.get(schema)
  if (known) return known
  const { additionalProperties: _closed, ...open } = schema as TObject & { readonly additionalProperties?: unknown }
  opened.set(schema, open)
  return open
}

/** Schemas are compiled once, also for the states of many kernels. */
const validators = new WeakMap<TSchema, Validator>()

function compiled(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const made = Compile(schema) as Validator
  validators.set(schema, made)
  return made
}
