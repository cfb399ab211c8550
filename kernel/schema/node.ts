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

const DRAIN_WAITS_MAX = 32
const Count = Type.Integer({ minimum: 0 })

/** A drain that was asked for, and how far it is. It ends with the cordon: whatever comes to the node until then leaves it too. */
export const Drain = strict({
  since: Time,
  by: Type.String({ maxLength: 128, description: 'who asked' }),
  isForced: Type.Boolean({ description: 'pods leave at once, whatever their deployments promise' }),
  doneAt: nullable(Time),
  leaving: Type.Integer({ minimum: 0, description: 'pods that are stopping' }),
  daemons: Type.Integer({ minimum: 0, description: 'pods of daemon deployments, which belong to the node and stay' }),
  waitsFor: Type.Array(
    strict({
      deployment: Type.String({ maxLength: 320, description: 'namespace/name' }),
      pods: Count,
      reason: Type.String({ maxLength: 2000, description: 'why its pods cannot leave yet' }),
    }),
    { maxItems: DRAIN_WAITS_MAX },
  ),
})
export type Drain = Static<typeof Drain>

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
  drain: Type.Optional(nullable(Drain)),
  trusted: Type.Boolean(),
  registeredBy: nullable(Id),
  incarnation: Type.Integer({ minimum: 0, description: 'grows with each start of its agent' }),
})
export type Node = Static<typeof Node>

/** A node as people see it: with what its pods hold. */
export const NodeView = strict({ ...Node.properties, allocated: Capacity })
export type NodeView = Static<typeof NodeView>
