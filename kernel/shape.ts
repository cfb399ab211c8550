/**
 * Records of a kind as objects of one shape: the same fields in the same order. JavaScript engines keep such objects as compact
 * structs and copy them in one go; the same record put together field by field takes several times the memory and the time.
 */
import type { TObject } from 'typebox'

export interface Shape {
  /** Fields in an object of the shape: those that are required and missing are undefined, others come last. */
  make(fields: object): Record<string, unknown>
  /** A record that may be changed, with the fields of one of the shape. */
  copy(record: object): Record<string, unknown>
}

/** Values of every representation that engines tell apart in a field. */
const KINDS_OF_VALUES: readonly unknown[] = [1, 1.5, 'text', true, null, {}]

export function shapeOf({ properties, required }: TObject): Shape {
  const all = Object.keys(properties)
  const needed = new Set(required)
  const names = all.filter((name) => needed.has(name))
  const copy = copier(
    names,
    all.filter((name) => !needed.has(name)),
  )
  const filled = (value: unknown) => copy(Object.fromEntries(names.map((name) => [name, value])))
  // Fields that have held everything once are not refitted later.
  for (const value of KINDS_OF_VALUES) filled(value)
  const empty = filled(undefined)
  return { make: (fields) => assign(copy(empty), fields), copy }
}

/**
 * A frozen object of 40 fields is spread in 820 ns, into an object of another shape; a text that names each field copies it in 40,
 * into one of the same shape (V8 11.3). Where no code may be made from text,
 * as under a content security policy, it is spread.
 */
function copier(names: readonly string[], optional: readonly string[]): Shape['copy'] {
  const spread: Shape['copy'] = (record) => ({ ...record })
  if (![...names, ...optional].every((name) => IDENTIFIER.test(name))) return spread
  const kept = optional.map((name) => `if (from.${name} !== undefined) to.${name} = from.${name};`)
  const text = `const to = { ${names.map((name) => `${name}: from.${name}`).join(', ')} }; ${kept.join(' ')} return to`
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- made of the names of a schema's fields, which are identifiers
    return new Function('from', text) as Shape['copy']
  } catch {
    return spread
  }
}

/** Such a name is no part of a program but a name. An object that is given `__proto__` would have no such field. */
const IDENTIFIER = /^[a-z]\w*$/i

/** Sets fields of an object that nobody else has yet. */
export function assign(record: Record<string, unknown>, fields: object): Record<string, unknown> {
  const from = fields as Record<string, unknown>
  // Records are plain objects: for-in makes no list of keys.
  for (const field in from) record[field] = from[field]
  return record
}
