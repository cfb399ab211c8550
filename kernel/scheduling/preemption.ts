/** What `preempt` is asked when a pod fits nowhere, and what it answers. */
import type { Pod } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'

export interface PreemptRequest {
  readonly pod: Pod
  /**
   * The best of what `propose` says of the nodes: each was refused, and for a reason that pods' leaving could change. What it said
   * of a node for a pod of the same class is taken again until something has changed that it looks at.
   */
  readonly best: <T extends Nomination>(propose: (node: NodeFacts) => T | undefined, compare: (a: T, b: T) => number) => T | undefined
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
