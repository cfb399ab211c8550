/** What an update has to say: the fields of a form that are not as they were. What was emptied is said as the schema can. Pure. */
import { fieldOf, isNullable, type Schema } from './schema.ts'
import type { Value } from './value.ts'

export function changesOf({ properties = {} }: Schema, before: Value, after: Value): Value {
  const changed = Object.entries(properties).filter(([name]) => !isSame(before[name], after[name]))
  const said = changed.map(([name, schema]) => [name, after[name] === undefined ? empty(schema) : after[name]] as const)
  return Object.fromEntries(said.filter(([, value]) => value !== undefined))
}

/** @returns undefined for what can only be changed, never emptied */
function empty(schema: Schema): unknown {
  if (isNullable(schema)) return null
  const { is } = fieldOf(schema)
  if (is === 'pairs' || is === 'group') return {}
  return is === 'words' || is === 'items' || is === 'choices' ? [] : undefined
}

/** Records come in whatever order the store gives them. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, each]) => [name, sorted(each)]),
      )
    : value
