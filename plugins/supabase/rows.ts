/**
 * Records as rows and back, for every kind alike: the database says which columns there are (store_schema), a field whose name is a
 * column's goes there, and all others go into `body`. The way back is exact. Where a column cannot hold a value exactly (a time with
 * microseconds, a text with NUL) it gets the nearest one, for people to search by, and `body` keeps the exact one, which wins.
 * A field that is a column is always there in a loaded record: absent and null are the same to it.
 */
import type { Entity } from '../../kernel/schema/common.ts'

export interface KindSchema {
  readonly kind: string
  /** Written and not loaded. */
  readonly archive: boolean
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export type Row = Record<string, unknown>

export interface RowCodec {
  /** Its records are written and not loaded. */
  readonly isArchive: boolean
  toRow(record: Entity): Row
  toRecord(row: Row): Entity
}

const BODY = 'body'
/** Under this key a body is kept as JSON text, because jsonb cannot hold all that JSON can. */
const TEXT = '$json'

export function rowCodec({ columns, archive }: KindSchema): RowCodec {
  const typed = columns
    .filter((column) => column.name !== BODY)
    .map(({ name, type }) => ({ name, field: camelCase(name), type: types[type] ?? inBody, isTime: type === 'timestamp with time zone' }))
  const byField = new Map(typed.map((column) => [column.field, column]))
  return {
    isArchive: archive,
    toRow(record) {
      const row: Row = {}
      const body: Row = {}
      for (const [field, value] of Object.entries(record)) {
        const column = byField.get(field)
        if (column === undefined) body[field] = value
        else if (value === null || column.type.fits(value)) row[column.name] = value
        else {
          row[column.name] = column.type.nearest(value)
          body[field] = value
        }
      }
      row[BODY] = toJsonb(body)
      return row
    },
    toRecord(row) {
      const record: Row = {}
      for (const { name, field, isTime } of typed) {
        const value = row[name]
        record[field] = isTime && typeof value === 'string' ? rfc3339(value) : value
      }
      return Object.assign(record, fromJsonb(row[BODY] as Row)) as unknown as Entity
    },
  }
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

interface ColumnType {
  /** Whether the column gives back exactly this. */
  fits(value: unknown): boolean
  nearest(value: unknown): unknown
}

/** NUL and halves of surrogate pairs: JavaScript and JSON have them, Postgres does not. */
const UNSTORABLE = /[\0\p{Surrogate}]/u
const UNSTORABLE_JSON = /\\u(0000|d[89a-f])/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const isStorableText = (value: unknown) => typeof value === 'string' && !UNSTORABLE.test(value)
const isInteger: ColumnType = { fits: (value) => Number.isSafeInteger(value), nearest: () => null }

const types: Readonly<Record<string, ColumnType>> = {
  text: {
    fits: isStorableText,
    nearest: (value) => (typeof value === 'string' ? value.replace(new RegExp(UNSTORABLE, 'gu'), '\uFFFD') : null),
  },
  uuid: { fits: (value) => typeof value === 'string' && UUID.test(value), nearest: () => null },
  'timestamp with time zone': { fits: isCanonicalTime, nearest: (value) => value },
  integer: isInteger,
  bigint: isInteger,
  boolean: { fits: (value) => typeof value === 'boolean', nearest: () => null },
  jsonb: { fits: (value) => !UNSTORABLE_JSON.test(JSON.stringify(value)), nearest: () => ({}) },
  'text[]': { fits: (value) => Array.isArray(value) && value.every(isStorableText), nearest: () => [] },
}

/** For a type that nobody taught us to read back exactly. */
const inBody: ColumnType = { fits: () => false, nearest: (value) => value }

/** As JavaScript writes it: UTC, with milliseconds. */
function isCanonicalTime(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const ms = Date.parse(value)
  return Number.isFinite(ms) && new Date(ms).toISOString() === value && value.length === 24
}

/** @param text as Postgres writes it into JSON in UTC: 2026-01-02T03:04:05.67+00:00, without zeros at the end of the fraction */
const rfc3339 = (text: string) => `${text.slice(0, 19)}.${text.slice(20, -6).padEnd(3, '0')}Z`

export function toJsonb(value: Row): Row {
  const text = JSON.stringify(value)
  return UNSTORABLE_JSON.test(text) || TEXT in value ? { [TEXT]: text } : value
}

export const fromJsonb = (value: Row): Row => (typeof value[TEXT] === 'string' ? (JSON.parse(value[TEXT]) as Row) : value)
