/**
 * A JSON Schema as a form sees it: which kind of field it is, what to call it, what to say about it. The schemas are those that the
 * server validates by, so what a form asks for is what the operation takes. Pure.
 */

export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  /** Taken and never shown. */
  readonly writeOnly?: boolean
}

export type Field =
  | { readonly is: 'text' | 'hidden lines' | 'boolean' | 'json' }
  | { readonly is: 'number'; readonly isWhole: boolean }
  /** A number, or a share such as 25%. */
  | { readonly is: 'number or text' }
  | { readonly is: 'choice'; readonly choices: readonly string[] }
  | { readonly is: 'choices'; readonly choices: readonly string[] }
  | { readonly is: 'words' }
  | { readonly is: 'pairs'; readonly isNumeric: boolean }
  | { readonly is: 'group'; readonly properties: Readonly<Record<string, Schema>>; readonly required: readonly string[] }
  | { readonly is: 'items'; readonly item: Schema }

/** What stands beside null, or beside the empty text, where there is one such thing: an empty field is that. */
export function withoutNull(schema: Schema): Schema {
  const [only, ...others] = schema.anyOf?.filter((each) => each.type !== 'null' && each.const !== '') ?? []
  return only && others.length === 0 ? { ...only, ...describedBy(schema, only) } : schema
}

const describedBy = ({ description }: Schema, only: Schema): Schema =>
  description === undefined || only.description !== undefined ? {} : { description }

export const isNullable = ({ anyOf = [] }: Schema): boolean => anyOf.some(({ type }) => type === 'null')

export function fieldOf(given: Schema): Field {
  const schema = withoutNull(given)
  if (schema.enum) return { is: 'choice', choices: schema.enum.map(String) }
  const plain = PLAIN[schema.type ?? '']
  if (plain) return isHiddenLines(schema) ? { is: 'hidden lines' } : plain
  if (schema.type === 'array') return listOf(schema.items ?? {})
  if (schema.type === 'object') return objectOf(schema)
  return schema.anyOf?.every(({ type }) => type === 'integer' || type === 'string') ? { is: 'number or text' } : { is: 'json' }
}

/** What may be this long may have lines, as a private key in PEM has: a field of a single line would lose where they end. */
const LINES_CHARACTERS_MIN = 1_000
const isHiddenLines = ({ writeOnly = false, maxLength = 0 }: Schema): boolean => writeOnly && maxLength >= LINES_CHARACTERS_MIN

const PLAIN: Readonly<Record<string, Field>> = {
  boolean: { is: 'boolean' },
  integer: { is: 'number', isWhole: true },
  number: { is: 'number', isWhole: false },
  string: { is: 'text' },
}

function listOf(item: Schema): Field {
  if (item.enum) return { is: 'choices', choices: item.enum.map(String) }
  if (item.type === 'string') return { is: 'words' }
  return item.type === 'object' ? { is: 'items', item } : { is: 'json' }
}

function objectOf({ properties, required = [], patternProperties }: Schema): Field {
  const [values] = Object.values(patternProperties ?? {})
  if (values) return { is: 'pairs', isNumeric: values.type === 'integer' || values.type === 'number' }
  return properties ? { is: 'group', properties, required } : { is: 'json' }
}

const UNITS: Readonly<Record<string, string>> = { Seconds: 's', Ms: 'ms' }

const ACRONYMS: Readonly<Record<string, string>> = { cpu: 'CPU', id: 'Id', env: 'Environment', args: 'Arguments' }

/** "terminationGracePeriodSeconds" is "Termination grace period (s)". */
export function labelOf(name: string): string {
  const [unit, short] = Object.entries(UNITS).find(([each]) => name.endsWith(each)) ?? ['', '']
  const words = name
    .slice(0, name.length - unit.length)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const label = ACRONYMS[words] ?? words.charAt(0).toUpperCase() + words.slice(1)
  return short === '' ? label : `${label} (${short})`
}

/** In words, what a field takes, as far as its label does not say so. */
export function helpOf(given: Schema): string {
  const { description, minimum, maximum, default: usual } = { ...given, ...withoutNull(given) }
  const range = minimum === undefined ? '' : maximum === undefined ? `${minimum} or more` : rangeOf(minimum, maximum)
  return [description, range, usual === undefined ? '' : `${JSON.stringify(usual)} unless told`].filter(Boolean).join('; ')
}

/** From here on a limit only keeps out nonsense, and nobody wants to read it. */
const LARGE = 1_000_000
const rangeOf = (minimum: number, maximum: number): string =>
  maximum < LARGE ? `${minimum} to ${maximum}` : minimum <= 0 ? '' : `${minimum} or more`

/** What the server has against a field, in words: a pattern is for machines, and the field's help says what it means. */
export const plainly = (message: string): string =>
  message.startsWith('must match pattern') ? 'is not of the form that is described here' : message
