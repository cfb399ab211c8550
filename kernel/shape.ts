/**
 * Records of a kind as objects of one shape: the same fields in the same order. JavaScript engines keep such objects as compact
 * structs and copy them in one go; the same record put together field by field takes several times the memory and the time.
 */
import type { TObject } from 'typebox'

export type Shape = (fields: object) => Record<string, unknown>

/** Values of every representation that engines tell apart in a field. */
const KINDS_OF_VALUES: readonly unknown[] = [1, 1.5, 'text', true, null, {}]

/** @returns what copies fields into an object of the schema's shape: fields that are required and missing are undefined, others come last */
export function shapeOf({ properties, required }: TObject): Shape {
  const needed: readonly string[] = required ?? []
  const names = Object.keys(properties).filter((name) => needed.includes(name))
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))
  // A parsed object has all its fields in one block. Fields that have held everything once are not refitted later.
  const made = (value: unknown): Record<string, unknown> => {
    const parsed = JSON.parse(text) as Record<string, unknown>
    for (const name of names) parsed[name] = value
    return parsed
  }
  for (const value of KINDS_OF_VALUES) made(value)
  const empty = made(undefined)
  return (fields) => assign({ ...empty }, fields)
}

/** Sets fields of an object that nobody else has yet. */
export function assign(record: Record<string, unknown>, fields: object): Record<string, unknown> {
  const from = fields as Record<string, unknown>
  // Records are plain objects: for-in makes no list of keys.
  for (const field in from) record[field] = from[field]
  return record
}
