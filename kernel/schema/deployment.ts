/** A deployment: so many pods of a pack, or one on each node that fits, kept so and moved from version to version. */
import { Type, type Static } from 'typebox'
import { Annotations, DnsName, Id, Labels, Meta, nullable, Resources, strict, Time } from './common.ts'
import { Env, PackName, SemVer } from './pack.ts'
import { Disconnect, Pod, PreemptionPolicy, RestartPolicy, Scheduling } from './pod.ts'
import { Toleration } from './taint.ts'

const REPLICAS_MAX = 10_000
const REVISIONS_MAX = 100
const { properties: pod } = Pod

/** What its pods are made from: what pods.create takes, but for the pack, the name and the place. */
export const PodTemplate = strict({
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
  tolerations: Type.Optional(Type.Array(Toleration, { maxItems: 64 })),
  resources: Type.Optional(Type.Partial(Resources, { additionalProperties: false })),
  scheduling: Type.Optional(Scheduling),
  priorityClassName: Type.Optional(DnsName),
  preemptionPolicy: Type.Optional(PreemptionPolicy),
  restartPolicy: Type.Optional(RestartPolicy),
  env: Type.Optional(Env),
  args: Type.Optional(pod.args),
  secrets: Type.Optional(pod.secrets),
  terminationGracePeriodSeconds: Type.Optional(pod.terminationGracePeriodSeconds),
  activeDeadlineSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  disconnect: Type.Optional(Disconnect),
})
export type PodTemplate = Static<typeof PodTemplate>

const Share = Type.Union([
  Type.Integer({ minimum: 0, maximum: REPLICAS_MAX }),
  Type.String({ pattern: '^(100|[1-9]?[0-9])%$', description: 'a share of all, such as 25%' }),
])
export type Share = Static<typeof Share>

export const Canary = strict({
  share: Share,
  promoteAfterSeconds: Type.Optional(
    nullable(Type.Integer({ minimum: 0, maximum: 86_400, description: 'of health, after which the rest follows; by hand unless told' })),
  ),
})

export const Strategy = strict({
  maxSurge: Share,
  maxUnavailable: Share,
  readyDelaySeconds: nullable(
    Type.Integer({ minimum: 0, maximum: 86_400, description: 'a pod that has run for so long is ready; null: it calls context.ready()' }),
  ),
  progressDeadlineSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  autoRollback: Type.Boolean({ description: 'back to the last good revision when the deadline has passed without progress' }),
  canary: nullable(Canary),
})
export type Strategy = Static<typeof Strategy>

export const DeploymentRevision = strict({
  revision: Type.Integer({ minimum: 1 }),
  key: Type.String({ maxLength: 63, description: 'the label stark/revision of its pods; that of an earlier one where nothing differs' }),
  packId: Id,
  packVersion: SemVer,
  template: PodTemplate,
  at: Time,
  actorId: Type.String({ maxLength: 128 }),
  reason: Type.String({ maxLength: 64 }),
  isGood: Type.Boolean({ description: 'it was all there and available once' }),
  hasFailed: Type.Boolean({ description: 'its deadline passed without progress' }),
  isPromoted: Type.Boolean(),
})
export type DeploymentRevision = Static<typeof DeploymentRevision>

const Count = Type.Integer({ minimum: 0 })
export const DeploymentStatus = strict({
  phase: Type.Enum(['progressing', 'canary', 'complete', 'degraded', 'paused', 'failed', 'deleting']),
  message: Type.String({ maxLength: 2000 }),
  version: SemVer,
  desired: Count,
  total: Count,
  updated: Count,
  ready: Count,
  available: Count,
  updatedAvailable: Count,
  bestAvailable: Type.Integer({ minimum: 0, description: 'the most that were updated and available at a time in this revision' }),
  progressAt: Time,
})
export type DeploymentStatus = Static<typeof DeploymentStatus>

export const Deployment = strict({
  ...Meta,
  name: DnsName,
  namespace: pod.namespace,
  packName: PackName,
  packVersion: Type.String({
    minLength: 1,
    maxLength: 128,
    description: 'a version, or with followVersion a range such as ^1.2, or latest',
  }),
  followVersion: Type.Boolean(),
  mode: Type.Enum(['replicated', 'daemon']),
  replicas: nullable(Type.Integer({ minimum: 0, maximum: REPLICAS_MAX })),
  template: PodTemplate,
  strategy: Strategy,
  paused: Type.Boolean(),
  revision: Type.Integer({ minimum: 1 }),
  revisionHistoryLimit: Type.Integer({ minimum: 1, maximum: REVISIONS_MAX }),
  revisions: Type.Array(DeploymentRevision, { maxItems: REVISIONS_MAX + 2 }),
  status: DeploymentStatus,
  labels: Labels,
  annotations: Annotations,
  createdBy: nullable(Id),
  deletedAt: nullable(Time),
})
export type Deployment = Static<typeof Deployment>
