/** From the schema of an operation's field to a flag of the command line, and from what was typed back to a value. Pure. */
import type { Field, Schema } from './registry.ts'

export interface Flag {
  readonly field: string
  /** --node-name */
  readonly long: string
  /** What stands behind it in the help; undefined for one that takes nothing. */
  readonly placeholder: string | undefined
  readonly description: string
  readonly choices: readonly string[] | undefined
  /** It may be given more than once, and adds up. */
  readonly isRepeatable: boolean
  readonly isRequired: boolean
  /** Adds what was typed to what was typed before. @throws FlagError saying what is expected */
  readonly parse: (text: string, before: unknown) => unknown
}

export class FlagError extends Error {}

interface Shape {
  readonly placeholder: string | undefined
  readonly choices?: readonly string[]
  readonly isRepeatable?: boolean
  readonly parse: Flag['parse']
}

/** @param taken names of flags that mean something else already */
export function flagsOf(fields: readonly Field[], taken: readonly string[] = []): Flag[] {
  const names = new Set(fields.map(({ name }) => name))
  return fields.flatMap((field) => {
    const schema = withoutNull(field.schema)
    const shape = shapeOf(schema)
    const singular = field.name.replace(/s$/, '')
    const name = shape.isRepeatable && !names.has(singular) ? singular : field.name
    const long = `--${kebab(name)}`
    if (taken.includes(long)) return []
    const { placeholder, choices, isRepeatable = false, parse } = shape
    const description = describe(field.schema, isRepeatable)
    const canBeNull = schema !== field.schema
    return {
      field: field.name,
      long,
      placeholder,
      description,
      // commander would refuse "null" as none of the choices.
      choices: canBeNull ? undefined : choices,
      isRepeatable,
      isRequired: field.isRequired,
      parse: canBeNull ? (text: string, before: unknown) => (text === 'null' ? null : parse(text, before)) : parse,
    }
  })
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function describe({ description = '', default: otherwise }: Schema, isRepeatable: boolean): string {
  const more = [...(isRepeatable ? ['may be repeated'] : []), ...(otherwise === undefined ? [] : [`default ${JSON.stringify(otherwise)}`])]
  return `${description}${more.length > 0 ? ` (${more.join(', ')})` : ''}`.trim()
}

function withoutNull(schema: Schema): Schema {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null') ?? []
  const [only] = others
  return only && others.length === 1 && others.length < (schema.anyOf?.length ?? 0) ? only : schema
}

function shapeOf(schema: Schema): Shape {
  if (schema.enum) return { placeholder: 'value', choices: schema.enum.map(String), parse: (text) => text }
  if (schema.type === 'array') return arrayShape(schema.items ?? {})
  return pairsShape(schema) ?? shapes[schema.type ?? ''] ?? jsonShape
}

function arrayShape(items: Schema): Shape {
  if (items.required?.includes('effect')) return { placeholder: 'key=value:effect', isRepeatable: true, parse: append(toTaint) }
  const { placeholder = 'value', choices, parse } = shapeOf(items)
  return { placeholder, ...(choices ? { choices } : {}), isRepeatable: true, parse: append((text) => parse(text, undefined)) }
}

/** An object of any names with text or numbers as values: labels, environments, weights. */
function pairsShape({ patternProperties = {}, properties }: Schema): Shape | undefined {
  const [value] = Object.values(patternProperties)
  const { placeholder, parse } = shapes[value?.type ?? ''] ?? jsonShape
  if (properties !== undefined || (placeholder !== 'text' && placeholder !== 'number')) return undefined
  return {
    placeholder: `key=${placeholder === 'text' ? 'value' : placeholder}`,
    isRepeatable: true,
    parse: (text, before) => withPair(before, text, (typed) => parse(typed, undefined)),
  }
}

const number: Shape = { placeholder: 'number', parse: toNumber }
const shapes: Readonly<Record<string, Shape>> = {
  boolean: { placeholder: undefined, parse: () => true },
  integer: number,
  number,
  string: { placeholder: 'text', parse: (text) => text },
}
const jsonShape: Shape = { placeholder: 'json', parse: toJson }

const append =
  (parse: (text: string) => unknown) =>
  (text: string, before: unknown): unknown[] => [...(Array.isArray(before) ? (before as unknown[]) : []), parse(text)]

function toNumber(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new FlagError('it is a number')
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FlagError(`it is JSON, such as '{"key":"value"}'`)
  }
}

/** key=value; the value may hold more equals signs. */
function toPair(text: string): [key: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new FlagError('it has the form key=value')
}

export const addPair = (text: string, before: unknown): Record<string, string> => withPair(before, text, (value) => value)

function withPair<T>(before: unknown, text: string, parse: (value: string) => T): Record<string, T> {
  const [key, value] = toPair(text)
  return { ...(before as Record<string, T> | undefined), [key]: parse(value) }
}

export interface TaintText {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** key=value:Effect, or key:Effect, as kubectl has it. */
export function toTaint(text: string): TaintText {
  const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text) ?? []
  if (key === undefined || effect === undefined) {
    throw new FlagError('it has the form key=value:Effect, with NoSchedule, PreferNoSchedule or NoExecute as its effect')
  }
  return { key, ...(value === undefined ? {} : { value }), effect: effect as TaintText['effect'] }
}

/** A whole number, 0 or more. */
export function toCount(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new FlagError('it is a whole number')
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** @returns RFC 3339 in UTC, of a time or of so long ago */
export function toTime(text: string): string {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const ms = unit === undefined ? Date.parse(text) : Date.now() - Number(amount) * (UNITS[unit] ?? 0)
  if (Number.isNaN(ms)) throw new FlagError('it is a time such as 2026-01-31T12:00:00Z, or how long ago: 30s, 10m, 2h, 1d')
  return new Date(ms).toISOString()
}
