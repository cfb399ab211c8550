/**
 * How every node stands with one class of pods: refused and why, or feasible and with which points. Kept up to date from the log
 * of changed nodes, so that choosing costs a look at block maxima and not at every node. Rules and preferences that look beyond
 * one node are asked each time, of the nodes that the others left.
 */
import type { NodeFacts, Refusal } from './candidates.ts'
import type { NodeList } from './node-list.ts'
import type { Preference } from './score-board.ts'

const BLOCK = 64
const OUT = -Infinity

/** The rules of a class as this needs them. */
export interface Asking {
  /** Why a node is refused by the rules that look at its record alone; undefined when it is not. */
  readonly fixedRefusal: (node: NodeFacts) => Refusal | undefined
  /** Why a node is refused by the rules that look at it and at what its pods hold. */
  readonly refusal: (node: NodeFacts) => Refusal | undefined
  /** The sum of the preferences that look at this node alone and are points already, by weight. */
  readonly points: (node: NodeFacts) => number
  /** Preferences that become points only beside the others. */
  readonly relative: readonly Preference[]
}

export class Standing {
  readonly #nodes: NodeList
  readonly #asking: Asking
  readonly #refused = new Map<string, number>()
  readonly #plugins = new Map<string, number>()
  readonly #raw: Map<number, number>[]
  #totals = new Float64Array(0)
  #reasons: (string | undefined)[] = []
  #by: (string | undefined)[] = []
  #raws: Float64Array[] = []
  #best = new Int32Array(0)
  /** At which version of its record each slot was judged, and whether it was refused for good by that. */
  #judged = new Int32Array(0)
  #isFixed = new Uint8Array(0)
  #position = -1

  constructor(nodes: NodeList, asking: Asking) {
    this.#nodes = nodes
    this.#asking = asking
    this.#raw = asking.relative.map(() => new Map<number, number>())
  }

  /** How many nodes are refused, by the kind of reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused
  }

  /** The plugins that refuse any node. */
  get refusing(): Iterable<string> {
    return this.#plugins.keys()
  }

  /** Whether the relative preferences tell the feasible nodes apart. */
  get isRelative(): boolean {
    return this.#raw.some((counts) => counts.size > 1)
  }

  /** Brings everything up to date. */
  sync(): void {
    const changed = this.#position < 0 ? undefined : this.#nodes.since(this.#position)
    this.#position = this.#nodes.position
    if (!changed || changed.length > this.#nodes.size || this.#totals.length < this.#nodes.size) return this.#rebuild()
    if (changed.length === 0) return undefined
    const blocks = new Set<number>()
    for (const slot of changed) {
      this.#judge(slot)
      blocks.add((slot / BLOCK) | 0)
    }
    const ranks = this.#nodes.ranks
    for (const block of blocks) this.#settle(block, ranks)
    return undefined
  }

  /** The slot with the most points, the first by name among equals; -1 when every node is refused. */
  best(): number {
    const ranks = this.#nodes.ranks
    let best = -1
    for (const slot of this.#best) if (slot >= 0 && (best < 0 || this.#isBetter(slot, best, ranks))) best = slot
    return best
  }

  /** The feasible slots, in no order that means anything. */
  feasible(): number[] {
    const slots: number[] = []
    for (let slot = 0; slot < this.#totals.length; slot += 1) if (this.#totals[slot] !== OUT) slots.push(slot)
    return slots
  }

  total(slot: number): number {
    return this.#totals[slot] ?? OUT
  }

  #rebuild(): void {
    const { size } = this.#nodes
    const capacity = Math.ceil((size * 1.25 + 1) / BLOCK) * BLOCK
    this.#totals = new Float64Array(capacity).fill(OUT)
    this.#raws = this.#asking.relative.map(() => new Float64Array(capacity))
    this.#judged = new Int32Array(capacity).fill(-1)
    this.#isFixed = new Uint8Array(capacity)
    this.#reasons = []
    this.#by = []
    this.#refused.clear()
    this.#plugins.clear()
    for (const counts of this.#raw) counts.clear()
    for (let slot = 0; slot < size; slot += 1) this.#judge(slot)
    this.#best = new Int32Array(capacity / BLOCK)
    const ranks = this.#nodes.ranks
    for (let block = 0; block < this.#best.length; block += 1) this.#settle(block, ranks)
  }

  #judge(slot: number): void {
    const node = this.#nodes.at(slot)
    const version = this.#nodes.versionOf(slot)
    const isNews = this.#judged[slot] !== version
    // What its pods hold cannot change a refusal that looks at the record alone.
    if (!isNews && this.#isFixed[slot] === 1) return
    this.#forget(slot)
    this.#judged[slot] = version
    this.#isFixed[slot] = 0
    if (!node) return
    // Also of a node that is refused now: what looks at the record alone is not asked again when room is made.
    this.#asking.relative.forEach(({ score, isFixed }, index) => {
      const raws = this.#raws[index]
      if (raws && (isNews || !isFixed)) raws[slot] = score(node)
    })
    const fixed = isNews ? this.#asking.fixedRefusal(node) : undefined
    if (fixed) this.#isFixed[slot] = 1
    const refusal = fixed ?? this.#asking.refusal(node)
    if (refusal) return this.#refuse(slot, refusal)
    this.#totals[slot] = this.#asking.points(node)
    this.#raw.forEach((counts, index) => count(counts, this.#raws[index]?.[slot] ?? 0, 1))
  }

  #refuse(slot: number, { plugin, reason }: Refusal): void {
    const kind = kindOf(reason)
    this.#reasons[slot] = kind
    this.#by[slot] = plugin
    count(this.#refused, kind, 1)
    count(this.#plugins, plugin, 1)
  }

  #forget(slot: number): void {
    const reason = this.#reasons[slot]
    const plugin = this.#by[slot]
    if (reason !== undefined && plugin !== undefined) {
      count(this.#refused, reason, -1)
      count(this.#plugins, plugin, -1)
      this.#reasons[slot] = undefined
      this.#by[slot] = undefined
    } else if (this.#totals[slot] !== OUT) {
      this.#raw.forEach((counts, index) => count(counts, this.#raws[index]?.[slot] ?? 0, -1))
      this.#totals[slot] = OUT
    }
  }

  /** The best of one block. */
  #settle(block: number, ranks: Int32Array): void {
    const end = (block + 1) * BLOCK
    let best = -1
    for (let slot = block * BLOCK; slot < end; slot += 1) {
      if (this.#totals[slot] !== OUT && (best < 0 || this.#isBetter(slot, best, ranks))) best = slot
    }
    this.#best[block] = best
  }

  #isBetter(slot: number, than: number, ranks: Int32Array): boolean {
    const a = this.#totals[slot] ?? OUT
    const b = this.#totals[than] ?? OUT
    return a > b || (a === b && (ranks[slot] ?? 0) < (ranks[than] ?? 0))
  }
}

/** The part of a reason that is the same for many nodes. */
export function kindOf(reason: string): string {
  const end = reason.indexOf(': ')
  return end < 0 ? reason : reason.slice(0, end)
}

function count<K>(counts: Map<K, number>, key: K, by: 1 | -1): void {
  const now = (counts.get(key) ?? 0) + by
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}
