/**
 * The nodes by slot, with a log of the slots that have changed: whoever keeps something about nodes replays what it missed and
 * pays for change, not for the size of the cluster.
 */
import type { Node } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'
import type { Usage } from './usage.ts'

/** Who has missed more than this starts over. */
const LOG_MAX = 1 << 16

export class NodeList {
  readonly #usage: Usage
  readonly #slots = new Map<string, number>()
  readonly #free: number[] = []
  readonly #facts: (NodeFacts | undefined)[] = []
  readonly #versions: number[] = []
  readonly #stamps = new Map<string, number>()
  #ranks: Int32Array | undefined
  #log: number[] = []
  #logStart = 0
  /** Grows when a node comes, goes or changes; not with what its pods hold. */
  version = 0

  constructor(usage: Usage) {
    this.#usage = usage
  }

  /** One more than the highest slot that was ever used. */
  get size(): number {
    return this.#facts.length
  }

  at(slot: number): NodeFacts | undefined {
    return this.#facts[slot]
  }

  /** The version at which the slot's record changed last. */
  versionOf(slot: number): number {
    return this.#versions[slot] ?? 0
  }

  *all(): Iterable<NodeFacts> {
    for (const facts of this.#facts) if (facts) yield facts
  }

  set(id: string, node: Node | undefined): void {
    const known = this.#slots.get(id)
    const slot = known ?? this.#free.pop() ?? this.#facts.length
    if (known === undefined || this.#facts[slot]?.name !== node?.name) this.#ranks = undefined
    this.version += 1
    this.#versions[slot] = this.version
    this.#facts[slot] = node ? { ...node, allocated: this.#usage.of(id) } : undefined
    if (node) this.#slots.set(id, slot)
    else if (this.#slots.delete(id)) this.#free.push(slot)
    this.#stamps.set(id, this.position)
    if (!node) this.#stamps.delete(id)
    this.#changed(slot)
  }

  /** What the pods on the node hold has changed. */
  touch(id: string): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#stamps.set(id, this.position)
    this.#changed(slot)
  }

  /** Where the log stood when the node changed last. */
  stampOf(id: string): number | undefined {
    return this.#stamps.get(id)
  }

  /** Where the log stands: to be given to `since` later. */
  get position(): number {
    return this.#logStart + this.#log.length
  }

  /** The slots that have changed since a position, some perhaps twice; undefined when that is too long ago. */
  since(position: number): readonly number[] | undefined {
    if (position < this.#logStart) return undefined
    return position === this.position ? NONE : this.#log.slice(position - this.#logStart)
  }

  /** Each slot's place in the order of the nodes' names. */
  get ranks(): Int32Array {
    if (this.#ranks) return this.#ranks
    const slots = this.#facts.flatMap((facts, slot) => (facts ? [{ slot, name: facts.name }] : []))
    slots.sort((a, b) => (a.name < b.name ? -1 : 1))
    const ranks = new Int32Array(this.#facts.length)
    slots.forEach(({ slot }, rank) => (ranks[slot] = rank))
    this.#ranks = ranks
    return ranks
  }

  #changed(slot: number): void {
    if (this.#log.length >= LOG_MAX) {
      this.#logStart += this.#log.length
      this.#log = []
    }
    this.#log.push(slot)
  }
}

const NONE: readonly number[] = []
