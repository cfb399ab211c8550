/**
 * What would be if: steps done on a fork, one after the other, and everything placed after each. A pod that loses its node is
 * evicted, and asked for again, to see where it would go; for a pod that was made directly nobody would do that in reality.
 * Adds the operation cluster.whatif.
 */
import { Type, type Static, type TObject } from 'typebox'
import { LabelKey, LabelValue, nullable, Ref, SchedulingPolicy, strict, Taint, type PluginKernel } from '../../kernel/index.ts'
import { forecast } from './forecast.ts'
import { NewNode } from './new-node.ts'

const STEPS_MAX = 100
/** Of nodes or pods that one step adds. */
const ADDED_MAX = 1_000
const LABELS_MAX = 64
const TAINTS_MAX = 64

const onNode = <Op extends string>(op: Op, description: string) => strict({ op: Type.Literal(op), node: Ref }, { description })
const LabelPatch = Type.Record(LabelKey, nullable(LabelValue), { additionalProperties: false, maxProperties: LABELS_MAX })

const stepOf = (podInput: TObject) =>
  Type.Union([
    onNode('drain', 'the node takes no pods, and those on it leave'),
    onNode('remove', 'the node is gone, and so are the pods on it'),
    onNode('cordon', 'the node takes no new pods'),
    strict({ op: Type.Literal('add'), nodes: Type.Array(NewNode, { minItems: 1, maxItems: ADDED_MAX }) }),
    strict({ op: Type.Literal('policy'), policy: SchedulingPolicy }),
    strict({ op: Type.Literal('create'), pods: Type.Array(podInput, { minItems: 1, maxItems: ADDED_MAX }) }),
    strict({ op: Type.Literal('label'), node: Ref, labels: LabelPatch }, { description: 'labels to set; null removes one' }),
    strict(
      { op: Type.Literal('taint'), node: Ref, taints: Type.Array(Taint, { minItems: 1, maxItems: TAINTS_MAX }) },
      { description: 'taints to add' },
    ),
  ])
export type Step = Static<ReturnType<typeof stepOf>>

const PodName = Type.String({ description: 'its name, with its namespace before it where that is not the default one' })
export const Forecast = strict({
  moves: Type.Array(
    strict({
      pod: PodName,
      from: nullable(Type.String({ description: 'a node; null for a pod that had none' })),
      to: Type.String(),
      reason: Type.String({ description: 'machine-readable, in CamelCase: why it left, or Scheduled' }),
    }),
  ),
  pending: Type.Array(strict({ pod: PodName, reason: Type.String({ description: 'why it fits nowhere, in words' }) })),
  evicted: Type.Array(strict({ pod: PodName, from: Type.String(), reason: Type.String() })),
  hash: Type.String({ description: 'of the outcome: the same for the same state and steps' }),
})
export type Forecast = Static<typeof Forecast>

export function whatIf(kernel: PluginKernel): void {
  const create = kernel.operations.get('pods.create')
  if (!create) throw new Error('pods.create is not defined: what-if needs to know what a pod is')
  kernel.operations.define({
    name: 'cluster.whatif',
    summary: 'What would be after these steps, and changes nothing. Evicted pods are placed as if each were made again',
    http: 'POST /api/cluster/whatif',
    permission: 'cluster:read',
    input: strict({ steps: Type.Array(stepOf(create.input), { maxItems: STEPS_MAX }) }),
    output: Forecast,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'BUNDLE_MISSING', 'RUNTIME_MISMATCH', 'QUOTA_EXCEEDED', 'LIMIT_RANGE', 'NAMESPACE_TERMINATING'],
    handle: ({ steps }, call) => kernel.fork((fork) => forecast({ fork, drafts: kernel.need('podDrafts'), call }, steps)),
  })
}
