/**
 * Label selectors and node selectors as objects carry them. How they match: kernel/matching.ts.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { Type, type Static } from 'typebox'
import { LabelKey, Labels, LabelValue, strict } from './common.ts'

const Values = Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 256 }))

export const LabelRequirement = Type.Union([
  strict({ key: LabelKey, operator: Type.Enum(['In', 'NotIn']), values: Type.Array(LabelValue, { minItems: 1, maxItems: 256 }) }),
  strict({
    key: LabelKey,
    operator: Type.Enum(['Exists', 'DoesNotExist']),
    values: Type.Optional(Type.Array(LabelValue, { maxItems: 0 })),
  }),
])
export type LabelRequirement = Static<typeof LabelRequirement>

export const LabelSelector = strict({
  matchLabels: Type.Optional(Labels),
  matchExpressions: Type.Optional(Type.Array(LabelRequirement, { maxItems: 64 })),
})
export type LabelSelector = Static<typeof LabelSelector>

export const NodeRequirement = strict({
  key: Type.String({ minLength: 1, maxLength: 317 }),
  operator: Type.Enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: Values,
})
export type NodeRequirement = Static<typeof NodeRequirement>

export const NodeSelectorTerm = strict({
  matchExpressions: Type.Optional(Type.Array(NodeRequirement, { maxItems: 64 })),
  matchFields: Type.Optional(Type.Array(NodeRequirement, { maxItems: 64 })),
})
export type NodeSelectorTerm = Static<typeof NodeSelectorTerm>
