/** The value of a form: plain JSON that is replaced, never changed. What is empty is left out, as somebody would who wrote it by hand. Pure. */

export type Path = readonly string[]
export type Value = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value)

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) || Array.isArray(at) ? (at as Value)[name] : undefined), value)
}

/** @param given undefined takes the field out, and what is empty then */
export function withValue(value: unknown, [name, ...rest]: Path, given: unknown): unknown {
  if (name === undefined) return given
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (String(index) === name ? (withValue(each, rest, given) ?? {}) : each))
  const { [name]: before, ...others } = isObject(value) ? value : {}
  const after = withValue(before, rest, given)
  if (after !== undefined) return { ...(isObject(value) ? value : {}), [name]: after }
  return Object.keys(others).length === 0 ? undefined : others
}

/** A JSON merge patch: what changes, with null for what goes. Source: https://www.rfc-editor.org/rfc/rfc7396 */
export function merged(value: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(value) ? { ...value } : {}
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete result[name]
    else result[name] = merged(result[name], change)
  }
  return result
}

export interface FieldError {
  /** A JSON pointer. */
  readonly path: string
  readonly message: string
}

export const pointerOf = (path: Path): string => path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Which errors belong to the field itself, and whether there are some inside it. */
export const errorsAt = (errors: readonly FieldError[], path: Path): readonly FieldError[] =>
  errors.filter((error) => error.path === pointerOf(path))
export const hasErrorsBelow = (errors: readonly FieldError[], path: Path): boolean =>
  errors.some((error) => error.path.startsWith(`${pointerOf(path)}/`))
