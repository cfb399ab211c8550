/**
 * Taints and tolerations, Kubernetes' fields.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
import { Type, type Static } from 'typebox'
import { LabelKey, LabelValue, strict, Time } from './common.ts'

export const TaintEffect = Type.Enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])

export const Taint = strict({
  key: LabelKey,
  value: Type.Optional(LabelValue),
  effect: TaintEffect,
  timeAdded: Type.Optional(Time),
})
export type Taint = Static<typeof Taint>

export const Toleration = strict({
  key: Type.Optional(Type.Union([LabelKey, Type.Literal('')])),
  operator: Type.Optional(Type.Enum(['Equal', 'Exists'])),
  value: Type.Optional(LabelValue),
  effect: Type.Optional(Type.Union([TaintEffect, Type.Literal('')])),
  tolerationSeconds: Type.Optional(Type.Integer({ description: 'how long a NoExecute taint is borne; absent is for ever' })),
})
export type Toleration = Static<typeof Toleration>
