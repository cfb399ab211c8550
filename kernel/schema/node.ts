/** A node: a Node.js process or a browser profile that runs pods. */
import { Type, type Static } from 'typebox'
import { Annotations, Capacity, DnsName, Id, Labels, Meta, nullable, RuntimeType, strict, Time } from './common.ts'
import { Taint } from './taint.ts'

export const NodeStatus = Type.Enum(['online', 'unhealthy', 'offline'])
export type NodeStatus = Static<typeof NodeStatus>

export const Capabilities = strict({
  runtimeVersion: Type.Optional(Type.String({ maxLength: 64, description: 'the version of Node.js or of the browser' })),
  os: Type.Optional(Type.String({ maxLength: 64 })),
  arch: Type.Optional(Type.String({ maxLength: 64 })),
  isolation: Type.Optional(Type.Array(Type.Enum(['process', 'worker', 'frame']), { maxItems: 3 })),
})
export type Capabilities = Static<typeof Capabilities>

export const Node = strict({
  ...Meta,
  name: DnsName,
  runtimeType: RuntimeType,
  status: NodeStatus,
  lastHeartbeat: nullable(Time),
  capabilities: Capabilities,
  allocatable: Capacity,
  labels: Labels,
  annotations: Annotations,
  taints: Type.Array(Taint, { maxItems: 64 }),
  unschedulable: Type.Boolean(),
  trusted: Type.Boolean(),
  registeredBy: nullable(Id),
  incarnation: Type.Integer({ minimum: 0, description: 'grows with each start of its agent' }),
})
export type Node = Static<typeof Node>

/** A node as people see it: with what its pods hold. */
export const NodeView = strict({ ...Node.properties, allocated: Capacity })
export type NodeView = Static<typeof NodeView>
