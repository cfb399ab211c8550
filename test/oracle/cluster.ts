/**
 * The cluster as the oracle sees it: plain arrays, and nothing remembered between two questions. The oracle is a second scheduler,
 * slow and obvious, written from test/conformance/FORMAT.md and Kubernetes' documentation alone. It shares no code with the kernel
 * and the plugins that it judges, only the types of the records.
 */
import type { ClusterConfig, Labels, Namespace, Node, Pack, Pod } from '../../kernel/schema/index.ts'

export interface Cluster {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly namespaces: readonly Namespace[]
  readonly packs: readonly Pack[]
  readonly settings: Pick<ClusterConfig, 'schedulingPolicy' | 'maxPodsPerNode' | 'enablePreemption'>
  /** What nodes reported to be really used, by the node's id. */
  readonly reported?: ReadonlyMap<string, { readonly cpu: number; readonly memory: number }>
}

/** A pod that is placed, and where. */
export interface Placed {
  readonly pod: Pod
  readonly node: Node
}

export const hasEnded = ({ status }: Pod): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'stopped' || status === 'evicted'

/** Kubernetes calls it terminating: it still holds its place and will not stay. One that stops only to be started again stays. */
export const isTerminating = ({ status, reason, deletedAt }: Pod): boolean =>
  deletedAt !== null || (status === 'stopping' && reason !== 'Restarted' && reason !== 'RolledBack')

export const isWaiting = ({ status, nodeId, deletedAt }: Pod): boolean => status === 'pending' && nodeId === null && deletedAt === null

export const podsOn = (cluster: Cluster, node: Node): Pod[] => cluster.pods.filter((pod) => pod.nodeId === node.id && !hasEnded(pod))

export const placedPods = (cluster: Cluster): Placed[] =>
  cluster.nodes.flatMap((node) => podsOn(cluster, node).map((pod) => ({ pod, node })))

/** The label's value; a label that is not there is undefined, also one called as something that every JavaScript object has. */
export const label = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined)

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
