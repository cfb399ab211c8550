/**
 * How every node stands with one class of pods: refused, or feasible and with which points. Kept up to date from the log of changed
 * nodes, so that choosing costs a look at the winners of the groups and not at every node. What looks beyond one node is not here: it
 * is asked each time, once for each group.
 */
import type { NodeFacts } from './candidates.ts'
import { Brackets } from './brackets.ts'
import type { FixedRules } from './fixed-rules.ts'
import { Groups, type Dimension } from './groups.ts'
import type { NodeList } from './node-list.ts'
import { firstRefusal, isBulk, isOneByOne, type AnyPreference, type AnyRule, type Complain, type Plan } from './plan.ts'
import { RefusalCounts, type RefusalKind } from './refusals.ts'
import type { Preference } from './score-board.ts'

const OUT = -Infinity

export interface StandingOptions {
  readonly nodes: NodeList
  readonly plan: Plan
  readonly fixed: FixedRules
  readonly complain: Complain
}

export class Standing {
  readonly #options: StandingOptions
  #groups: Groups
  #brackets: Brackets
  #totals = new Float64Array(0)
  /** By relative preference and slot. */
  #raws: Float64Array[] = []
  #over = ''
  #changesSeen = -1
  #recordsSeen = -1
  /** Why local rules refuse, as it was when somebody asked last, and the slots of which it may have changed since. */
  readonly #refusals = new RefusalCounts(0)
  #uncounted: number[] = []
  #isUncounted = new Uint8Array(0)

  constructor(options: StandingOptions) {
    this.#options = options
    this.#groups = new Groups({ capacity: 0, dimensions: [], slots: [] })
    this.#brackets = this.#seed()
  }

  /** Nodes that agree in everything that is asked once for many. */
  get groups(): Groups {
    return this.#groups
  }

  /** Brings everything up to date. @returns whether the groups are other ones now */
  sync(): boolean {
    const { nodes, plan, fixed } = this.#options
    fixed.sync()
    const over = plan.over().join('\n')
    const changes = nodes.changes.since(this.#changesSeen, nodes.size)
    const count = changes?.count ?? 0
    const isNews = this.#recordsSeen !== nodes.records.position
    if (!changes || over !== this.#over || this.#totals.length < nodes.size || (isNews && !this.#regroup())) {
      this.#over = over
      this.#rebuild()
      return true
    }
    this.#changesSeen = nodes.changes.position
    // The rules work in place, and the log's own array is the next reader's too.
    if (count > 0)
      this.#judge(nodes.scratch.take(changes.slots, count), count, (slot) => this.#brackets.update(slot, this.isFeasible(slot)))
    return false
  }

  /** The slot of a group with the most points, the first by name among equals; -1 when every node is refused. */
  best(group: number): number {
    return this.#brackets.best(group)
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

  isBetter(slot: number, than: number): boolean {
    const a = this.#totals[slot] ?? OUT
    const b = this.#totals[than] ?? OUT
    if (a !== b) return a > b
    const { ranks } = this.#options.nodes
    return (ranks[slot] ?? 0) < (ranks[than] ?? 0)
  }

  /** How many nodes are refused by what looks at them alone, by plugin and kind of reason. */
  refusals(): readonly RefusalKind[] {
    const { nodes, plan, fixed, complain } = this.#options
    const context = { columns: nodes.columns, complain }
    for (const slot of this.#uncounted) {
      const node = nodes.at(slot)
      this.#isUncounted[slot] = 0
      const isLocal = node && !this.isFeasible(slot) && fixed.refused[slot] === 0
      this.#refusals.set(slot, isLocal ? firstRefusal(plan.local, node, context) : undefined)
    }
    this.#uncounted = []
    return [...fixed.kinds, ...this.#refusals.kinds]
  }

  #seed(): Brackets {
    const { count, groupOf } = this.#groups
    return new Brackets({ groups: count, groupOf }, (slot, than) => this.isBetter(slot, than))
  }

  /** Records have changed. @returns false when a node is not any more in the group where it belongs */
  #regroup(): boolean {
    const { nodes } = this.#options
    const changed = nodes.records.since(this.#recordsSeen, nodes.size)
    this.#recordsSeen = nodes.records.position
    if (!changed) return false
    for (let index = 0; index < changed.count; index += 1) {
      const slot = changed.slots[index] ?? 0
      this.#score(slot)
      if (!this.#groups.holds(slot, nodes.at(slot) !== undefined)) return false
      // Another name may come before others with as many points.
      this.#totals[slot] = OUT
      this.#brackets.update(slot, false)
    }
    return true
  }

  #rebuild(): void {
    const { nodes, plan } = this.#options
    const { capacity } = nodes.columns
    const slots = nodes.all().map(({ slot }) => slot)
    this.#totals = new Float64Array(capacity).fill(OUT)
    this.#raws = plan.relative.map(() => new Float64Array(capacity))
    for (const slot of slots) this.#score(slot)
    const dimensions: Dimension[] = [...plan.over().map((key) => nodes.domain(key).column), ...this.#raws]
    this.#groups = new Groups({ capacity, dimensions, slots })
    this.#changesSeen = nodes.changes.position
    this.#recordsSeen = nodes.records.position
    this.#refusals.clear(capacity)
    this.#uncounted = []
    this.#isUncounted = new Uint8Array(capacity)
    this.#judge(nodes.scratch.take(slots, slots.length), slots.length, () => undefined)
    this.#brackets = this.#seed()
    this.#brackets.rebuild((slot) => this.isFeasible(slot))
  }

  /** The raw scores of a node's record. */
  #score(slot: number): void {
    const { nodes, plan } = this.#options
    const node = nodes.at(slot)
    if (node) plan.relative.forEach((preference, index) => (this.#rawsOf(index)[slot] = this.#points(preference, node)))
  }

  #rawsOf = (index: number): Float64Array => this.#raws[index] ?? EMPTY

  /** Asks all rules and preferences about the node alone of some slots. @param slots changed in place */
  #judge(slots: Int32Array, count: number, onChange: (slot: number) => void): void {
    const { nodes, plan, fixed } = this.#options
    const { asked } = nodes.scratch
    const { refused } = fixed
    let left = 0
    for (let index = 0; index < count; index += 1) {
      const slot = slots[index] ?? 0
      if (refused[slot] === 0 && nodes.facts[slot]) {
        slots[left] = slot
        asked[left] = slot
        left += 1
      } else {
        this.#uncount(slot)
        this.#set(slot, OUT, onChange)
      }
    }
    let kept = left
    for (const rule of plan.local) kept = this.#keep(rule, slots, kept)
    const totals = this.#sum(slots, kept)
    // What is kept is in the order that was asked.
    let next = 0
    for (let index = 0; index < left; index += 1) {
      const slot = asked[index] ?? 0
      const isKept = next < kept && slots[next] === slot
      if (!isKept || this.#totals[slot] === OUT) this.#uncount(slot)
      this.#set(slot, isKept ? (totals[next] ?? 0) : OUT, onChange)
      if (isKept) next += 1
    }
  }

  #uncount(slot: number): void {
    if (this.#isUncounted[slot] === 1) return
    this.#isUncounted[slot] = 1
    this.#uncounted.push(slot)
  }

  #set(slot: number, total: number, onChange: (slot: number) => void): void {
    if (this.#totals[slot] === total) return
    this.#totals[slot] = total
    onChange(slot)
  }

  #keep(rule: AnyRule, slots: Int32Array, count: number): number {
    const { nodes, complain } = this.#options
    try {
      if (!isOneByOne(rule)) return rule.keep(slots, count, nodes.columns)
      let left = 0
      for (let index = 0; index < count; index += 1) {
        const slot = slots[index] ?? 0
        const node = nodes.facts[slot]
        if (node && this.#passes(rule, node)) slots[left++] = slot
      }
      return left
    } catch (error) {
      complain(rule.plugin, error)
      return 0
    }
  }

  /** A rule that throws refuses the node, and is named. */
  #passes(rule: { readonly plugin: string; readonly test: (node: NodeFacts) => boolean | string }, node: NodeFacts): boolean {
    try {
      return rule.test(node) === true
    } catch (error) {
      this.#options.complain(rule.plugin, error)
      return false
    }
  }

  #sum(slots: Int32Array, count: number): Float64Array {
    const { nodes, plan } = this.#options
    const { totals, points } = nodes.scratch
    totals.fill(0, 0, count)
    for (const preference of plan.absolute) {
      points.fill(0, 0, count)
      this.#scoreAll(preference, slots, { count, points })
      for (let index = 0; index < count; index += 1) totals[index] = (totals[index] ?? 0) + preference.weight * (points[index] ?? 0)
    }
    return totals
  }

  #scoreAll(
    preference: AnyPreference,
    slots: Int32Array,
    { count, points }: { readonly count: number; readonly points: Float64Array },
  ): void {
    const { nodes, complain } = this.#options
    if (!isBulk(preference)) {
      for (let index = 0; index < count; index += 1) {
        const node = nodes.facts[slots[index] ?? 0]
        if (node) points[index] = this.#points(preference, node)
      }
      return
    }
    try {
      preference.scoreAll(slots, count, points, nodes.columns)
      for (let index = 0; index < count; index += 1) if (!Number.isFinite(points[index])) throw new Error('a score is not a number')
    } catch (error) {
      complain(preference.plugin, error)
      points.fill(0, 0, count)
    }
  }

  #points({ plugin, score }: Preference, node: NodeFacts): number {
    const { complain } = this.#options
    try {
      const points = score(node)
      if (Number.isFinite(points)) return points
      complain(plugin, new Error('a score is not a number'))
    } catch (error) {
      complain(plugin, error)
    }
    return 0
  }
}

const EMPTY = new Float64Array(0)
