/**
 * What the pods on each node hold, kept from change sets so that nobody ever counts pods.
 * A pod holds its requests from the moment it is bound until it has ended.
 */
import { isEnded, type Capacity, type Pod } from '../schema/index.ts'

/** What a request that was not made counts as where nodes are compared. Source: the scheduler's GetNonzeroRequests */
export const ASSUMED = { cpu: 100, memory: 200 } as const

export interface Held extends Capacity {
  /** cpu and memory, with what was not requested assumed. */
  readonly assumed: Pick<Capacity, 'cpu' | 'memory'>
}
type Writable<T> = { -readonly [field in keyof T]: T[field] extends number ? number : Writable<T[field]> }

export class Usage {
  readonly #byNode = new Map<string, Writable<Held>>()

  /** @returns a live view: the same object for as long as the node is known, whose numbers change with the cluster */
  of(nodeId: string): Held {
    return this.#held(nodeId)
  }

  /** The node is gone. */
  forget(nodeId: string): void {
    this.#byNode.delete(nodeId)
  }

  /** Adds a pod (1) or takes it away (-1). */
  count(pod: Pod, sign: 1 | -1): void {
    if (pod.nodeId === null || isEnded(pod)) return
    const held = this.#held(pod.nodeId)
    const { cpu = 0, memory = 0, storage = 0 } = pod.resources.requests
    held.cpu += sign * cpu
    held.memory += sign * memory
    held.storage += sign * storage
    held.pods += sign
    held.assumed.cpu += sign * (pod.resources.requests.cpu ?? ASSUMED.cpu)
    held.assumed.memory += sign * (pod.resources.requests.memory ?? ASSUMED.memory)
  }

  #held(nodeId: string): Writable<Held> {
    const known = this.#byNode.get(nodeId)
    if (known) return known
    const made = { cpu: 0, memory: 0, storage: 0, pods: 0, assumed: { cpu: 0, memory: 0 } }
    this.#byNode.set(nodeId, made)
    return made
  }
}
