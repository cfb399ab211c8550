/** Nodes that are not there: what one must say of itself, and more of those that there are. */
import { Type, type Static } from 'typebox'
import { Capabilities, Capacity, DnsName, Labels, Node, RuntimeType, strict, type New, type NodeFacts } from '../../kernel/index.ts'
import type { Change } from './explanation.ts'

export const NewNode = strict({
  name: DnsName,
  allocatable: Capacity,
  runtimeType: Type.Optional(RuntimeType),
  capabilities: Type.Optional(Capabilities),
  labels: Type.Optional(Labels),
  taints: Type.Optional(Node.properties.taints),
})
export type NewNode = Static<typeof NewNode>

/** As it would be just after its agent has joined. */
export const nodeOf = (fields: NewNode): New<Node> => ({
  runtimeType: 'node',
  capabilities: {},
  labels: {},
  taints: [],
  ...fields,
  status: 'online',
  lastHeartbeat: null,
  annotations: {},
  unschedulable: false,
  trusted: false,
  registeredBy: null,
  incarnation: 1,
})

/** One more node like each of these, alike ones once. @param names those that are taken */
export function* otherNodes(nodes: readonly NodeFacts[], names: ReadonlySet<string>): Generator<Change> {
  const known = new Set<string>()
  for (const node of nodes) {
    const shape = JSON.stringify([node.runtimeType, node.capabilities, node.allocatable, renamed(node, ''), node.taints])
    if (known.has(shape)) continue
    known.add(shape)
    const name = freeName(node.name, names)
    const { runtimeType, capabilities, allocatable, taints } = node
    const patch = { name, runtimeType, capabilities, allocatable, labels: renamed(node, name), taints } satisfies NewNode
    yield { kind: 'node', text: `one more node like ${node.name}`, patch }
  }
}

/** A label that says the node's name, such as kubernetes.io/hostname, says the new one's. */
const renamed = ({ name, labels }: NodeFacts, to: string): Labels =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value === name ? to : value]))

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`
}
