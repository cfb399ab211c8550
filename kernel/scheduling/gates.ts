/**
 * Which groups of nodes the rules that look beyond one node let through. A rule that follows a tally is asked again only where the
 * tally has changed; the others are asked each time.
 */
import type { Rule } from './candidates.ts'
import type { Groups } from './groups.ts'
import type { NodeList } from './node-list.ts'
import { passes, type Asking } from './plan.ts'
import type { Tally } from './tally.ts'

export class Gates {
  readonly #nodes: NodeList
  readonly #asking: Asking
  /** What the rules that follow a tally said last, by group. */
  readonly #closed = new Map<Following, Uint8Array>()
  /** By group: 1 where all of those let it through. */
  #followed = new Uint8Array(0)
  #open = new Uint8Array(0)

  constructor(nodes: NodeList, asking: Asking) {
    this.#nodes = nodes
    this.#asking = asking
  }

  /** The groups are other ones now. */
  forget(): void {
    this.#closed.clear()
    this.#followed = new Uint8Array(0)
  }

  /** By group: 1 where all rules let it through. @returns to be read before the next call, which uses the same array */
  open(rules: readonly Rule[], groups: Groups): Uint8Array {
    const following = rules.filter((rule): rule is Following => rule.follows !== undefined)
    this.#follow(following, groups)
    if (following.length === rules.length) return this.#followed
    if (this.#open.length !== groups.count) this.#open = new Uint8Array(groups.count)
    const open = this.#open
    open.set(this.#followed)
    for (const rule of rules) {
      if (rule.follows) continue
      const started = this.#asking.meter.start()
      for (let group = 0; group < open.length; group += 1) if (open[group] === 1 && this.#closes(rule, groups, group)) open[group] = 0
      this.#asking.meter.took('filter', started, rule.plugin)
    }
    return open
  }

  #follow(rules: readonly Following[], groups: Groups): void {
    const { meter } = this.#asking
    const touched = new Set<number>()
    let isAnew = this.#followed.length !== groups.count || this.#closed.size !== rules.length
    for (const rule of rules) {
      const started = meter.start()
      const changes = rule.follows.takeChanges()
      const closed = this.#closed.get(rule)
      if (closed && changes) {
        for (const { domain, value } of changes) {
          for (const group of groups.with(domain, value)) {
            closed[group] = this.#closes(rule, groups, group) ? 1 : 0
            touched.add(group)
          }
        }
      } else {
        const asked = new Uint8Array(groups.count)
        for (let group = 0; group < asked.length; group += 1) asked[group] = this.#closes(rule, groups, group) ? 1 : 0
        this.#closed.set(rule, asked)
        isAnew = true
      }
      meter.took('filter', started, rule.plugin)
    }
    // A rule that says nothing now is not told what changes meanwhile.
    for (const rule of this.#closed.keys()) if (!rules.includes(rule)) this.#closed.delete(rule)
    if (isAnew) this.#renew(groups)
    else for (const group of touched) this.#followed[group] = rules.every((rule) => this.#closed.get(rule)?.[group] !== 1) ? 1 : 0
  }

  #renew({ count }: Groups): void {
    this.#followed = new Uint8Array(count).fill(1)
    for (const closed of this.#closed.values()) {
      for (let group = 0; group < count; group += 1) if (closed[group] === 1) this.#followed[group] = 0
    }
  }

  #closes(rule: Rule, { members }: Groups, group: number): boolean {
    const node = this.#nodes.at(members[group] ?? -1)
    return node !== undefined && !passes(rule, node, this.#asking)
  }
}

type Following = Rule & { readonly follows: Tally }
