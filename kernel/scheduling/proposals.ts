/**
 * What was proposed for each node when room had to be made for a class of pods, and which proposal is the best. A node is first held
 * to be as good as it could be at all, which is cheap to say, and only looked into when nobody is better.
 */
import type { Bounds } from './bounds.ts'
import { Brackets, Draw } from './brackets.ts'
import type { NodeList } from './node-list.ts'
import type { Nomination, Search } from './preemption.ts'

/** What is known of the nodes before anybody looks. */
interface Field {
  readonly bounds: Bounds
  readonly isHopeful: (slot: number) => boolean
}

export class Proposals {
  readonly #nodes: NodeList
  /** By slot: what was proposed, or the bound that stands for it. */
  #proposed: unknown[] = []
  #isExact = new Uint8Array(0)
  #brackets: Brackets | undefined
  #seen = -1
  #compare: (slot: number, than: number) => boolean = () => false

  constructor(nodes: NodeList) {
    this.#nodes = nodes
  }

  /** The best proposal; what was proposed for a node stands until the node changes. @param isHopeful whether a slot comes into question */
  best<T extends Nomination>({ bound, propose, compare }: Search<T>, { bounds, isHopeful }: Field): T | undefined {
    this.#compare = (slot, than) => compare(this.#proposed[slot] as T, this.#proposed[than] as T) < 0
    bounds.sync(bound)
    const brackets = this.#replay((slot) => (isHopeful(slot) ? bounds.at(slot) : undefined))
    for (;;) {
      const slot = brackets.best(0)
      const node = this.#nodes.at(slot)
      if (!node || this.#isExact[slot] === 1) return this.#proposed[slot] as T | undefined
      this.#proposed[slot] = propose(node)
      this.#isExact[slot] = 1
      brackets.update(slot, this.#proposed[slot] !== undefined)
    }
  }

  /** What has changed is as good as it could be, until somebody looks. */
  #replay(boundOf: (slot: number) => unknown): Brackets {
    const { changes, size, columns } = this.#nodes
    const changed = this.#proposed.length < size ? undefined : changes.since(this.#seen, size)
    this.#seen = changes.position
    const expect = (slot: number): void => {
      this.#proposed[slot] = boundOf(slot)
      this.#isExact[slot] = 0
    }
    if (changed && this.#brackets) {
      for (let index = 0; index < changed.count; index += 1) {
        const slot = changed.slots[index]! // below count
        expect(slot)
        this.#brackets.update(slot, this.#proposed[slot] !== undefined)
      }
      return this.#brackets
    }
    this.#proposed = Array.from({ length: columns.capacity })
    this.#isExact = new Uint8Array(columns.capacity)
    for (let slot = 0; slot < size; slot += 1) expect(slot)
    const groupOf = new Int32Array(columns.capacity)
    this.#brackets = new Brackets(new Draw({ groups: 1, groupOf }), (slot, than) => this.#compare(slot, than))
    this.#brackets.rebuild((slot) => this.#proposed[slot] !== undefined)
    return this.#brackets
  }
}
