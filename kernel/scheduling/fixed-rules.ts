/**
 * What the rules that look at a node's record alone say of every node: asked when a record changes, and shared by all classes whose
 * rules say the same.
 */
import type { NodeFacts, Refusal } from './candidates.ts'
import type { NodeList } from './node-list.ts'
import { RefusalCounts, type RefusalKind } from './refusals.ts'

export class FixedRules {
  readonly #nodes: NodeList
  readonly #refusal: (node: NodeFacts) => Refusal | undefined
  readonly #refusals: RefusalCounts
  #admits = new Uint8Array(0)
  /** Counted out when somebody asks, because most only ask about nodes that have changed. */
  #admitted: Int32Array | undefined
  #position = -1

  constructor(nodes: NodeList, refusal: (node: NodeFacts) => Refusal | undefined) {
    this.#nodes = nodes
    this.#refusals = new RefusalCounts(nodes)
    this.#refusal = refusal
  }

  /** By slot: 1 where there is a node, and it is not refused. */
  get admits(): Uint8Array {
    return this.#admits
  }

  /** The slots of the nodes that are not refused. */
  get admitted(): Int32Array {
    return (this.#admitted ??= slotsIn(this.#admits))
  }

  /** How many nodes are refused, by plugin and kind of reason. */
  get kinds(): readonly RefusalKind[] {
    return this.#refusals.kinds
  }

  /** Brings everything up to date. */
  sync(): void {
    const { records, size, columns } = this.#nodes
    if (this.#position === records.position && this.#admits.length >= size) return
    const changed = this.#admits.length < size ? undefined : records.since(this.#position, size)
    this.#position = records.position
    if (changed) for (let index = 0; index < changed.count; index += 1) this.#judge(changed.slots[index] ?? 0)
    else {
      this.#refusals.clear()
      this.#admits = new Uint8Array(columns.capacity)
      for (let slot = 0; slot < size; slot += 1) this.#judge(slot)
    }
    this.#admitted = undefined
  }

  #judge(slot: number): void {
    const node = this.#nodes.at(slot)
    const refusal = node && this.#refusal(node)
    this.#refusals.set(slot, refusal)
    this.#admits[slot] = node && !refusal ? 1 : 0
  }
}

function slotsIn(admits: Uint8Array): Int32Array {
  const slots = new Int32Array(admits.length)
  let count = 0
  for (let slot = 0; slot < admits.length; slot += 1) {
    slots[count] = slot
    count += admits[slot] ?? 0
  }
  return slots.subarray(0, count)
}
