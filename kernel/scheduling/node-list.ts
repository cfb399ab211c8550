/** The nodes by slot: their records as plugins see them, the columns of their numbers, and the logs of what has changed. */
import { labelOf } from '../matching.ts'
import type { Node, Pod } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'
import { ChangeLog } from './change-log.ts'
import { Columns, type Held } from './columns.ts'
import { Domain } from './domain.ts'

export class NodeList {
  readonly columns = new Columns()
  /** Slots whose record, or what their pods hold, has changed. */
  readonly changes = new ChangeLog()
  /** Slots whose record has changed. */
  readonly records = new ChangeLog()
  readonly scratch = new Scratch()
  readonly #slots = new Map<string, number>()
  readonly #ids: (string | undefined)[] = []
  readonly #free: number[] = []
  readonly #facts: (NodeFacts | undefined)[] = []
  readonly #domains = new Map<string, Domain>()
  #ranks: Int32Array = new Int32Array(0)
  #isRanked = true

  /** One more than the highest slot that was ever used. */
  get size(): number {
    return this.#facts.length
  }

  /** Grows when a node comes, goes or changes; not with what its pods hold. */
  get version(): number {
    return this.records.position
  }

  at(slot: number): NodeFacts | undefined {
    return this.#facts[slot]
  }

  /** By slot; a slot without a node has none. */
  get facts(): readonly (NodeFacts | undefined)[] {
    return this.#facts
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id)
  }

  all(): NodeFacts[] {
    return this.#facts.filter((facts) => facts !== undefined)
  }

  /** What the pods on a node hold. @returns a live view, or undefined when neither node nor pods are known */
  held(id: string): Held | undefined {
    const slot = this.#slots.get(id)
    return slot === undefined ? undefined : (this.#facts[slot]?.allocated ?? this.columns.heldAt(slot))
  }

  /** The node's slot, which it gets now if it has none: pods may be known before their node is. */
  slotFor(id: string): number {
    const known = this.#slots.get(id)
    if (known !== undefined) return known
    const slot = this.#free.pop() ?? this.#facts.length
    this.#slots.set(id, slot)
    this.#ids[slot] = id
    this.#facts[slot] = undefined
    if (this.columns.reserve(slot)) for (const domain of this.#domains.values()) domain.reserve(this.columns.capacity)
    return slot
  }

  set(slot: number, node: Node | undefined): void {
    const before = this.#facts[slot]
    if (before?.name !== node?.name) this.#isRanked = false
    if (before?.labels !== node?.labels) this.#place(slot, before, node)
    this.#facts[slot] = node ? { ...node, slot, allocated: before?.allocated ?? this.columns.heldAt(slot) } : undefined
    if (node) this.columns.setAllocatable(slot, node.allocatable)
    this.changes.push(slot)
    this.records.push(slot)
  }

  /** Neither a node nor pods are there any more. */
  free(slot: number): void {
    const id = this.#ids[slot]
    if (id === undefined) return
    this.#slots.delete(id)
    this.#ids[slot] = undefined
    this.#free.push(slot)
  }

  /** A pod is there (1) or there no more (-1). @param options.isSilent the numbers are put back before anybody looks for changes */
  count(slot: number, { resources }: Pod, sign: 1 | -1, { isSilent = false } = {}): void {
    this.columns.count(slot, resources.requests, sign)
    if (!isSilent) this.changes.push(slot)
  }

  domain(key: string): Domain {
    const known = this.#domains.get(key)
    if (known) return known
    const domain = new Domain(key, this.columns.capacity)
    this.#facts.forEach((facts, slot) => domain.set(slot, facts && labelOf(facts.labels, key), undefined))
    this.#domains.set(key, domain)
    return domain
  }

  /** Nobody looks at a domain any more. */
  forgetDomains(): void {
    this.#domains.clear()
  }

  /** Each slot's place in the order of the nodes' names. */
  get ranks(): Int32Array {
    if (this.#isRanked) return this.#ranks
    const named = this.all().toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#ranks = new Int32Array(this.columns.capacity)
    named.forEach(({ slot }, rank) => (this.#ranks[slot] = rank))
    this.#isRanked = true
    return this.#ranks
  }

  #place(slot: number, before: Node | undefined, node: Node | undefined): void {
    for (const domain of this.#domains.values()) {
      domain.set(slot, node && labelOf(node.labels, domain.key), before && labelOf(before.labels, domain.key))
    }
  }
}

/** Arrays that are used anew by each look at many nodes, and hold nothing from one to the next. */
class Scratch {
  #slots = new Int32Array(0)
  asked = new Int32Array(0)
  totals = new Float64Array(0)
  points = new Float64Array(0)

  /** A copy of some slots, to be changed in place. */
  take(slots: Int32Array | readonly number[], count: number): Int32Array {
    this.#reserve(count)
    for (let index = 0; index < count; index += 1) this.#slots[index] = slots[index]!
    return this.#slots
  }
  #reserve(count: number): void {
    if (this.#slots.length >= count) return
    const length = count * 2
    this.#slots = new Int32Array(length)
    this.asked = new Int32Array(length)
    this.totals = new Float64Array(length)
    this.points = new Float64Array(length)
  }
}
