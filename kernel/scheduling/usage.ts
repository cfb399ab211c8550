/**
 * What the pods on each node hold, kept from change sets so that nobody ever counts pods.
 * A pod holds its requests from the moment it is bound until it has ended.
 */
import type { Change } from '../changes.ts'
import { isEnded, type Capacity, type Pod } from '../schema/index.ts'

type Held = { -readonly [field in keyof Capacity]: number }

export class Usage {
  readonly #byNode = new Map<string, Held>()

  /** @returns a live view: the numbers change with the cluster */
  of(nodeId: string): Capacity {
    return this.#byNode.get(nodeId) ?? NOTHING
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind !== 'pods') continue
      this.count(change.before as Pod | undefined, -1)
      if (change.op === 'put') this.count(change.record as Pod, 1)
    }
  }

  /** Adds a pod (1) or takes it away (-1). */
  count(pod: Pod | undefined, sign: 1 | -1): void {
    if (!pod || pod.nodeId === null || isEnded(pod)) return
    const held = this.#held(pod.nodeId)
    const { cpu = 0, memory = 0, storage = 0 } = pod.resources.requests
    held.cpu += sign * cpu
    held.memory += sign * memory
    held.storage += sign * storage
    held.pods += sign
    if (held.pods === 0) this.#byNode.delete(pod.nodeId)
  }

  #held(nodeId: string): Held {
    const known = this.#byNode.get(nodeId)
    if (known) return known
    const made = { cpu: 0, memory: 0, storage: 0, pods: 0 }
    this.#byNode.set(nodeId, made)
    return made
  }
}

const NOTHING: Capacity = Object.freeze({ cpu: 0, memory: 0, storage: 0, pods: 0 })
