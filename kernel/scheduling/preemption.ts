/** What `preempt` is asked when a pod fits nowhere, and what it answers. */
import type { Pod } from '../schema/index.ts'
import type { NodeFacts, Refusal } from './candidates.ts'

export interface PreemptRequest {
  readonly pod: Pod
  /** Every node with the reason why it was refused. */
  readonly refusals: ReadonlyMap<NodeFacts, Refusal>
  /** The node is refused for a reason that no pod's leaving could change. */
  readonly isHopeless: (node: NodeFacts) => boolean
  /** The pods on the node that have not ended. */
  readonly podsOn: (node: NodeFacts) => readonly Pod[]
  /** Whether the pod would fit on the node if these pods were gone. */
  readonly fitsWithout: (node: NodeFacts, victims: readonly Pod[]) => boolean
}

export interface Nomination {
  readonly nodeId: string
  /** The pods to evict; the pod is placed once they have gone. */
  readonly victims: readonly Pod[]
}
