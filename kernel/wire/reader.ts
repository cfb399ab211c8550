/**
 * Turns what a server says into a frame, or into nothing. A server that makes no sense is a fault that its clients survive: it is looked
 * at here as far as the client itself goes into it; outputs and records are for those who asked for them.
 */
import type { FromServer } from './frames.ts'

type Fields = Readonly<Record<string, unknown>>

/** @returns undefined for what is no frame */
export function readFrame(data: unknown): FromServer | undefined {
  try {
    const frame: unknown = JSON.parse(String(data))
    return isObject(frame) && typeof frame['type'] === 'string' && (shapes[frame['type']]?.(frame) ?? true)
      ? (frame as unknown as FromServer)
      : undefined
  } catch {
    // Half a text, or none.
    return undefined
  }
}

/** By type; what an older client does not know it ignores. Without a prototype, so that no type is called `constructor`. */
const shapes: Readonly<Record<string, ((frame: Fields) => boolean) | undefined>> = Object.assign(Object.create(null) as object, {
  result: ({ id }: Fields) => Number.isInteger(id),
  error: ({ problem }: Fields) => isProblem(problem),
  event: ({ id, revision, put, gone }: Fields) =>
    Number.isInteger(id) && Number.isInteger(revision) && isListOf(put, hasId) && isListOf(gone, (each) => typeof each === 'string'),
  notice: ({ about }: Fields) => typeof about === 'string',
  bye: ({ problem }: Fields) => isProblem(problem),
})

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const hasId = (record: unknown): boolean => isObject(record) && typeof record['id'] === 'string'
const isListOf = (list: unknown, isOne: (each: unknown) => boolean): boolean => Array.isArray(list) && list.every(isOne)
const isProblem = (problem: unknown): boolean =>
  isObject(problem) && typeof problem['code'] === 'string' && typeof problem['detail'] === 'string'
