/**
 * Nodes that agree in everything that is asked once for many: the values of some labels, and the raw scores that become points only
 * beside the others'. Within a group the best node is the best by its own points alone.
 */
import { Draw } from './brackets.ts'
import { NO_VALUE, type Domain } from './domain.ts'
import type { NodeList } from './node-list.ts'

/** What nodes may differ in: a number for each slot. */
export type Dimension = Int32Array | Float64Array

export interface GroupsOptions {
  /** How many slots there is room for. */
  readonly capacity: number
  readonly dimensions: readonly Dimension[]
  /** The slots that are in use. */
  readonly slots: readonly number[]
}

export class Groups {
  /** By slot; -1 for a slot that was not in use, unless there is but one group, which is then everybody's. */
  readonly groupOf: Int32Array
  /** By group: one of its slots. */
  readonly members: readonly number[]
  readonly #keys: readonly (string | number)[]
  readonly #dimensions: readonly Dimension[]
  readonly #byValue = new Map<Domain, readonly (readonly number[])[]>()
  #draw: Draw | undefined

  constructor({ capacity, dimensions, slots }: GroupsOptions) {
    this.#dimensions = dimensions
    const members: number[] = []
    const keys: (string | number)[] = []
    const numbers = new Map<string | number, number>()
    // One group is everybody's: then a node that joins is most likely one more of them.
    this.groupOf = new Int32Array(capacity)
    if (dimensions.length === 0) {
      this.members = slots.slice(0, 1)
      this.#keys = [0]
      return
    }
    this.groupOf.fill(-1)
    for (const slot of slots) {
      const key = this.#keyOf(slot)
      const known = numbers.get(key)
      if (known === undefined) {
        numbers.set(key, members.length)
        members.push(slot)
        keys.push(key)
      }
      this.groupOf[slot] = known ?? members.length - 1
    }
    if (members.length <= 1) this.groupOf.fill(0)
    this.members = members
    this.#keys = keys
  }

  get count(): number {
    return this.members.length
  }

  /** Where the slots play for the best of their groups. */
  get draw(): Draw {
    return (this.#draw ??= new Draw({ groups: this.count, groupOf: this.groupOf }))
  }

  /** Whether a slot whose record has changed is still where it belongs. @param isUsed whether there is a node */
  holds(slot: number, isUsed: boolean): boolean {
    const group = this.groupOf[slot] ?? -1
    if (group < 0 || group >= this.count) return !isUsed
    return isUsed ? this.#keyOf(slot) === this.#keys[group] : this.members[group] !== slot
  }

  /** The groups whose nodes have a value of a label. */
  with(domain: Domain, value: number): readonly number[] {
    const known = this.#byValue.get(domain)
    if (known) return known[value] ?? NONE
    const byValue: number[][] = []
    this.members.forEach((slot, group) => {
      const own = domain.column[slot] ?? NO_VALUE
      if (own !== NO_VALUE) (byValue[own] ??= []).push(group)
    })
    this.#byValue.set(domain, byValue)
    return byValue[value] ?? NONE
  }

  #keyOf(slot: number): string | number {
    const [first, second] = this.#dimensions
    if (!first) return 0
    return second ? this.#dimensions.map((dimension) => dimension[slot]).join() : (first[slot] ?? 0)
  }
}

const NONE: readonly number[] = []

/** @param raws by slot: in what the nodes differ beside labels */
export function groupNodes(
  nodes: NodeList,
  { over, raws = [] }: { readonly over: readonly string[]; readonly raws?: readonly Dimension[] },
): Groups {
  const slots: number[] = []
  for (let slot = 0; slot < nodes.size; slot += 1) if (nodes.facts[slot]) slots.push(slot)
  const dimensions = [...over.map((key) => nodes.domain(key).column), ...raws]
  return new Groups({ capacity: nodes.columns.capacity, dimensions, slots })
}
