/**
 * Complete, frozen records from the few fields that a test is about; everything else is a plain, valid default.
 * A node is online and large, a pack has its bundle, a pod is pending and asks for nothing.
 */
import type { Capacity, Namespace, Node, Pack, Pod, Resources } from '../../kernel/schema/index.ts'
import { idMaker } from './ids.ts'

const nextId = idMaker()
const counts = { node: 0, pack: 0, pod: 0, namespace: 0 }
const nextName = (noun: keyof typeof counts) => `${noun}-${++counts[noun]}`

/** Start of the virtual clock, so that a record and a clock agree unless a test says otherwise. */
const CREATED_AT = '2026-01-01T00:00:00.000Z'
const meta = () => ({ id: nextId(), createdAt: CREATED_AT, updatedAt: CREATED_AT, resourceVersion: 1 })

export type NodeFields = Partial<Omit<Node, 'allocatable'>> & { readonly allocatable?: Partial<Capacity> }
export type PodFields = Partial<Omit<Pod, 'resources'>> & { readonly resources?: Partial<Resources> }

export function aNode({ allocatable, ...fields }: NodeFields = {}): Node {
  return freeze({
    ...meta(),
    name: nextName('node'),
    runtimeType: 'node',
    status: 'online',
    lastHeartbeat: CREATED_AT,
    capabilities: { runtimeVersion: '20.19.0' },
    allocatable: { cpu: 4000, memory: 8000, storage: 100_000, pods: 110, ...allocatable },
    labels: {},
    annotations: {},
    taints: [],
    unschedulable: false,
    trusted: false,
    registeredBy: null,
    incarnation: 1,
    ...fields,
  })
}

export function aPack(fields: Partial<Pack> = {}): Pack {
  return freeze({
    ...meta(),
    name: nextName('pack'),
    version: '1.0.0',
    runtimeTag: 'universal',
    ownerId: null,
    visibility: 'public',
    description: '',
    bundle: { path: 'bundles/0'.padEnd(72, '0'), sha256: ''.padEnd(64, '0'), bytes: 100 },
    metadata: {},
    labels: {},
    annotations: {},
    ...fields,
  })
}

/** Its pack's fields name no pack that exists unless the test hands them in: `aPod({ ...ofPack(pack) })`. */
export function aPod({ resources, ...fields }: PodFields = {}): Pod {
  return freeze({
    ...meta(),
    name: nextName('pod'),
    namespace: 'default',
    packId: nextId(),
    packName: 'pack',
    packVersion: '1.0.0',
    nodeName: null,
    nodeId: null,
    status: 'pending',
    statusMessage: '',
    reason: null,
    labels: {},
    annotations: {},
    tolerations: [],
    resources: { requests: {}, limits: {}, ...resources },
    scheduling: {},
    priorityClassName: null,
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    restartPolicy: 'OnFailure',
    restarts: 0,
    env: {},
    args: [],
    secrets: [],
    terminationGracePeriodSeconds: 30,
    activeDeadlineSeconds: null,
    deploymentId: null,
    incarnation: 0,
    createdBy: null,
    ready: false,
    scheduledAt: null,
    startedAt: null,
    stoppedAt: null,
    deletedAt: null,
    exit: null,
    ...fields,
  })
}

/** The three fields by which a pod names its pack. */
export const ofPack = (pack: Pack) => ({ packId: pack.id, packName: pack.name, packVersion: pack.version })

export function aNamespace(fields: Partial<Namespace> = {}): Namespace {
  return freeze({
    ...meta(),
    name: nextName('namespace'),
    phase: 'active',
    resourceQuota: null,
    limitRange: null,
    labels: {},
    annotations: {},
    ...fields,
  })
}

/** Frozen all the way down, as records in the kernel's state are: code that writes to one fails in the test too. */
function freeze<T extends object>(record: T): T {
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value)
  return Object.freeze(record)
}
