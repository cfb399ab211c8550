/** Between the value of a field and the text that stands in it. Pure. */
import { isNullable, labelOf, type Field, type Schema } from './schema.ts'
import { isObject } from './value.ts'

/** What holds others is folded away. */
export const isFolded = ({ is }: Field): boolean => is === 'group' || is === 'items' || is === 'pairs' || is === 'json'
export const isFilled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0

/** What a field without a value is. */
export const without = (schema: Schema): null | undefined => (isNullable(schema) ? null : undefined)
export const shown = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
export const wordOf = (choice: string): string => ({ true: 'yes', false: 'no' })[choice] ?? choice

/** Beside the name of what is folded: what is in it. The names of pairs are somebody's own. */
export function summaryOf(value: unknown, { is }: Field): string {
  if (Array.isArray(value)) return value.length === 0 ? '' : String(value.length)
  const names = isObject(value) ? Object.keys(value) : []
  return (is === 'pairs' ? names : names.map(labelOf)).join(', ')
}

/** @returns undefined for what is not JSON */
export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: text.trim() === '' ? undefined : (JSON.parse(text) as unknown) }
  } catch {
    return undefined
  }
}
