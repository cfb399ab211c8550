/**
 * Label selectors: the object form that pods carry and the text form that lists take.
 * A null selector selects nothing, an empty one everything; all requirements must hold; NotIn and DoesNotExist match an
 * object without the key.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { KernelError } from './errors.ts'
import type { Labels, LabelRequirement, LabelSelector } from './schema/index.ts'

export function matchesSelector(selector: LabelSelector | null | undefined, labels: Labels): boolean {
  if (!selector) return false
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false
  return (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels))
}

function matchesRequirement({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

const KEY = '[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)?'
const VALUE = '[A-Za-z0-9]?[A-Za-z0-9_.-]*'
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const EQUAL = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`)
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`)

/** kubectl's text form: `app=web,tier in (a,b),!canary`. @throws KernelError INVALID naming the part that does not parse */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions = splitOutside(text).map(parseRequirement)
  return { matchExpressions }
}

function splitOutside(text: string): string[] {
  const parts = text.split(/,(?![^()]*\))/).map((part) => part.trim())
  return parts.length === 1 && parts[0] === '' ? [] : parts
}

function parseRequirement(part: string): LabelRequirement {
  const set = SET.exec(part)
  if (set) {
    const [, key = '', operator, list = ''] = set
    return { key, operator: operator === 'in' ? 'In' : 'NotIn', values: list.split(',').map((value) => value.trim()) }
  }
  const equal = EQUAL.exec(part)
  if (equal) {
    const [, key = '', operator, value = ''] = equal
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] }
  }
  const exists = EXISTS.exec(part)
  if (exists) {
    const [, not, key = ''] = exists
    return { key, operator: not === '!' ? 'DoesNotExist' : 'Exists' }
  }
  const message = `"${part}" is not a requirement: write key=value, key!=value, key in (a,b), key notin (a,b), key or !key`
  throw new KernelError('INVALID', message, { errors: [{ path: '/labelSelector', message }] })
}
