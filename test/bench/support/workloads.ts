/**
 * The rows of the scheduler's bench: nodes and pods of Kubernetes' own benchmark, scaled to its sizes, from a fixed seed.
 * Source: https://github.com/kubernetes/kubernetes/tree/master/test/integration/scheduler_perf
 */
import type { ClusterConfig, Node, Pod } from '../../../kernel/index.ts'
import { idMaker } from '../../support/ids.ts'
import { aNode, aPack, aPod as anyPod, ofPack, type NodeFields, type PodFields } from '../../support/builders.ts'

export interface Workload {
  readonly row: string
  /** pods a second that kube-scheduler's benchmark asks for; null where it has no such row */
  readonly gate: number | null
  readonly nodes: () => readonly Node[]
  readonly placed?: () => readonly Pod[]
  /** What the cluster's configuration says otherwise than by default. */
  readonly settings?: Partial<ClusterConfig>
  /** Every pod fits in the end; true unless told. */
  readonly expectsAll?: boolean
  readonly pods: { readonly count: number; readonly make: (index: number) => Pod }
}

const newId = idMaker(0xb0d)
export const benchPack = aPack()
const aPod = (fields: PodFields): Pod => anyPod({ ...ofPack(benchPack), ...fields })

const ZONES = 5
const RACKS = 250
const TEMPLATES = 50

const nodesOf = (count: number, fields: (index: number) => NodeFields = () => ({})): (() => readonly Node[]) => {
  let made: readonly Node[] | undefined
  return () => (made ??= makeNodes(count, fields))
}

const makeNodes = (count: number, fields: (index: number) => NodeFields): readonly Node[] =>
  Array.from({ length: count }, (_each, index) => {
    const name = `node-${String(index).padStart(5, '0')}`
    const labels = {
      'kubernetes.io/hostname': name,
      'topology.kubernetes.io/zone': `zone-${index % ZONES}`,
      rack: `rack-${index % RACKS}`,
      disk: index % 3 === 0 ? 'ssd' : 'hdd',
      generation: String(index % 4),
    }
    const allocatable = { cpu: 32_000 + 1000 * (index % 7), memory: 128_000 + 1000 * (index % 11), storage: 1_000_000, pods: 400 }
    const { labels: more, ...rest } = fields(index)
    return aNode({ name, labels: { ...labels, ...more }, allocatable, ...rest })
  })

/** Templates interleaved, as the pods of many deployments come. */
const podsOf = (count: number, template: (index: number) => PodFields): Workload['pods'] => {
  const templates = Array.from({ length: TEMPLATES }, (_each, index) =>
    aPod({
      resources: { requests: { cpu: 50 + (index % 5) * 10, memory: 100 + (index % 5) * 50 }, limits: {} },
      labels: { app: `app-${index}` },
      ...template(index),
    }),
  )
  return { count, make: (index) => ({ ...(templates[pick(index)] as Pod), id: newId(), name: `pod-${index}` }) }
}

/** A number below TEMPLATES for each index: mulberry32, so that the order is the same everywhere. */
function pick(index: number): number {
  let value = Math.imul(index + 0x6d2b79f5, 0x9e3779b1)
  value = Math.imul(value ^ (value >>> 15), value | 1)
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
  return ((value ^ (value >>> 14)) >>> 0) % TEMPLATES
}

const ssd = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] }] }
const own = (index: number) => ({ matchLabels: { app: `app-${index}` } })
const zone = 'topology.kubernetes.io/zone'
const host = 'kubernetes.io/hostname'

const requireNear = (index: number): PodFields => ({
  scheduling: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: own(index), topologyKey: zone }] } },
})
const avoidOwnHost = (index: number): PodFields => ({
  scheduling: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: own(index), topologyKey: host }] } },
})
const preferNear = (index: number): PodFields => ({
  scheduling: {
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: { labelSelector: own(index), topologyKey: zone } }],
    },
  },
})
const spreadOverRacks = (index: number): PodFields => ({
  scheduling: {
    topologySpreadConstraints: [{ maxSkew: 5, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector: own(index) }],
  },
})
const onSsd = (): PodFields => ({ scheduling: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: ssd } } })
const tolerant = (index: number): PodFields => (index % 2 === 0 ? { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } : {})
const mixed = (index: number): PodFields =>
  [onSsd, requireNear, avoidOwnHost, preferNear, spreadOverRacks, tolerant, () => ({})][index % 7]?.(index) ?? {}

const tainted = (index: number): NodeFields =>
  index % 5 === 0 ? { taints: [{ key: 'dedicated', value: 'yes', effect: 'NoSchedule' }] } : {}

const lowOn = (nodes: readonly Node[], each: number): readonly Pod[] =>
  nodes.flatMap((node) =>
    Array.from({ length: each }, (_each, index) =>
      aPod({
        name: `low-${node.name}-${index}`,
        nodeId: node.id,
        status: 'running',
        resources: { requests: { cpu: Math.floor(node.allocatable.cpu / each), memory: 100 }, limits: {} },
      }),
    ),
  )

let template: Pod | undefined
/** A pod to be changed: to copy one takes a fraction of the time that making one does, and of what is left to collect. */
const plain = (): Pod => (template ??= aPod({}))

/** Ten thousand pods, each with labels of its own. */
function unlike(requests: (index: number) => Pod['resources']['requests']): Workload['pods'] {
  const make = (index: number): Pod => ({
    ...plain(),
    id: newId(),
    name: `pod-${index}`,
    labels: { app: `only-${index}` },
    resources: { requests: requests(index), limits: {} },
  })
  return { count: 10_000, make }
}

const five = nodesOf(5_000)
const fiveTainted = nodesOf(5_000, tainted)
const full = nodesOf(5_000)

export const workloads: readonly Workload[] = [
  { row: 'basic', gate: 680, nodes: five, pods: podsOf(10_000, () => ({})) },
  { row: 'basic-long', gate: 810, nodes: five, pods: podsOf(50_000, () => ({})) },
  { row: 'node-affinity', gate: 220, nodes: five, pods: podsOf(10_000, onSsd) },
  { row: 'taints', gate: 270, nodes: fiveTainted, pods: podsOf(4_000, tolerant) },
  { row: 'pod-affinity', gate: 35, nodes: five, pods: podsOf(5_000, requireNear) },
  { row: 'pod-anti-affinity', gate: 60, nodes: five, pods: podsOf(2_000, avoidOwnHost) },
  { row: 'preferred-affinity', gate: 90, nodes: five, pods: podsOf(5_000, preferNear) },
  { row: 'topology-spread', gate: 460, nodes: five, pods: podsOf(5_000, spreadOverRacks) },
  { row: 'mixed', gate: 140, nodes: fiveTainted, pods: podsOf(10_000, mixed) },
  { row: 'unique', gate: null, nodes: five, pods: unlike((index) => ({ cpu: 50 + (index % 97), memory: 100 })) },
  { row: 'unique-requests', gate: null, nodes: five, pods: unlike((index) => ({ cpu: 50 + (index % 97), memory: 100 + index })) },
  {
    row: 'preemption',
    gate: 570,
    nodes: full,
    placed: () => lowOn(full(), 4),
    pods: podsOf(5_000, () => ({ priority: 1000, resources: { requests: { cpu: 4_000, memory: 100 }, limits: {} } })),
  },
  {
    row: 'unschedulable',
    expectsAll: false,
    gate: 600,
    nodes: five,
    pods: {
      count: 30_000,
      make: (index) => ({
        ...plain(),
        id: newId(),
        name: `pod-${index}`,
        labels: { app: `app-${index % TEMPLATES}` },
        resources: { requests: { cpu: index % 3 === 0 ? 50 : 1_000_000, memory: 100 }, limits: {} },
      }),
    },
  },
  {
    row: 'million',
    gate: null,
    // Two hundred on each node: Kubernetes' default of 110 has room for half of them.
    settings: { maxPodsPerNode: 400 },
    nodes: nodesOf(5_000),
    pods: podsOf(1_000_000, () => ({ resources: { requests: { cpu: 50, memory: 100 }, limits: {} } })),
  },
  { row: 'wide', gate: null, nodes: nodesOf(50_000), pods: podsOf(20_000, () => ({})) },
]

/** Plain pods on so many nodes. */
export const ofSize = (nodes: number, pods: number): Workload => ({
  row: 'basic',
  gate: null,
  nodes: nodesOf(nodes),
  pods: podsOf(pods, () => ({})),
})
