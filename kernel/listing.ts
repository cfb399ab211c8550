/**
 * Pages of a list, oldest first. The cursor names the last item of the page before, so pages stay right while objects come
 * and go.
 */
import { KernelError } from './errors.ts'
import { matchesSelector, parseSelector } from './matching.ts'
import type { Entity, Labels } from './schema/index.ts'

const LIMIT = 100
const CURSOR = /^(\d{4}-\d{2}-\d{2}T[\d:.]+Z)_([0-9a-f-]{36})$/

export interface PageRequest {
  readonly limit?: number
  readonly cursor?: string
  readonly labelSelector?: string
}

export interface PageOf<T> {
  items: T[]
  nextCursor: string | null
}

/** @throws KernelError INVALID_CURSOR, or INVALID for a selector that does not parse */
export function page<T extends Entity & { readonly labels?: Labels }>(records: Iterable<T>, request: PageRequest): PageOf<T> {
  const { limit = LIMIT, cursor, labelSelector } = request
  const selector = labelSelector === undefined ? undefined : parseSelector(labelSelector)
  const after = cursor === undefined ? undefined : parseCursor(cursor)
  const wanted: T[] = []
  for (const record of records) {
    if (after && compare(record, after) <= 0) continue
    if (selector && !matchesSelector(selector, record.labels ?? {})) continue
    wanted.push(record)
  }
  wanted.sort(compare)
  const items = wanted.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: last && wanted.length > limit ? `${last.createdAt}_${last.id}` : null }
}

type Position = Pick<Entity, 'createdAt' | 'id'>

function compare(a: Position, b: Position): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

function parseCursor(cursor: string): Position {
  const [, createdAt, id] = CURSOR.exec(cursor) ?? []
  if (createdAt === undefined || id === undefined) {
    throw new KernelError('INVALID_CURSOR', 'the cursor is not one that a list gave: leave it out to begin at the start')
  }
  return { createdAt, id }
}
