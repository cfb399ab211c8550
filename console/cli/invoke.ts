/** From an operation and the values of its fields to a request, and through all pages of a list. */
import { randomUUID } from 'node:crypto'
import type { Api, Request } from './api.ts'
import { Failure } from './failure.ts'
import type { Field, Operation } from './registry.ts'

/** More than this is not read at once: a filter or --limit says what is meant. */
const LIST_ITEMS_MAX = 20_000
const PAGE = '500'

export type Values = Readonly<Record<string, unknown>>

export interface Listed {
  readonly items: readonly unknown[]
  readonly nextCursor: string | null
}

export function requestFor({ method, path, fields, isIdempotent }: Operation, values: Values): Request {
  const given = (where: Field['in']) => fields.filter(({ name, in: place }) => place === where && values[name] !== undefined)
  const query = Object.fromEntries(given('query').map(({ name }) => [name, textOf(values[name])]))
  const body = Object.fromEntries(given('body').map(({ name }) => [name, values[name]]))
  const takesBody = fields.some(({ in: place }) => place === 'body')
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(values[name]))),
    query,
    ...(takesBody ? { body } : {}),
    ...(isIdempotent ? { headers: { 'idempotency-key': randomUUID() } } : {}),
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Calls an operation; of a list every page is read, unless the caller chose one. */
export async function invoke(api: Api, operation: Operation, values: Values): Promise<unknown> {
  const request = requestFor(operation, values)
  const isWhole = operation.verb === 'list' && values['limit'] === undefined && values['cursor'] === undefined
  if (!isWhole || !operation.fields.some(({ name }) => name === 'cursor')) return api.json<unknown>(request)
  return listAll(api, request)
}

/** @throws Failure when there is more than a list may have */
export async function listAll<T = unknown>(api: Api, request: Request): Promise<{ items: T[]; nextCursor: null }> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { ...request.query, limit: PAGE, ...(cursor === null ? {} : { cursor }) }
    const page: { items: T[]; nextCursor: string | null } = await api.json({ ...request, query })
    items.push(...page.items)
    cursor = page.nextCursor
    if (items.length > LIST_ITEMS_MAX)
      throw new Failure('failed', `there are more than ${LIST_ITEMS_MAX}: choose with a filter, or take some with --limit`)
  } while (cursor !== null)
  return { items, nextCursor: null }
}

export const isListed = (answer: unknown): answer is Listed =>
  typeof answer === 'object' && answer !== null && 'items' in answer && Array.isArray(answer.items)
