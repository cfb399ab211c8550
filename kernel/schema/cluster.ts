/** The nouns around pods: namespaces, priority classes, the cluster's configuration and pod history. */
import { Type, type Static } from 'typebox'
import { Amounts, Annotations, DnsLabel, DnsName, Id, Labels, Meta, nullable, strict, Time } from './common.ts'
import { PodStatus, PreemptionPolicy, SchedulingPolicy } from './pod.ts'
import { SemVer } from './pack.ts'

const Quantity = Type.Integer({ minimum: 0, maximum: 2_000_000_000 })

export const ResourceQuota = strict({
  hard: strict({
    pods: Type.Optional(Quantity),
    cpu: Type.Optional(Quantity),
    memory: Type.Optional(Quantity),
    storage: Type.Optional(Quantity),
  }),
})
export const LimitRange = strict({
  default: Type.Optional(Amounts),
  defaultRequest: Type.Optional(Amounts),
  min: Type.Optional(Amounts),
  max: Type.Optional(Amounts),
  maxLimitRequestRatio: Type.Optional(
    strict({
      cpu: Type.Optional(Type.Number({ minimum: 1 })),
      memory: Type.Optional(Type.Number({ minimum: 1 })),
      storage: Type.Optional(Type.Number({ minimum: 1 })),
    }),
  ),
})

export type LimitRange = Static<typeof LimitRange>

export const Namespace = strict({
  ...Meta,
  name: DnsLabel,
  phase: Type.Enum(['active', 'terminating']),
  resourceQuota: nullable(ResourceQuota),
  limitRange: nullable(LimitRange),
  labels: Labels,
  annotations: Annotations,
})
export type Namespace = Static<typeof Namespace>

export const PriorityClass = strict({
  ...Meta,
  name: DnsName,
  value: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }),
  globalDefault: Type.Boolean(),
  preemptionPolicy: PreemptionPolicy,
  description: Type.String({ maxLength: 2000 }),
})
export type PriorityClass = Static<typeof PriorityClass>

const PLUGINS_MAX = 256
export const PluginName = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9-]{0,62}$',
  description: 'letters, digits and "-", 63 at most, a letter first',
})

export const ClusterConfig = strict({
  ...Meta,
  maxPodsPerNode: Type.Integer({ minimum: 1, maximum: 10_000 }),
  defaultNamespace: DnsLabel,
  schedulingPolicy: SchedulingPolicy,
  defaultRequests: Amounts,
  defaultLimits: Amounts,
  heartbeatIntervalMs: Type.Integer({ minimum: 100, maximum: 600_000 }),
  heartbeatTimeoutMs: Type.Integer({ minimum: 300, maximum: 3_600_000 }),
  unreachableTolerationSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
  enablePreemption: Type.Boolean(),
  scoreWeights: Type.Optional(
    Type.Record(PluginName, Type.Integer({ minimum: 0, maximum: 100 }), {
      additionalProperties: false,
      maxProperties: PLUGINS_MAX,
      description: "how much a plugin's score counts, by the name it scores under; absent is the plugin's own weight, 0 is not at all",
    }),
  ),
  disabledPlugins: Type.Optional(
    Type.Array(PluginName, { maxItems: PLUGINS_MAX, description: 'plugins from outside that stay out although their files are there' }),
  ),
  eventTtlSeconds: Type.Optional(
    Type.Integer({ minimum: 60, maximum: 31_536_000, description: 'how long events are kept; absent is a day' }),
  ),
  endedPodTtlSeconds: Type.Optional(
    Type.Integer({ minimum: 60, maximum: 315_360_000, description: 'how long pods that have ended are kept; absent is a week' }),
  ),
  endedPodsMax: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100_000, description: 'how many pods that have ended are kept; absent is 1,000' }),
  ),
  podHistoryTtlSeconds: Type.Optional(
    Type.Integer({ minimum: 3_600, maximum: 315_360_000, description: 'how long the history of pods is kept; absent is 90 days' }),
  ),
  podHistoryMax: Type.Optional(
    Type.Integer({
      minimum: 1_000,
      maximum: 10_000_000,
      description: 'how many entries of history are kept, but for those of the last hour; absent is 100,000',
    }),
  ),
  unusedPackTtlSeconds: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 3_600,
        maximum: 315_360_000,
        description:
          'versions of packs older than this are deleted when no pod or deployment has them, but never the newest; absent is never',
      }),
    ),
  ),
  registration: Type.Enum(['closed', 'open'], { description: 'whether people may make accounts by themselves' }),
})
export type ClusterConfig = Static<typeof ClusterConfig>

export const PodHistory = strict({
  ...Meta,
  podId: Id,
  podName: DnsName,
  namespace: DnsLabel,
  action: Type.String({ maxLength: 64, description: 'what was done, in CamelCase' }),
  at: Time,
  actorId: nullable(Type.String({ maxLength: 128 })),
  previousStatus: nullable(PodStatus),
  newStatus: nullable(PodStatus),
  previousVersion: nullable(SemVer),
  newVersion: nullable(SemVer),
  previousNodeId: nullable(Id),
  newNodeId: nullable(Id),
  reason: nullable(Type.String({ maxLength: 64 })),
  message: Type.String({ maxLength: 2000 }),
})
export type PodHistory = Static<typeof PodHistory>
