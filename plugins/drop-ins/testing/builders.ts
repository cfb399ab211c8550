/**
 * Complete, frozen nodes and pods from the few fields that a test is about; everything else is a plain, valid default.
 * A node is online and large, a pod is pending and asks for nothing.
 */
import type { Capacity, Node, Pod, Resources } from '../../../kernel/index.ts'
import { idMaker } from './ids.ts'

const nextId = idMaker()
const counts = { node: 0, pod: 0 }
const nextName = (noun: keyof typeof counts) => `${noun}-${++counts[noun]}`

/** When everything was made, and what the time is, unless a test says otherwise. */
export const CREATED_AT = '2026-01-01T00:00:00.000Z'
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

/** Its pack's fields name no pack that exists unless the test hands them in. */
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

/** Frozen all the way down, as records in the kernel's state are: code that writes to one fails in the test too. */
export function freeze<T extends object>(record: T): T {
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value)
  return Object.freeze(record)
}
