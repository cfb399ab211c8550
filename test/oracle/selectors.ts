/**
 * Label selectors, node selector terms and tolerations.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors and
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators
 */
import type { Labels, LabelSelector, Node, NodeSelectorTerm, Taint, Toleration } from '../../kernel/schema/index.ts'
import { label } from './cluster.ts'

/** null selects nothing, {} everything, and all that is said must hold. */
export function selects(selector: LabelSelector | null | undefined, labels: Labels): boolean {
  if (selector === null || selector === undefined) return false
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (label(labels, key) !== value) return false
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    if (!holds(label(labels, key), operator, values ?? [])) return false
  }
  return true
}

function holds(value: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'In') return values.length > 0 && value !== undefined && values.includes(value)
  if (operator === 'NotIn') return values.length > 0 && (value === undefined || !values.includes(value))
  if (operator === 'Exists') return values.length === 0 && value !== undefined
  if (operator === 'DoesNotExist') return values.length === 0 && value === undefined
  return false
}

/** An empty term matches no node. */
export function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return false
  for (const { key, operator, values } of expressions) {
    const value = label(node.labels, key)
    const isNumeric = operator === 'Gt' || operator === 'Lt'
    if (isNumeric ? !compares(value, operator, values ?? []) : !holds(value, operator, values ?? [])) return false
  }
  for (const { key, operator, values } of fields) {
    const isKnown = key === 'metadata.name' && (operator === 'In' || operator === 'NotIn') && values?.length === 1
    if (!isKnown || !holds(node.name, operator, values)) return false
  }
  return true
}

function compares(value: string | undefined, operator: 'Gt' | 'Lt', values: readonly string[]): boolean {
  const left = integer(value)
  const right = values.length === 1 ? integer(values[0]) : undefined
  if (left === undefined || right === undefined) return false
  return operator === 'Gt' ? left > right : left < right
}

const INT64_MAX = 2n ** 63n - 1n

/** Kubernetes reads 64-bit integers; what does not fit is none. */
function integer(text: string | undefined): bigint | undefined {
  const parts = /^([+-]?)([0-9]+)$/.exec(text ?? '')
  if (!parts) return undefined
  const size = BigInt(parts[2] ?? '')
  const value = parts[1] === '-' ? -size : size
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const effect = toleration.effect ?? ''
  const key = toleration.key ?? ''
  const operator = toleration.operator ?? 'Equal'
  if (effect !== '' && effect !== taint.effect) return false
  if (key === '' && operator !== 'Exists') return false
  if (key !== '' && key !== taint.key) return false
  return operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}
