/** What was proposed for each node when room had to be made for a class of pods, and which proposal is the best. */
import { Brackets } from './brackets.ts'
import type { NodeFacts } from './candidates.ts'
import type { NodeList } from './node-list.ts'

export class Proposals {
  readonly #nodes: NodeList
  #proposed: unknown[] = []
  #brackets: Brackets | undefined
  #seen = -1
  #compare: (slot: number, than: number) => boolean = () => false

  constructor(nodes: NodeList) {
    this.#nodes = nodes
  }

  /** The best proposal; only nodes that have changed since the last time are asked about. @param compare below 0 when the first is better */
  best<T>(propose: (node: NodeFacts) => T | undefined, compare: (a: T, b: T) => number): T | undefined {
    const { changes, size, columns } = this.#nodes
    this.#compare = (slot, than) => compare(this.#proposed[slot] as T, this.#proposed[than] as T) < 0
    const changed = this.#proposed.length < size ? undefined : changes.since(this.#seen, size)
    this.#seen = changes.position
    const isProposed = (slot: number): boolean => this.#proposed[slot] !== undefined
    const ask = (slot: number): void => {
      const node = this.#nodes.at(slot)
      this.#proposed[slot] = node && propose(node)
    }
    if (changed && this.#brackets) {
      for (const slot of Array.from(changed.slots.subarray(0, changed.count))) {
        ask(slot)
        this.#brackets.update(slot, isProposed(slot))
      }
    } else {
      this.#proposed = Array.from({ length: columns.capacity })
      for (let slot = 0; slot < size; slot += 1) ask(slot)
      const groupOf = new Int32Array(columns.capacity)
      this.#brackets = new Brackets({ groups: 1, groupOf }, (slot, than) => this.#compare(slot, than))
      this.#brackets.rebuild(isProposed)
    }
    return this.#proposed[this.#brackets.best(0)] as T | undefined
  }
}
