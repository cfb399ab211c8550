/** What `preempt` is asked when a pod fits nowhere, and what it answers. */
import type { Pod } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'

export interface PreemptRequest {
  readonly pod: Pod
  /** Every node: each was refused. */
  readonly nodes: readonly NodeFacts[]
  /** The node is refused for a reason that no pod's leaving could change. */
  readonly isHopeless: (node: NodeFacts) => boolean
  /** The pods on the node that have not ended. */
  readonly podsOn: (node: NodeFacts) => readonly Pod[]
  /** What `compute` answered for the node before, for a pod of the same class, if nothing has changed since that it looks at. */
  readonly recall: <T>(node: NodeFacts, compute: () => T) => T
  /** Whether the pod would fit on the node if these pods were gone. */
  readonly fitsWithout: (node: NodeFacts, victims: readonly Pod[]) => boolean
}

export interface Nomination {
  readonly nodeId: string
  /** The pods to evict; the pod is placed once they have gone. */
  readonly victims: readonly Pod[]
}
