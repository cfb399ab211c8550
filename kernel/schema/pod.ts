/** A pod: one run of a pack on a node. A field that is null has no value yet. */
import { Type, type Static } from 'typebox'
import type { SumOptions } from '../sum.ts'
import { Annotations, DnsLabel, DnsName, Id, Labels, LabelValue, LabelKey, Meta, nullable, Resources, strict, Time } from './common.ts'
import { Env, PackName, SemVer } from './pack.ts'
import { LabelSelector, NodeSelectorTerm } from './selector.ts'
import { Toleration } from './taint.ts'

export const PodStatus = Type.Enum([
  'pending',
  'scheduled',
  'starting',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'evicted',
  'unknown',
])
export type PodStatus = Static<typeof PodStatus>

export const SchedulingPolicy = Type.Enum(['spread', 'binpack', 'random', 'affinity', 'least_loaded'])
export type SchedulingPolicy = Static<typeof SchedulingPolicy>
export const PreemptionPolicy = Type.Enum(['PreemptLowerPriority', 'Never'])
export type PreemptionPolicy = Static<typeof PreemptionPolicy>
export const RestartPolicy = Type.Enum(['Always', 'OnFailure', 'Never'])
export type RestartPolicy = Static<typeof RestartPolicy>

const TERMS_MAX = 64
const Weight = Type.Integer({ minimum: 1, maximum: 100 })

export const PodAffinityTerm = strict({
  labelSelector: Type.Optional(nullable(LabelSelector)),
  namespaces: Type.Optional(Type.Array(DnsLabel, { maxItems: 256 })),
  namespaceSelector: Type.Optional(nullable(LabelSelector)),
  topologyKey: LabelKey,
})
export type PodAffinityTerm = Static<typeof PodAffinityTerm>

export const NodeAffinity = strict({
  requiredDuringSchedulingIgnoredDuringExecution: Type.Optional(
    nullable(strict({ nodeSelectorTerms: nullable(Type.Array(NodeSelectorTerm, { maxItems: TERMS_MAX })) })),
  ),
  preferredDuringSchedulingIgnoredDuringExecution: Type.Optional(
    Type.Array(strict({ weight: Weight, preference: NodeSelectorTerm }), { maxItems: TERMS_MAX }),
  ),
})

export const PodAffinity = strict({
  requiredDuringSchedulingIgnoredDuringExecution: Type.Optional(Type.Array(PodAffinityTerm, { maxItems: TERMS_MAX })),
  preferredDuringSchedulingIgnoredDuringExecution: Type.Optional(
    Type.Array(strict({ weight: Weight, podAffinityTerm: PodAffinityTerm }), { maxItems: TERMS_MAX }),
  ),
})

export const TopologySpreadConstraint = strict({
  maxSkew: Type.Integer({ minimum: 1 }),
  topologyKey: LabelKey,
  whenUnsatisfiable: Type.Enum(['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: Type.Optional(nullable(LabelSelector)),
  minDomains: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
  nodeAffinityPolicy: Type.Optional(Type.Enum(['Honor', 'Ignore'])),
  nodeTaintsPolicy: Type.Optional(Type.Enum(['Honor', 'Ignore'])),
  matchLabelKeys: Type.Optional(Type.Array(LabelKey, { maxItems: 16 })),
})

export const Scheduling = strict({
  nodeSelector: Type.Optional(Type.Record(LabelKey, LabelValue, { additionalProperties: false, maxProperties: 64 })),
  nodeAffinity: Type.Optional(NodeAffinity),
  podAffinity: Type.Optional(PodAffinity),
  podAntiAffinity: Type.Optional(PodAffinity),
  topologySpreadConstraints: Type.Optional(Type.Array(TopologySpreadConstraint, { maxItems: TERMS_MAX })),
  schedulingPolicy: Type.Optional(SchedulingPolicy),
})
export type Scheduling = Static<typeof Scheduling>

/** How a run ended. */
export const Exit = strict({
  code: nullable(Type.Integer()),
  signal: nullable(Type.String({ maxLength: 32 })),
  result: Type.Unknown({ description: 'what the pack returned, 64 KB of JSON at most' }),
  error: nullable(
    strict({ name: Type.String({ maxLength: 256 }), message: Type.String({ maxLength: 8192 }), stack: Type.String({ maxLength: 16_384 }) }),
  ),
})
export type Exit = Static<typeof Exit>

/** Crashes in a row, and the time before which the pod is not started again. */
export const BackOff = strict({ crashes: Type.Integer({ minimum: 1 }), until: Time })
export type BackOff = Static<typeof BackOff>

const LOST_AFTER_SECONDS_MAX = 31_536_000

/** What becomes of a pod whose node is out of touch: asleep, cut off, or gone for good. Nomad's words, and its meaning. */
export const Disconnect = strict({
  lostAfterSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LOST_AFTER_SECONDS_MAX,
      description: 'out of touch for so long, it is lost; unreachableTolerationSeconds of the cluster unless told',
    }),
  ),
  replace: Type.Optional(
    Type.Boolean({ description: 'its deployment runs another one meanwhile; false, the default, is to wait until it is back or lost' }),
  ),
  reconcile: Type.Optional(
    Type.Enum(['keep-original', 'keep-replacement', 'keep-longest-running'], {
      description: 'which one goes on when it comes back after it was replaced; keep-original unless told',
    }),
  ),
})
export type Disconnect = Static<typeof Disconnect>

export const Pod = strict({
  ...Meta,
  name: DnsName,
  namespace: DnsLabel,
  packId: Id,
  packName: PackName,
  packVersion: SemVer,
  nodeName: nullable(Type.String({ description: 'the node that the pod was created for, if it named one' })),
  nodeId: nullable(Id),
  status: PodStatus,
  statusMessage: Type.String({ maxLength: 2000 }),
  reason: nullable(Type.String({ maxLength: 64, description: 'machine-readable, in CamelCase' })),
  labels: Labels,
  annotations: Annotations,
  tolerations: Type.Array(Toleration, { maxItems: 64 }),
  resources: Resources,
  scheduling: Scheduling,
  priorityClassName: nullable(DnsName),
  priority: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }),
  preemptionPolicy: PreemptionPolicy,
  restartPolicy: RestartPolicy,
  restarts: Type.Integer({ minimum: 0 }),
  backOff: Type.Optional(nullable(BackOff)),
  env: Env,
  args: Type.Array(Type.String({ maxLength: 32_768 }), { maxItems: 256 }),
  secrets: Type.Array(DnsName, { maxItems: 64, description: 'secrets of its namespace that it finds in context.secrets' }),
  terminationGracePeriodSeconds: Type.Integer({ minimum: 0, maximum: 3600 }),
  activeDeadlineSeconds: nullable(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  traceparent: Type.Optional(
    nullable(
      Type.String({ maxLength: 55, description: 'the trace of the request that made it, where traces are kept: W3C Trace Context' }),
    ),
  ),
  correlationId: Type.Optional(
    nullable(Type.String({ maxLength: 128, description: 'of the request that made it, or asked for its last start or stop' })),
  ),
  disconnect: Type.Optional(nullable(Disconnect)),
  disconnectedAt: Type.Optional(nullable(Time)),
  deploymentId: nullable(Id),
  incarnation: Type.Integer({ minimum: 0, description: 'grows with each start; a report of an older one is ignored' }),
  createdBy: nullable(Id),
  ready: Type.Boolean({ description: 'the pack called context.ready()' }),
  scheduledAt: nullable(Time),
  startedAt: nullable(Time),
  stoppedAt: nullable(Time),
  deletedAt: nullable(Time),
  exit: nullable(Exit),
})
export type Pod = Static<typeof Pod>

/** What a pod that was just asked for has of what happens to pods. */
export const NOTHING_HAPPENED = {
  nodeId: null,
  status: 'pending',
  statusMessage: 'waits for a node',
  reason: null,
  restarts: 0,
  incarnation: 0,
  ready: false,
  scheduledAt: null,
  startedAt: null,
  stoppedAt: null,
  deletedAt: null,
  exit: null,
} as const satisfies Partial<Pod>

const ENDED: readonly PodStatus[] = ['succeeded', 'failed', 'stopped', 'evicted']
/** It has ended, holds nothing of its node any more, and will not run again by itself. */
export const isEnded = (pod: { readonly status: PodStatus }): boolean => ENDED.includes(pod.status)

/** What the pods of a namespace request that have not ended: those that wait count as those that run. */
export const requestsByNamespace: SumOptions<Pod> = {
  key: ({ namespace }) => namespace,
  amounts: (pod) => (isEnded(pod) ? undefined : pod.resources.requests),
}

const STARTING_AGAIN: readonly (string | null)[] = ['Restarted', 'RolledBack']
/** It is being stopped only to be started again where it is. */
export const isStartingAgain = (pod: { readonly status: PodStatus; readonly reason: string | null }): boolean =>
  pod.status === 'stopping' && STARTING_AGAIN.includes(pod.reason)

/** It still holds its place, and will not stay. */
export const isLeaving = (pod: Pick<Pod, 'status' | 'reason' | 'deletedAt'>): boolean =>
  pod.deletedAt !== null || (pod.status === 'stopping' && !isStartingAgain(pod))

/** It has its place on a node and does not run there: it crashed, and its next start is still to come. */
export const isBackingOff = (pod: { readonly status: PodStatus; readonly nodeId: string | null }): boolean =>
  pod.status === 'pending' && pod.nodeId !== null
