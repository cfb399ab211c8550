/**
 * What matches what: label selectors (as objects and as lists' text), node selectors, tolerations. These belong to the schemas,
 * because more than one plugin reads them.
 * A null selector selects nothing, an empty one everything; all requirements must hold; NotIn and DoesNotExist match an
 * object without the key. A requirement that is not valid matches nothing.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors and
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
 */
import { Compile } from 'typebox/compile'
import { KernelError } from './errors.ts'
import { LabelSelector as LabelSelectorSchema } from './schema/selector.ts'
import type { Labels, LabelRequirement, LabelSelector, NodeRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from './schema/index.ts'

const selectors = Compile(LabelSelectorSchema)

/** A label's value, undefined where it is missing: a key may be called as something that every object has, such as constructor. */
export const labelOf = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined)

/** A selector that is not valid is refused where objects are created; one that is stored all the same matches nothing. */
export const isValidSelector = (selector: LabelSelector | null | undefined): boolean => !selector || selectors.Check(selector)

export function matchesSelector(selector: LabelSelector | null | undefined, labels: Labels): boolean {
  if (!selector) return false
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false
  return (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels))
}

function matchesRequirement({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key)
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value))
    case 'Exists':
      return values.length === 0 && value !== undefined
    case 'DoesNotExist':
      return values.length === 0 && value === undefined
    default:
      return false
  }
}

interface Requirement {
  readonly key: string
  readonly operator: LabelRequirement['operator']
  readonly values?: readonly string[]
}

interface NodeIdentity {
  readonly name: string
  readonly labels: Labels
}

/** The node selector and the required node affinity of a pod. An absent affinity matches every node, an empty list of terms none. */
export function matchesNodeRules({ nodeSelector, nodeAffinity }: Pod['scheduling'], node: NodeIdentity): boolean {
  for (const [key, value] of Object.entries(nodeSelector ?? {})) if (node.labels[key] !== value) return false
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || (required.nodeSelectorTerms ?? []).some((term) => matchesNodeTerm(term, node))
}

/** An empty term matches no node. */
export function matchesNodeTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { name, labels }: NodeIdentity): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return matchExpressions.every((each) => matchesNodeRequirement(each, labels)) && matchFields.every((each) => matchesField(each, name))
}

function matchesNodeRequirement(requirement: NodeRequirement, labels: Labels): boolean {
  const { key, operator, values = [] } = requirement
  if (operator !== 'Gt' && operator !== 'Lt') return matchesRequirement({ key, operator, values }, labels)
  const [bound, ...more] = values
  const value = integer(labelOf(labels, key))
  const limit = more.length > 0 ? undefined : integer(bound)
  if (value === undefined || limit === undefined) return false
  return operator === 'Gt' ? value > limit : value < limit
}

/** What 64 bits hold; a longer number is none, as upstream has it. */
function integer(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value === BigInt.asIntN(64, value) ? value : undefined
}

/** The only field is metadata.name, with In or NotIn and one value. */
function matchesField({ key, operator, values = [] }: NodeRequirement, name: string): boolean {
  if (key !== 'metadata.name' || values.length !== 1) return false
  if (operator === 'In') return values[0] === name
  return operator === 'NotIn' && values[0] !== name
}

/** An empty effect is any effect; an empty key is any taint, but only with Exists; a missing operator is Equal, a missing value ''. */
export function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
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
