/**
 * From a request to an operation's input: fields named in the path come from it, the others from the query or the body, as the
 * operation says. Text from a path or a query becomes a number or a boolean where the schema wants one.
 */
import type { IncomingMessage } from 'node:http'
import type { TSchema } from 'typebox'
import { invalid, type Operation } from '../../kernel/index.ts'
import { BYTES_MAX, readBytes, readJson } from './body.ts'

export interface Arrived {
  readonly request: IncomingMessage
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[] | undefined>>
}

export const methodOf = ({ http }: Operation): string => http.slice(0, http.indexOf(' '))
export const pathOf = ({ http }: Operation): string => http.slice(http.indexOf(' ') + 1)
export const pathFields = (operation: Operation): readonly string[] =>
  [...pathOf(operation).matchAll(/:(\w+)/g)].map(([, name = '']) => name)

/** Whether the field travels in the query. */
export function isInQuery(operation: Operation, field: string): boolean {
  if (pathFields(operation).includes(field) || operation.bytes === field) return false
  const method = methodOf(operation)
  return method === 'GET' || method === 'DELETE' || (operation.query ?? []).includes(field)
}

/** Whether the operation reads a JSON body. */
export const takesJson = (operation: Operation): boolean =>
  operation.bytes === undefined &&
  Object.keys(operation.input.properties).some((field) => !isInQuery(operation, field) && !pathFields(operation).includes(field))

/** @throws KernelError INVALID, INVALID_JSON, BODY_TOO_LARGE, BUNDLE_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE */
export async function collect(operation: Operation, { request, path, query }: Arrived): Promise<Record<string, unknown>> {
  const properties = operation.input.properties as Record<string, TSchema>
  const text = { ...query, ...path }
  const input = Object.fromEntries(Object.entries(text).map(([field, value]) => [field, coerce(properties[field], value)]))
  const stray = Object.keys(query).filter((field) => !isInQuery(operation, field))
  if (stray.length > 0)
    throw invalid(stray.map((field) => ({ path: `/${field}`, message: 'is not a parameter of this: leave it out or correct its name' })))
  if (operation.bytes !== undefined)
    return { ...input, [operation.bytes]: await readBytes(request, { most: BYTES_MAX, code: 'BUNDLE_TOO_LARGE' }) }
  const body = methodOf(operation) === 'GET' ? undefined : await readJson(request)
  return body === undefined ? input : { ...bodyFields(operation, body), ...input }
}

function bodyFields(operation: Operation, body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid([{ path: '', message: 'must be a JSON object' }])
  const elsewhere = Object.keys(body).filter((field) => pathFields(operation).includes(field) || isInQuery(operation, field))
  if (elsewhere.length === 0) return body
  throw invalid(elsewhere.map((field) => ({ path: `/${field}`, message: 'belongs into the path or the query, not into the body' })))
}

function coerce(schema: TSchema | undefined, value: unknown): unknown {
  const { type } = (schema ?? {}) as { readonly type?: unknown }
  if (typeof value !== 'string') return value
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}
