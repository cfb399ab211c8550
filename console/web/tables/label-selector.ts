/**
 * Label selectors as they stand in the address and in kubectl: `app=web,tier in (a,b),!canary`. The same language as the server's
 * (kernel/matching.ts), without the library that checks schemas, which would be the largest part of the console. Pure.
 */
import type { Labels } from '../../../kernel/schema/common.ts'

export type LabelMatch = (labels: Labels) => boolean

const KEY = '[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)?'
const VALUE = '[A-Za-z0-9]?[A-Za-z0-9_.-]*'
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const EQUAL = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`)
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`)

/** @returns undefined for what is no selector; an empty one matches everything */
export function labelMatchOf(selector: string): LabelMatch | undefined {
  const parts = selector.trim() === '' ? [] : selector.split(/,(?![^()]*\))/).map((part) => part.trim())
  const matches = parts.map(requirementOf)
  const known = matches.filter((each) => each !== undefined)
  return known.length === matches.length ? (labels) => known.every((match) => match(labels)) : undefined
}

function requirementOf(part: string): LabelMatch | undefined {
  const set = SET.exec(part)
  if (set) return oneOf(set[1], { values: (set[3] ?? '').split(',').map((value) => value.trim()), isNot: set[2] === 'notin' })
  const equal = EQUAL.exec(part)
  if (equal) return oneOf(equal[1], { values: [equal[3] ?? ''], isNot: equal[2] === '!=' })
  const [, not, key = ''] = EXISTS.exec(part) ?? []
  return not === undefined ? undefined : (labels) => Object.hasOwn(labels, key) !== (not === '!')
}

/** A missing label is none of the values. */
const oneOf =
  (key = '', { values, isNot }: { readonly values: readonly string[]; readonly isNot: boolean }): LabelMatch =>
  (labels) =>
    (Object.hasOwn(labels, key) && values.includes(labels[key] ?? '')) !== isNot

/** The selector with one more requirement, unless it is there already. */
export function withLabel(selector: string, { key, value }: { readonly key: string; readonly value: string }): string {
  const added = `${key}=${value}`
  const parts = selector.split(/,(?![^()]*\))/).map((part) => part.trim())
  return parts.includes(added) ? selector : [...parts.filter(Boolean), added].join(',')
}
