/** How good a place each node could be at most to make room on: asked when a node changes, and shared by all classes for which it is the same. */
import type { NodeFacts } from './candidates.ts'
import type { NodeList } from './node-list.ts'

export class Bounds {
  readonly #nodes: NodeList
  #bounds: unknown[] = []
  #seen = -1

  constructor(nodes: NodeList) {
    this.#nodes = nodes
  }

  /** By slot; undefined where there can be no proposal. */
  at(slot: number): unknown {
    return this.#bounds[slot]
  }

  /** Brings everything up to date. */
  sync(bound: (node: NodeFacts) => unknown): void {
    const { changes, size, columns } = this.#nodes
    const changed = this.#bounds.length < size ? undefined : changes.since(this.#seen, size)
    this.#seen = changes.position
    const ask = (slot: number): void => {
      const node = this.#nodes.at(slot)
      this.#bounds[slot] = node && bound(node)
    }
    if (changed) for (let index = 0; index < changed.count; index += 1) ask(changed.slots[index]!)
    else {
      this.#bounds = Array.from({ length: columns.capacity })
      for (let slot = 0; slot < size; slot += 1) ask(slot)
    }
  }
}
