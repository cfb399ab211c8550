/**
 * One operation through both doors. How an operation travels over REST is read from the document that the server serves, as any
 * client would; over the WebSocket it is called by its name.
 */
import type { Problem } from '../../../kernel/errors.ts'
import type { Answer, Api } from '../../support/api.ts'
import type { WireSocket } from '../../support/wire-socket.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: object
}
export interface Described {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>
  readonly 'x-stark-permission': string | null
}
export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}
export interface Route extends Described {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
}

export const routesOf = ({ paths }: OpenApi): Route[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
  )

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Its path with values in the place of its parameters; one that is not given is `none`. */
export function fill({ path }: Route, input: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(input[name] ?? 'none')))
}

export function callByRest<T>(api: Api, route: Route, input: Readonly<Record<string, unknown>>): Promise<Answer<T>> {
  const where = (name: string) => route.parameters.find((parameter) => parameter.name === name)?.in ?? 'body'
  const query = new URLSearchParams(
    Object.entries(input).flatMap(([name, value]) => (where(name) === 'query' ? [[name, textOf(value)]] : [])),
  )
  // A field that nobody describes goes where the operation takes its fields.
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => where(name) === 'body'))
  const takesBody = route.requestBody !== undefined
  if (!takesBody) for (const [name, value] of Object.entries(rest)) query.set(name, textOf(value))
  const search = query.size > 0 ? `?${query.toString()}` : ''
  return api.request(route.method, fill(route, input) + search, takesBody ? rest : undefined)
}

export type Said = { readonly output: unknown } | { readonly code: string; readonly detail: string }

export async function sayByRest(api: Api, route: Route, input: Readonly<Record<string, unknown>>): Promise<Said> {
  const { status, body } = await callByRest<unknown>(api, route, input)
  if (status < 400) return { output: status === 204 ? null : body }
  const { code, detail } = body as Problem
  return { code, detail }
}

export async function sayByWire(wire: WireSocket, route: Route, input: Readonly<Record<string, unknown>>): Promise<Said> {
  const outcome = await wire.ask<unknown>(route.operationId, input)
  return 'output' in outcome ? outcome : { code: outcome.problem.code, detail: outcome.problem.detail }
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g
const SECRET = /stark_\w+?_id_[\w-]{43}/g

/** What two calls of one operation have in common: without ids, times, secrets and what was counted meanwhile. */
export function common(said: Said): Said {
  const text = JSON.stringify(said).replace(ID, 'id').replace(TIME, 'time').replace(SECRET, 'secret')
  return JSON.parse(text, (key, value: unknown) => (/^(resourceVersion|revision|seq)$/.test(key) ? 0 : value)) as Said
}
