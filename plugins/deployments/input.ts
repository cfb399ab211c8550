/** What people ask of a deployment, and the record that it makes. */
import { Type, type Static } from 'typebox'
import {
  Annotations,
  Deployment,
  DnsName,
  invalid,
  Labels,
  PackName,
  PodTemplate,
  strict,
  Strategy,
  type New,
  type Pack,
  type Patch,
} from '../../kernel/index.ts'
import { withRevision } from './versions.ts'

const { properties } = Deployment
const spec = {
  pack: Type.Optional(
    Type.String({ minLength: 1, maxLength: 320, description: 'name, or name@version, in place of packName and packVersion' }),
  ),
  packVersion: Type.Optional(properties.packVersion),
  followVersion: Type.Optional(Type.Boolean({ description: 'move to each newer version that fits packVersion' })),
  replicas: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  template: Type.Optional(PodTemplate),
  strategy: Type.Optional(Type.Partial(Strategy, { additionalProperties: false })),
  revisionHistoryLimit: Type.Optional(properties.revisionHistoryLimit),
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
}
export const DeploymentInput = strict({
  ...spec,
  name: Type.Optional(DnsName),
  namespace: Type.Optional(properties.namespace),
  packName: Type.Optional(PackName),
  mode: Type.Optional(properties.mode),
  paused: Type.Optional(Type.Boolean()),
})
export type DeploymentInput = Static<typeof DeploymentInput>
export const DeploymentPatch = strict(spec)
export type DeploymentPatch = Static<typeof DeploymentPatch>

/** Of how many, and how fast: as Kubernetes has it for deployments and for daemon sets. */
const DEFAULTS = {
  replicated: { maxSurge: '25%', maxUnavailable: '25%' },
  daemon: { maxSurge: 0, maxUnavailable: 1 },
} as const

/** What of a pack is meant. @throws KernelError INVALID when none or two are named */
export function packOf({ pack, packName, packVersion }: DeploymentInput): {
  readonly packName: string
  readonly version: string | undefined
} {
  if ((pack === undefined) === (packName === undefined)) {
    throw invalid([{ path: '/pack', message: 'name the pack once: as pack, or as packName' }])
  }
  if (pack === undefined) return { packName: packName ?? '', version: packVersion }
  // A scope begins with @ too.
  const at = pack.lastIndexOf('@')
  const [name, version] = at > 0 ? [pack.slice(0, at), pack.slice(at + 1)] : [pack, undefined]
  if (version !== undefined && packVersion !== undefined) {
    throw invalid([{ path: '/packVersion', message: 'name the version once: behind the pack, or as packVersion' }])
  }
  return { packName: name, version: version ?? packVersion }
}

/** Which replicas a mode has. @throws KernelError INVALID for a number of daemons */
export function replicasOf(mode: Deployment['mode'], replicas: number | undefined): number | null {
  if (mode === 'replicated') return replicas ?? 1
  if (replicas === undefined) return null
  throw invalid([{ path: '/replicas', message: 'a daemon has one pod on each node that fits: it has no replicas' }])
}

interface Circumstances {
  readonly input: DeploymentInput
  readonly pack: Pack
  /** The version that was asked for. */
  readonly wanted: string | undefined
  readonly namespace: string
  readonly who: { readonly id: string }
  readonly at: string
  readonly newKey: string
}

export function deploymentOf({ input, pack, wanted, namespace, who, at, newKey }: Circumstances): New<Deployment> {
  const { mode = 'replicated', followVersion = false, template = {}, revisionHistoryLimit = 10 } = input
  const base = {
    name: input.name ?? baseName(pack.name),
    namespace,
    packName: pack.name,
    packVersion: followVersion ? (wanted ?? 'latest') : pack.version,
    followVersion,
    mode,
    replicas: replicasOf(mode, input.replicas),
    template,
    strategy: strategyOf(mode, input.strategy),
    paused: input.paused ?? false,
    revision: 1,
    revisionHistoryLimit,
    revisions: [],
    labels: input.labels ?? {},
    annotations: input.annotations ?? {},
    createdBy: who.id,
    deletedAt: null,
    status: {
      phase: 'progressing' as const,
      message: '',
      version: pack.version,
      desired: 0,
      total: 0,
      updated: 0,
      ready: 0,
      available: 0,
      updatedAvailable: 0,
      bestAvailable: 0,
      progressAt: at,
    },
  }
  const first = { pack, template, at, actorId: who.id, reason: 'Created', newKey }
  return { ...base, ...withRevision(base, first) }
}

const strategyOf = (mode: Deployment['mode'], given: Partial<Strategy> = {}): Strategy => ({
  ...DEFAULTS[mode],
  readyDelaySeconds: null,
  progressDeadlineSeconds: 600,
  autoRollback: true,
  canary: null,
  ...given,
})

/** What changes but for the revision. */
export function patchOf(deployment: Deployment, input: DeploymentPatch): Patch<Deployment> {
  const { strategy, replicas, labels, annotations, followVersion, revisionHistoryLimit, template } = input
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(followVersion === undefined ? {} : { followVersion }),
    ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }),
    ...(template === undefined ? {} : { template }),
    ...(replicas === undefined ? {} : { replicas: replicasOf(deployment.mode, replicas) }),
    ...(strategy === undefined ? {} : { strategy: { ...deployment.strategy, ...strategy } }),
  }
}

/** Without scope, and of letters that a name may have. */
const baseName = (packName: string): string =>
  packName
    .replace(/^@[^/]*\//, '')
    .replaceAll('_', '-')
    .replace(/[^a-z0-9]+$/, '')
