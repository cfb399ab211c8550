/** Asks the rules and preferences that look at a node alone about many nodes at once, over the columns. */
import type { Meter } from './meter.ts'
import type { NodeList } from './node-list.ts'
import { askScore, isBulk, isOneByOne, passes, type AnyPreference, type AnyRule, type Complain, type Plan } from './plan.ts'

export interface BulkOptions {
  readonly nodes: NodeList
  readonly plan: Plan
  readonly complain: Complain
  readonly meter: Meter
}

export class Bulk {
  readonly #options: BulkOptions

  constructor(options: BulkOptions) {
    this.#options = options
  }

  /** Keeps, in place and in order, the slots that every local rule keeps. @returns how many are left */
  keep(slots: Int32Array, count: number): number {
    const { plan, meter } = this.#options
    const began = meter.start()
    let kept = count
    for (const rule of plan.local) {
      if (kept === 0) break
      const started = meter.start()
      kept = this.#keep(rule, slots, kept)
      meter.took('filter', started, rule.plugin)
    }
    meter.took('filter', began)
    return kept
  }

  /** The points of the absolute preferences, by weight, at the slots' own places. @returns to be read before the next call, which uses the same array */
  sum(slots: Int32Array, count: number): Float64Array {
    const { nodes, plan, meter } = this.#options
    const began = meter.start()
    const { totals, points } = nodes.scratch
    totals.fill(0, 0, count)
    for (const preference of plan.absolute) {
      const started = meter.start()
      points.fill(0, 0, count)
      this.#score(preference, slots, { count, points })
      meter.took('score', started, preference.plugin)
      const { weight } = preference
      for (let index = 0; index < count; index += 1) totals[index] = totals[index]! + weight * points[index]! // below count
    }
    meter.took('score', began)
    return totals
  }

  /** A rule that throws refuses all nodes that it was asked about, and is named. */
  #keep(rule: AnyRule, slots: Int32Array, count: number): number {
    const { nodes, complain } = this.#options
    try {
      if (isOneByOne(rule)) return keepOneByOne(slots, count, (slot) => this.#passes(rule, slot))
      const left = rule.keep(slots, count, nodes.columns)
      if (Number.isInteger(left) && left >= 0 && left <= count) return left
      throw new Error(`${left} of ${count} nodes were kept`)
    } catch (error) {
      complain(rule.plugin, error)
      return 0
    }
  }

  #passes(rule: AnyRule, slot: number): boolean {
    const { nodes, complain, meter } = this.#options
    const node = nodes.at(slot)
    return node !== undefined && passes(rule, node, { columns: nodes.columns, complain, meter })
  }

  #score(preference: AnyPreference, slots: Int32Array, { count, points }: { readonly count: number; readonly points: Float64Array }): void {
    const { nodes, complain } = this.#options
    if (!isBulk(preference)) {
      for (let index = 0; index < count; index += 1) {
        const node = nodes.facts[slots[index]!]
        if (node) points[index] = askScore(preference, node, complain)
      }
      return
    }
    try {
      preference.scoreAll(slots, count, points, nodes.columns)
      let sum = 0
      for (let index = 0; index < count; index += 1) sum += points[index]!
      // A single one that is not a number, or not finite, makes the sum so.
      if (!Number.isFinite(sum)) throw new Error('a score is not a number')
    } catch (error) {
      complain(preference.plugin, error)
      points.fill(0, 0, count)
    }
  }
}

function keepOneByOne(slots: Int32Array, count: number, keeps: (slot: number) => boolean): number {
  let left = 0
  for (let index = 0; index < count; index += 1) {
    const slot = slots[index]! // below count
    if (!keeps(slot)) continue
    slots[left] = slot
    left += 1
  }
  return left
}
