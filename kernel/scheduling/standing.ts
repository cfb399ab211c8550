/**
 * How every node stands with one class of pods: refused, or feasible and with which points. Kept up to date from the log of changed
 * nodes, so that choosing costs a look at the winners of the groups and not at every node. What looks beyond one node is not here: it
 * is asked each time, once for each group.
 */
import { Brackets, Draw } from './brackets.ts'
import { Bulk } from './bulk.ts'
import type { FixedRules } from './fixed-rules.ts'
import type { FixedScores } from './fixed-scores.ts'
import { groupNodes, Groups } from './groups.ts'
import type { Meter } from './meter.ts'
import type { NodeList } from './node-list.ts'
import { firstRefusal, type Complain, type Plan } from './plan.ts'
import { RefusalCounts, type RefusalKind } from './refusals.ts'
import type { Preference } from './score-board.ts'
import type { Shared } from './shared.ts'

const OUT = -Infinity
const NOBODY = -1

export interface StandingOptions {
  readonly nodes: NodeList
  readonly plan: Plan
  /** The labels in which the nodes of a group agree. */
  readonly over: readonly string[]
  readonly fixed: FixedRules
  /** What becomes points only beside the other nodes. */
  readonly relative: readonly { readonly preference: Preference; readonly scores: FixedScores }[]
  readonly shared: Shared
  readonly complain: Complain
  readonly meter: Meter
}

export class Standing {
  readonly #options: StandingOptions
  readonly #bulk: Bulk
  #groups: Groups
  #brackets: Brackets
  /** Between the best of each group: its slots are the groups. */
  #final: Brackets
  #isAsked = false
  #totals = new Float64Array(0)
  /** By group: the slot with the most points, the first by name among equals; -1 where all are refused. */
  #bests = new Int32Array(0)
  #differences = ''
  #ranks: Int32Array = new Int32Array(0)
  #changesSeen = -1
  #recordsSeen = -1
  /** Why local rules refuse, as it was when somebody asked last, and the slots of which it may have changed since. */
  readonly #refusals: RefusalCounts
  #uncounted: number[] = []
  #isUncounted = new Uint8Array(0)

  constructor(options: StandingOptions) {
    this.#options = options
    this.#bulk = new Bulk(options)
    this.#refusals = new RefusalCounts(options.nodes)
    this.#groups = new Groups({ capacity: 0, dimensions: [], slots: [] })
    this.#brackets = this.#seed()
    this.#final = this.#seedFinal()
  }

  /** Whether anybody has asked about it before: what is asked again is worth keeping. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  /** Nodes that agree in everything that is asked once for many; other ones when they have to be grouped anew. */
  get groups(): Groups {
    return this.#groups
  }

  /** Whether any relative preference tells nodes apart. */
  get isRelative(): boolean {
    return this.telling().length > 0
  }

  /** The relative preferences that tell nodes apart. */
  telling(): readonly Preference[] {
    const { relative } = this.#options
    let isAny = false
    for (const { scores } of relative) {
      scores.sync()
      isAny ||= scores.isTelling
    }
    return isAny ? relative.flatMap(({ preference, scores }) => (scores.isTelling ? [preference] : [])) : NONE
  }

  /** Brings everything up to date. */
  sync(): void {
    const { nodes, fixed } = this.#options
    this.#isAsked = true
    fixed.sync()
    this.#ranks = nodes.ranks
    const telling = this.telling()
    const differences = telling === NONE ? '' : telling.map(({ plugin }) => plugin).join('\n')
    const changes = nodes.changes.since(this.#changesSeen, nodes.size)
    const count = changes?.count ?? 0
    const isNews = this.#recordsSeen !== nodes.records.position
    if (!changes || differences !== this.#differences || this.#totals.length < nodes.size || (isNews && !this.#regroup())) {
      this.#differences = differences
      this.#rebuild()
      return
    }
    this.#changesSeen = nodes.changes.position
    // The rules work in place, and the log's own array is the next reader's too.
    if (count > 0) this.#judge(nodes.scratch.take(changes.slots, count), count, (slot) => this.#replay(slot))
  }

  /** The best slot of all, without keeping anything of how the others stand; -1 when every node is refused. */
  glance(): number {
    const { nodes, fixed } = this.#options
    this.#isAsked = true
    fixed.sync()
    const { admitted } = fixed
    const slots = nodes.scratch.take(admitted, admitted.length)
    const kept = this.#bulk.keep(slots, admitted.length)
    const totals = this.#bulk.sum(slots, kept)
    const { ranks } = nodes
    let best = -1
    let most = OUT
    for (let index = 0; index < kept; index += 1) {
      const slot = slots[index] ?? 0
      const total = totals[index] ?? 0
      if (total < most || (total === most && (ranks[slot] ?? 0) > (ranks[best] ?? 0))) continue
      best = slot
      most = total
    }
    return best
  }

  /** The best slot of the groups that are open; -1 when there is none. @param open by group; all unless told */
  best(open?: Uint8Array): number {
    const group = open ? this.#final.bestOf(0, open) : this.#final.best(0)
    return this.#bests[group] ?? NOBODY
  }

  /** The best slot of each group that is open. */
  bests(open?: Uint8Array): number[] {
    const slots: number[] = []
    this.#bests.forEach((slot, group) => slot >= 0 && open?.[group] !== 0 && slots.push(slot))
    return slots
  }

  isFeasible(slot: number): boolean {
    return this.#totals[slot] !== OUT
  }

  /** The feasible slots, in no order that means anything. */
  feasible(): number[] {
    const slots: number[] = []
    for (let slot = 0; slot < this.#options.nodes.size; slot += 1) if (this.isFeasible(slot)) slots.push(slot)
    return slots
  }

  /** The points of the preferences that look at this node alone. */
  total(slot: number): number {
    return this.#totals[slot] ?? OUT
  }

  #isBetter(slot: number, than: number): boolean {
    const a = this.#totals[slot]! // both are slots that play
    const b = this.#totals[than]!
    return a === b ? this.#ranks[slot]! < this.#ranks[than]! : a > b
  }

  /** How many nodes are refused by what looks at them alone, by plugin and kind of reason. */
  refusals(): readonly RefusalKind[] {
    const { nodes, plan, fixed, complain, meter } = this.#options
    const context = { columns: nodes.columns, complain, meter }
    for (const slot of this.#uncounted) {
      const node = nodes.at(slot)
      this.#isUncounted[slot] = 0
      const isLocal = node && !this.isFeasible(slot) && fixed.admits[slot] === 1
      this.#refusals.set(slot, isLocal ? firstRefusal(plan.local, node, context) : undefined)
    }
    this.#uncounted = []
    return [...fixed.kinds, ...this.#refusals.kinds]
  }

  #seed(): Brackets {
    return new Brackets(this.#groups.draw, (slot, than) => this.#isBetter(slot, than))
  }

  #seedFinal(): Brackets {
    const draw = new Draw({ groups: 1, groupOf: new Int32Array(this.#groups.count) })
    return new Brackets(draw, (group, than) => this.#isBetter(this.#bests[group]!, this.#bests[than]!)) // only groups with a best play
  }

  /** Records have changed. @returns false when a node is not any more in the group where it belongs */
  #regroup(): boolean {
    const { nodes } = this.#options
    const changed = nodes.records.since(this.#recordsSeen, nodes.size)
    this.#recordsSeen = nodes.records.position
    if (!changed) return false
    for (let index = 0; index < changed.count; index += 1) {
      const slot = changed.slots[index] ?? 0
      if (!this.#groups.holds(slot, nodes.at(slot) !== undefined)) return false
      // Another name may come before others with as many points.
      this.#totals[slot] = OUT
      this.#replay(slot)
    }
    return true
  }

  /** A slot stands otherwise than before. */
  #replay(slot: number): void {
    this.#brackets.update(slot, this.isFeasible(slot))
    this.#crown(this.#groups.groupOf[slot] ?? -1)
  }

  #crown(group: number): void {
    if (group < 0) return
    this.#bests[group] = this.#brackets.best(group)
    this.#final.update(group, this.#bests[group] !== NOBODY)
  }

  #rebuild(): void {
    const { nodes, over, relative, shared, fixed } = this.#options
    const { capacity } = nodes.columns
    this.#totals = new Float64Array(capacity).fill(OUT)
    const raws = relative.flatMap(({ scores }) => (scores.isTelling ? [scores.raws] : []))
    this.#groups = raws.length === 0 ? shared.groups(over) : groupNodes(nodes, { over, raws })
    this.#changesSeen = nodes.changes.position
    this.#recordsSeen = nodes.records.position
    this.#refusals.clear()
    this.#uncounted = []
    this.#isUncounted = NO_FLAGS
    this.#judge(nodes.scratch.take(fixed.admitted, fixed.admitted.length), fixed.admitted.length, () => undefined)
    this.#brackets = this.#seed()
    this.#brackets.rebuild((slot) => this.isFeasible(slot))
    this.#bests = new Int32Array(this.#groups.count)
    for (let group = 0; group < this.#groups.count; group += 1) this.#bests[group] = this.#brackets.best(group)
    this.#final = this.#seedFinal()
    this.#final.rebuild((group) => this.#bests[group] !== NOBODY)
  }

  /** Asks all rules and preferences about the node alone of some slots. @param slots changed in place */
  #judge(slots: Int32Array, count: number, onChange: (slot: number) => void): void {
    const { asked } = this.#options.nodes.scratch
    const { admits } = this.#options.fixed
    let left = 0
    for (let index = 0; index < count; index += 1) {
      const slot = slots[index]! // below count
      if (admits[slot] === 1) {
        slots[left] = slot
        asked[left] = slot
        left += 1
      } else {
        this.#uncount(slot)
        this.#set(slot, OUT, onChange)
      }
    }
    const kept = this.#bulk.keep(slots, left)
    const totals = this.#bulk.sum(slots, kept)
    // What is kept is in the order that was asked.
    let next = 0
    for (let index = 0; index < left; index += 1) {
      const slot = asked[index] ?? 0
      const isKept = next < kept && slots[next] === slot
      if (!isKept || this.#refusals.has(slot)) this.#uncount(slot)
      this.#set(slot, isKept ? (totals[next] ?? 0) : OUT, onChange)
      if (isKept) next += 1
    }
  }

  #uncount(slot: number): void {
    if (this.#isUncounted.length === 0) this.#isUncounted = new Uint8Array(this.#totals.length)
    if (this.#isUncounted[slot] === 1) return
    this.#isUncounted[slot] = 1
    this.#uncounted.push(slot)
  }

  #set(slot: number, total: number, onChange: (slot: number) => void): void {
    if (this.#totals[slot] === total) return
    this.#totals[slot] = total
    onChange(slot)
  }
}

const NONE: readonly Preference[] = []
const NO_FLAGS = new Uint8Array(0)
