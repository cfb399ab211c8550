/** What `preempt` is asked when a pod fits nowhere, and what it answers. */
import type { Pod } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'

/** How to find the best node to make room on. */
export interface Search<T extends Nomination> {
  /** What no proposal for the node can be better than, by `compare`; undefined where there can be none. Cheap: it is asked of every node. */
  readonly bound: (node: NodeFacts) => T | undefined
  /** With the same text here, which is no other plugin's, the bounds are the same whichever pod they are for, and are asked once for all. */
  readonly boundSharedAs?: string
  /** Asked of as few nodes as possible; undefined where nothing helps. */
  readonly propose: (node: NodeFacts) => T | undefined
  /** Below 0 when the first is better; 0 only for the same node. */
  readonly compare: (a: T, b: T) => number
}

export interface PreemptRequest {
  readonly pod: Pod
  /**
   * The best proposal over all nodes: each was refused, and for a reason that pods' leaving could change. What was said of a node for
   * a pod of the same class is taken again until something has changed that it looks at.
   */
  readonly best: <T extends Nomination>(search: Search<T>) => T | undefined
  /** The pods on the node that have not ended. */
  readonly podsOn: (node: NodeFacts) => readonly Pod[]
  /**
   * Of some pods on a node, those that have to go: all go, then come back in the order given for as long as the pod still fits.
   * @returns undefined when it would not fit even without all of them
   */
  readonly leastOf: (node: NodeFacts, pods: readonly Pod[]) => readonly Pod[] | undefined
}

export interface Nomination {
  readonly nodeId: string
  /** The pods to evict; the pod is placed once they have gone. */
  readonly victims: readonly Pod[]
}
