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
  readonly #refusals = new RefusalCounts(0)
  #position = -1

  constructor(nodes: NodeList, refusal: (node: NodeFacts) => Refusal | undefined) {
    this.#nodes = nodes
    this.#refusal = refusal
  }

  /** By slot: 0 where the node, if there is one, is not refused. */
  get refused(): Uint16Array {
    return this.#refusals.numbers
  }

  /** How many nodes are refused, by plugin and kind of reason. */
  get kinds(): readonly RefusalKind[] {
    return this.#refusals.kinds
  }

  /** Brings everything up to date. */
  sync(): void {
    const { records, size, columns } = this.#nodes
    if (this.#position === records.position && this.refused.length >= size) return
    const changed = records.since(this.#position, size)
    this.#position = records.position
    if (changed && this.refused.length >= size) {
      for (let index = 0; index < changed.count; index += 1) this.#judge(changed.slots[index] ?? 0)
      return
    }
    this.#refusals.clear(columns.capacity)
    for (let slot = 0; slot < size; slot += 1) this.#judge(slot)
  }

  #judge(slot: number): void {
    const node = this.#nodes.at(slot)
    this.#refusals.set(slot, node && this.#refusal(node))
  }
}
