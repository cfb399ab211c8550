/** Nodes: most are healthy and have room for a few pods, some lack a label, a resource or the will. */
import fc from 'fast-check'
import type { Labels, Node, Taint } from '../../../kernel/schema/index.ts'
import { aNode } from '../../support/builders.ts'
import { idOf } from '../ids.ts'
import { HOST, labelsOf, rarely, ZONE } from './labels.ts'

export const nodeLabels = labelsOf(
  { [ZONE]: fc.constantFrom('a', 'b', 'c'), [HOST]: fc.constant('itself'), rack: fc.constantFrom('r1', 'r2', '') },
  { generation: fc.constantFrom('1', '2', '10', '007', 'v2', '', '99999999999999999999') },
)

export const taint: fc.Arbitrary<Taint> = fc.record(
  {
    key: fc.constantFrom('gpu', 'spot'),
    value: fc.constantFrom('', 'yes'),
    effect: fc.constantFrom('NoSchedule' as const, 'PreferNoSchedule' as const, 'PreferNoSchedule' as const, 'NoExecute' as const),
  },
  { requiredKeys: ['key', 'effect'] },
)
export const taints = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Taint[]>([]) },
  { weight: 1, arbitrary: fc.array(taint, { minLength: 1, maxLength: 3 }) },
)
export const allocatable = fc.record({
  cpu: rarely(1000, fc.constantFrom(0, 300, 600, 600, 2000, 2000), 2),
  memory: rarely(2000, fc.constantFrom(0, 500, 1000, 1000, 4000, 4000), 2),
  storage: rarely(1000, fc.constantFrom(0, 100, 100), 5),
  pods: rarely(110, fc.constantFrom(0, 1, 2, 2, 3, 3, 4), 4),
})
export const nodeStatus = rarely('online' as const, fc.constantFrom('unhealthy' as const, 'offline' as const), 20)

export interface NodeSpec {
  readonly labels: Labels
  readonly taints: Taint[]
  readonly unschedulable: boolean
  readonly allocatable: Node['allocatable']
  readonly status: Node['status']
  readonly runtimeType: Node['runtimeType']
  readonly version: string | undefined
}
export const nodeSpec: fc.Arbitrary<NodeSpec> = fc.record({
  labels: nodeLabels,
  taints,
  unschedulable: rarely(false, fc.constant(true), 15),
  allocatable,
  status: nodeStatus,
  runtimeType: rarely('node' as const, fc.constant('browser' as const), 15),
  version: rarely('20.19.0', fc.constantFrom('18.20.4', '22.1.0', undefined), 10),
})

const NODES = 0xb0
/** Ids run against names, so that what is meant to go by name cannot go by id. */
export const nodeId = (index: number): string => idOf(NODES, 99 - index)

export function nodeOfSpec(spec: NodeSpec, index: number): Node {
  const { version, labels, ...fields } = spec
  const name = `n${String(index).padStart(2, '0')}`
  return aNode({
    ...fields,
    id: nodeId(index),
    name,
    labels: ownHost(labels, name),
    capabilities: version === undefined ? {} : { runtimeVersion: version },
  })
}

/** No two nodes are one host. */
export const ownHost = (labels: Labels, name: string): Labels => (labels[HOST] === undefined ? labels : { ...labels, [HOST]: name })
