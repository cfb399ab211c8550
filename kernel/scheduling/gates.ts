/**
 * Which groups of nodes the rules that look beyond one node let through. A rule that follows a tally is asked again only where the
 * tally has changed; the others are asked each time.
 */
import type { NodeFacts, Rule } from './candidates.ts'
import type { Groups } from './groups.ts'
import type { NodeList } from './node-list.ts'
import { askRule, type Asking } from './plan.ts'
import type { Tally } from './tally.ts'

export class Gates {
  readonly #nodes: NodeList
  readonly #asking: Asking
  /** What the rules that follow a tally said last, by group. */
  readonly #closed = new Map<Rule, Uint8Array>()
  #open = new Uint8Array(0)

  constructor(nodes: NodeList, asking: Asking) {
    this.#nodes = nodes
    this.#asking = asking
  }

  /** The groups are other ones now. */
  forget(): void {
    this.#closed.clear()
  }

  /** The groups that all rules let through. @returns to be read before the next call, which uses the same array */
  open(rules: readonly Rule[], groups: Groups): Uint8Array {
    if (this.#open.length !== groups.count) this.#open = new Uint8Array(groups.count)
    const isOpen = this.#open.fill(1)
    for (const rule of rules) {
      const closed = rule.follows ? this.#followed(rule, rule.follows, groups) : undefined
      for (let group = 0; group < isOpen.length; group += 1) {
        if (isOpen[group] === 1 && (closed ? closed[group] === 1 : this.#isClosed(rule, groups, group))) isOpen[group] = 0
      }
    }
    // A rule that says nothing now is not told what changes meanwhile.
    for (const rule of this.#closed.keys()) if (!rules.includes(rule)) this.#closed.delete(rule)
    return isOpen
  }

  #followed(rule: Rule, tally: Tally, groups: Groups): Uint8Array {
    const changes = tally.takeChanges()
    const known = changes && this.#closed.get(rule)
    const closed = known ?? new Uint8Array(groups.count)
    const ask = (group: number): void => {
      closed[group] = this.#isClosed(rule, groups, group) ? 1 : 0
    }
    if (known) for (const { domain, value } of changes) groups.with(domain, value).forEach(ask)
    else {
      groups.members.forEach((_slot, group) => ask(group))
      this.#closed.set(rule, closed)
    }
    return closed
  }

  #isClosed(rule: Rule, { members }: Groups, group: number): boolean {
    const node: NodeFacts | undefined = this.#nodes.at(members[group] ?? -1)
    return node !== undefined && askRule(rule, node, this.#asking) !== undefined
  }
}
