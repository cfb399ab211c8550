/**
 * Where one class of pods may run and would rather run: the `filter` and `score` hooks called once, and what they described asked
 * of the nodes. It reads nodes and books and changes nothing. Ties go to the node that comes first by name, or by lot where a plugin
 * asked for it; so the same state, plugins and pod give the same placement.
 */
import type { Hooks } from '../hooks.ts'
import type { Pod } from '../schema/index.ts'
import type { Books } from './books.ts'
import { Bounds } from './bounds.ts'
import type { Cause, ClassPod, NodeFacts, Refusal, Rule } from './candidates.ts'
import type { Family } from './census.ts'
import type { FixedRules } from './fixed-rules.ts'
import { Gates } from './gates.ts'
import type { Groups } from './groups.ts'
import { LazyJudgement, type Judgement } from './judgement.ts'
import type { Meter } from './meter.ts'
import { askRule, firstRefusal, passes, Plan, type Asking, type Complain } from './plan.ts'
import { pointsOf } from './points.ts'
import type { Nomination, Search } from './preemption.ts'
import { Proposals } from './proposals.ts'
import { kindOf } from './refusals.ts'
import type { Preference } from './score-board.ts'
import type { Shared } from './shared.ts'
import type { Standing } from './standing.ts'
import { summarise } from './summary.ts'
import type { Tally } from './tally.ts'

/** One node in full: every plugin that refuses it, or every plugin's score. */
export interface Explanation extends Card {
  readonly node: NodeFacts
  readonly refused: Readonly<Record<string, string>>
}

/** Each plugin's score of one node, and the weighted sum. */
export interface Card {
  readonly scores: Readonly<Record<string, number>>
  readonly total: number
}

export interface PlacementOptions {
  readonly hooks: Hooks
  readonly books: Books
  readonly complain: Complain
  readonly weightOf: (plugin: string) => number | undefined
  readonly shared: Shared
  readonly meter: Meter
  /** Only these plugins; all unless told. */
  readonly only?: ReadonlySet<string>
}

export class Placement {
  readonly #books: Books
  readonly #plan: Plan
  readonly #asking: Asking
  readonly #tallies: Tally[] = []
  readonly #fixed: FixedRules
  readonly #gates: Gates
  readonly #proposals: Proposals
  readonly #shared: Shared
  readonly #bounds: Bounds
  #prepared = -1
  #standing: Standing | undefined
  /** The labels over which it was asked for. */
  #over: readonly string[] | undefined
  /** Those that the gates know. */
  #groups: Groups | undefined
  #family: Family | undefined

  constructor(pod: ClassPod, { hooks, books, complain, weightOf, shared, meter, only }: PlacementOptions) {
    const { nodes } = books
    this.#books = books
    this.#shared = shared
    const asking = {
      complain,
      meter,
      get columns() {
        return nodes.columns
      },
    }
    this.#asking = asking
    this.#plan = new Plan(pod, {
      hooks,
      complain,
      meter,
      weightOf,
      ...(only ? { only } : {}),
      tally: (contribution, options) => {
        const tally = books.census.open(contribution, options)
        this.#tallies.push(tally)
        return tally
      },
    })
    this.#fixed = shared.rules(this.#plan, asking)
    this.#gates = new Gates(nodes, asking)
    this.#proposals = new Proposals(nodes)
    this.#bounds = new Bounds(nodes)
  }

  /** The class is forgotten: nothing is counted for it any more. */
  close(): void {
    for (const tally of this.#tallies) this.#books.census.close(tally)
  }

  /** The family of the class's pods once they are placed. */
  familyOf(pod: Pod): Family {
    return (this.#family ??= this.#books.census.familyOf(pod))
  }

  /**
   * @param lot draws among equals, where a plugin asked for it
   * @param options.isOnlyOne no other pod of the class waits: it may never be asked about again
   */
  judge(lot = '', { isOnlyOne = true } = {}): Judgement {
    return new LazyJudgement(this.#choose(lot, isOnlyOne), this)
  }

  /** The best nomination over all nodes; what was proposed for a node stands until it changes. */
  nominate<T extends Nomination>(search: Search<T>): T | undefined {
    this.#sync()
    const proposals = this.#needed().length === 0 ? this.#proposals : new Proposals(this.#books.nodes)
    const { boundSharedAs } = search
    const bounds = boundSharedAs === undefined ? this.#bounds : this.#shared.bounds(boundSharedAs)
    return proposals.best(search, { bounds, isHopeful: (slot) => this.#fixed.admits[slot] === 1 })
  }

  /** Which pods of a node have to go, if all go and come back in order for as long as there is room; undefined when that is not enough. */
  leastOf(node: NodeFacts, pods: readonly Pod[]): readonly Pod[] | undefined {
    // Only rules that look further than the node need the tallies too without these pods, and may say nothing then.
    const inTallies = this.#needed().length > 0
    const fits = (): boolean =>
      this.#fixed.admits[node.slot] === 1 &&
      this.#plan.local.every((rule) => passes(rule, node, this.#asking)) &&
      (!inTallies || this.#plan.needed().every((rule) => passes(rule, node, this.#asking)))
    return this.#books.without({ slot: node.slot, pods, inTallies }, (comeBack) => {
      if (!fits()) return undefined
      return pods.filter((pod) => {
        const leave = comeBack(pod)
        if (fits()) return false
        leave()
        return true
      })
    })
  }

  /** Everything that every plugin says of every node. */
  explain(): Explanation[] {
    const rules = this.#rules()
    const nodes = this.#books.nodes.all()
    const refusals = new Map(nodes.map((node) => [node, this.#allRefusals(node, rules)]))
    const feasible = nodes.filter((node) => Object.keys(refusals.get(node) ?? {}).length === 0)
    const scored = this.scores(feasible)
    return nodes.map((node) => ({ node, refused: refusals.get(node) ?? {}, ...(scored.get(node) ?? { scores: {}, total: 0 }) }))
  }

  /** Each plugin's score of each feasible node, and the weighted sum. */
  scores(feasible: readonly NodeFacts[]): Map<NodeFacts, Card> {
    const scored = new Map<NodeFacts, { readonly scores: Record<string, number>; total: number }>()
    for (const node of feasible) scored.set(node, { scores: {}, total: 0 })
    this.#plan.prepareScores(feasible)
    for (const preference of this.#plan.preferences) {
      const points = pointsOf(preference, feasible, this.#asking)
      feasible.forEach((node, index) => {
        const card = scored.get(node)
        const score = points[index] ?? 0
        if (!card) return
        card.scores[preference.plugin] = (card.scores[preference.plugin] ?? 0) + score
        card.total += preference.weight * score
      })
    }
    return scored
  }

  #choose(lot: string, isOnlyOne: boolean): NodeFacts | undefined {
    const { nodes } = this.#books
    const needed = this.#needed()
    const wished = this.#plan.wished()
    const isPlain = needed.length + wished.length === 0 && !this.#plan.drawsLots
    const standing = this.#stand()
    if (isPlain && isOnlyOne && !standing.isAsked && !standing.isRelative) return nodes.at(standing.glance())
    this.#sync()
    const isAlone = ({ over }: { readonly over?: unknown }): boolean => over === undefined
    if (this.#plan.drawsLots || needed.some(isAlone) || wished.some(isAlone)) return this.#chooseOneByOne(needed, { wished, lot })
    const open = needed.length === 0 ? undefined : this.#gates.open(needed, standing.groups)
    if (wished.length === 0 && !standing.isRelative) return nodes.at(standing.best(open))
    return this.#bestOf(
      standing.bests(open).flatMap((slot) => nodes.at(slot) ?? []),
      { wished },
    )
  }

  /** Who stands how, grouped by the labels that matter now. */
  #stand(): Standing {
    const over = this.#plan.over()
    if (this.#standing && this.#over === over) return this.#standing
    this.#over = over
    return (this.#standing = this.#shared.standing(this.#plan, { over, fixed: this.#fixed, asking: this.#asking }))
  }

  /** As `#stand`, up to date. */
  #sync(): Standing {
    const standing = this.#stand()
    standing.sync()
    if (standing.groups !== this.#groups) this.#gates.forget()
    this.#groups = standing.groups
    return standing
  }

  /** Where something has to be asked of each node. */
  #chooseOneByOne(needed: readonly Rule[], { wished, lot }: { wished: readonly Preference[]; lot: string }): NodeFacts | undefined {
    const { nodes } = this.#books
    const feasible = this.#stand()
      .feasible()
      .flatMap((slot) => nodes.at(slot) ?? [])
    const left = needed.length === 0 ? feasible : feasible.filter((node) => firstRefusal(needed, node, this.#asking) === undefined)
    return this.#bestOf(left, { wished, ...(this.#plan.drawsLots ? { lot } : {}) })
  }

  /** @param feasible all that are, or the best of each group */
  #bestOf(feasible: readonly NodeFacts[], { wished, lot }: { wished: readonly Preference[]; lot?: string }): NodeFacts | undefined {
    if (feasible.length <= 1) return feasible[0]
    const { ranks } = this.#books.nodes
    const standing = this.#stand()
    const totals = feasible.map(({ slot }) => standing.total(slot))
    if (wished.length > 0) this.#plan.prepareScores(feasible)
    for (const preference of [...standing.telling(), ...wished]) {
      const started = this.#asking.meter.start()
      const points = pointsOf(preference, feasible, this.#asking)
      this.#asking.meter.took('score', started, preference.plugin)
      for (let index = 0; index < totals.length; index += 1) totals[index] = (totals[index] ?? 0) + preference.weight * (points[index] ?? 0)
    }
    const lots = lot === undefined ? undefined : feasible.map(({ name }) => hash(`${lot}/${name}`))
    let best = 0
    for (let index = 1; index < totals.length; index += 1) {
      const lead = (totals[index] ?? 0) - (totals[best] ?? 0)
      const drawn = lead === 0 && lots ? (lots[best] ?? 0) - (lots[index] ?? 0) : 0
      const isFirst = (ranks[feasible[index]?.slot ?? 0] ?? 0) < (ranks[feasible[best]?.slot ?? 0] ?? 0)
      if (lead > 0 || (lead === 0 && (drawn > 0 || (drawn === 0 && isFirst)))) best = index
    }
    return feasible[best]
  }

  /** The volatile rules that say anything now. */
  #needed(): readonly Rule[] {
    const { nodes } = this.#books
    if (this.#prepared !== nodes.version) {
      this.#prepared = nodes.version
      this.#plan.prepare(() => nodes.all())
    }
    return this.#plan.needed()
  }

  /** The rules that say anything now, in the order of the plugins. */
  #rules(): Plan['rules'] {
    const needed = new Set(this.#needed())
    return this.#plan.rules.filter((rule) => !('test' in rule) || !rule.isVolatile || needed.has(rule))
  }

  /** Every node, by the first plugin that refuses it. */
  all(): { feasible: NodeFacts[]; refusals: Map<NodeFacts, Refusal> } {
    const rules = this.#rules()
    const feasible: NodeFacts[] = []
    const refusals = new Map<NodeFacts, Refusal>()
    for (const node of this.#books.nodes.all()) {
      const refusal = firstRefusal(rules, node, this.#asking)
      if (refusal) refusals.set(node, refusal)
      else feasible.push(node)
    }
    return { feasible, refusals }
  }

  #allRefusals(node: NodeFacts, rules: Plan['rules']): Record<string, string> {
    const refused: Record<string, string> = {}
    for (const rule of rules) {
      const reason = refused[rule.plugin] === undefined ? askRule(rule, node, this.#asking) : undefined
      if (reason !== undefined) refused[rule.plugin] = reason
    }
    return refused
  }

  /** What could change the answer when nothing fits. */
  causes(): ReadonlySet<Cause> {
    return this.#plan.causes(
      this.#sync()
        .refusals()
        .flatMap(({ plugin, count }) => (count > 0 ? [plugin] : [])),
    )
  }

  /** One sentence for people, when nothing fits. */
  summary(): string {
    const standing = this.#sync()
    const counts = new Map<string, number>()
    const add = (kind: string, count: number): unknown => counts.set(kind, (counts.get(kind) ?? 0) + count)
    for (const { kind, count } of standing.refusals()) if (count > 0) add(kind, count)
    const needed = this.#needed()
    for (const slot of needed.length === 0 ? [] : standing.feasible()) {
      const node = this.#books.nodes.at(slot)
      const refusal = node && firstRefusal(needed, node, this.#asking)
      if (refusal) add(kindOf(refusal.reason), 1)
    }
    return summarise(counts)
  }
}

/** FNV-1a: a lot that is the same everywhere. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
