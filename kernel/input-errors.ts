/**
 * What is wrong with an input, field by field, in words for whoever sent it. Paths are JSON pointers.
 */
import { KernelError, type FieldError } from './errors.ts'
import { first } from './first.ts'

/** Nobody reads more of them, and a body of one megabyte can make a hundred thousand. */
const ERRORS_MAX = 20
/** Of objects and arrays inside each other in an input. */
const DEPTH_MAX = 64

export function invalid(errors: readonly FieldError[]): KernelError {
  const [worst] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return new KernelError('INVALID', `${worst?.path === '' ? 'the input' : worst?.path} ${worst?.message}${more}`, { errors })
}

interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
}

/**
 * A schema that is `false` repeats, in other words, what stands beside it; but only the first errors are looked for, and when many
 * fields are unknown it is all that was found. What did not pass the check is never described by nothing.
 */
export function describeErrors(errors: readonly SchemaError[]): FieldError[] {
  const told = errors.filter(({ keyword }) => keyword !== 'boolean')
  return (told.length > 0 ? told : errors).flatMap(toFieldErrors).slice(0, ERRORS_MAX)
}

const UNKNOWN_FIELD = 'is not a field of this: leave it out or correct its name'

function toFieldErrors({ keyword, instancePath, message, params }: SchemaError): FieldError[] {
  const each = (names: readonly unknown[], message: string) =>
    names.map((name) => ({ path: `${instancePath}/${pointerToken(String(name))}`, message }))
  const unknown = params['additionalProperties']
  if (keyword === 'additionalProperties' && Array.isArray(unknown)) return each(unknown, UNKNOWN_FIELD)
  if (keyword === 'boolean') return [{ path: instancePath, message: UNKNOWN_FIELD }]
  const missing = params['requiredProperties']
  if (keyword === 'required' && Array.isArray(missing)) return each(missing, 'is required')
  const allowed = params['allowedValues']
  if (keyword === 'enum' && Array.isArray(allowed)) return [{ path: instancePath, message: `must be one of ${allowed.join(', ')}` }]
  return [{ path: instancePath, message }]
}

/** What of the input no database column takes; text may be any where that is said. */
export const unstorableIn = (input: object, { isAnyText }: { readonly isAnyText: boolean }): FieldError[] => [
  ...first(ERRORS_MAX, findUnstorable(input, isAnyText)),
]

/** What no database column takes: the zero character, halves of surrogate pairs, and nesting without end. */
function* findUnstorable(value: unknown, isAnyText: boolean, path = '', depth = 0): Generator<FieldError> {
  if (typeof value === 'string' && !isAnyText && (value.includes('\0') || !value.isWellFormed())) {
    yield { path, message: 'must be text without the zero character and without halves of surrogate pairs' }
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (depth === DEPTH_MAX) {
    yield { path, message: `is nested more than ${DEPTH_MAX} levels deep` }
    return
  }
  for (const [key, each] of Object.entries(value)) {
    const inside = `${path}/${pointerToken(key)}`
    yield* findUnstorable(key, isAnyText, inside)
    yield* findUnstorable(each, isAnyText, inside, depth + 1)
  }
}

/** Source: https://www.rfc-editor.org/rfc/rfc6901#section-3 */
const pointerToken = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
