/**
 * The raw scores that a preference which looks at a node's record alone gives to every node: asked when a record changes, and shared
 * by all classes whose preference says the same.
 */
import type { NodeFacts } from './candidates.ts'
import type { NodeList } from './node-list.ts'

export class FixedScores {
  readonly #nodes: NodeList
  readonly #score: (node: NodeFacts) => number
  #raws = new Float64Array(0)
  #isTelling = false
  #position = -1

  /** @param score never throws, and is a number */
  constructor(nodes: NodeList, score: (node: NodeFacts) => number) {
    this.#nodes = nodes
    this.#score = score
  }

  /** By slot. */
  get raws(): Float64Array {
    return this.#raws
  }

  /** Whether it tells any two nodes apart. */
  get isTelling(): boolean {
    return this.#isTelling
  }

  /** Brings everything up to date. */
  sync(): void {
    const { records, size, columns, facts } = this.#nodes
    if (this.#position === records.position && this.#raws.length >= size) return
    const changed = this.#raws.length < size ? undefined : records.since(this.#position, size)
    this.#position = records.position
    if (changed) for (let index = 0; index < changed.count; index += 1) this.#ask(changed.slots[index] ?? 0)
    else {
      this.#raws = new Float64Array(columns.capacity)
      for (let slot = 0; slot < size; slot += 1) this.#ask(slot)
    }
    const first = facts.find((node) => node !== undefined)
    this.#isTelling = first !== undefined && facts.some((node, slot) => node !== undefined && this.#raws[slot] !== this.#raws[first.slot])
  }

  #ask(slot: number): void {
    const node = this.#nodes.at(slot)
    if (node) this.#raws[slot] = this.#score(node)
  }
}
