/**
 * Where one class of pods may run and would rather run: the `filter` and `score` hooks called once, and what they described asked
 * of the nodes. It reads nodes and books and changes nothing. Ties go to the node that comes first by name, or by lot where a plugin
 * asked for it; so the same state, plugins and pod give the same placement.
 */
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Pod } from '../schema/index.ts'
import type { Books } from './books.ts'
import { Candidates, type Cause, type ClassPod, type NodeFacts, type Refusal, type Rule } from './candidates.ts'
import { LazyJudgement, type Judgement } from './judgement.ts'
import { Board, type Preference } from './score-board.ts'
import { kindOf, Standing } from './standing.ts'
import { summarise } from './summary.ts'
import type { Contribution, Tally } from './tally.ts'

/** One node in full: every plugin that refuses it, or every plugin's score. */
export interface Explanation {
  readonly node: NodeFacts
  readonly refused: Readonly<Record<string, string>>
  readonly scores: Readonly<Record<string, number>>
  readonly total: number
}

export interface PlacementOptions {
  readonly hooks: Hooks
  readonly books: Books
  readonly log: Log
  /** Only these plugins; all unless told. */
  readonly only?: ReadonlySet<string>
}

/** What the hooks described for one class. */
export class Placement {
  readonly #candidates: Candidates
  readonly #board: Board
  readonly #books: Books
  readonly #log: Log
  readonly #tallies: Tally[] = []
  readonly #standing: Standing
  readonly #local: readonly Rule[]
  readonly #volatile: readonly Rule[]
  readonly #moods: readonly Preference[]
  readonly #recalled = new Map<string, { readonly stamp: number; readonly answer: unknown }>()
  #prepared = -1

  constructor(pod: ClassPod, { hooks, books, log, only }: PlacementOptions) {
    this.#books = books
    this.#log = log
    const open = (contribution: Contribution): Tally => {
      const tally = books.open(contribution)
      this.#tallies.push(tally)
      return tally
    }
    this.#candidates = new Candidates(pod, open)
    this.#board = new Board(pod, open)
    const wanted = ({ name }: { readonly name: string }) => only === undefined || only.has(name)
    callEach(hooks.filter.taps.filter(wanted), this.#candidates, (plugin, error) => {
      this.#candidates.rules.push({ plugin, test: () => failed(plugin, error), isFixed: true })
    })
    callEach(hooks.score.taps.filter(wanted), this.#board, (plugin, error) => this.#complain(plugin, error))
    const { rules } = this.#candidates
    const { preferences } = this.#board
    this.#local = rules.filter(({ isVolatile }) => !isVolatile)
    this.#volatile = rules.filter(({ isVolatile }) => isVolatile)
    this.#moods = preferences.filter(({ isVolatile }) => isVolatile)
    const fixed = this.#local.filter(({ isFixed }) => isFixed)
    const changing = this.#local.filter(({ isFixed }) => !isFixed)
    const absolute = preferences.filter(({ isVolatile, normalise }) => !isVolatile && !normalise)
    this.#standing = new Standing(books.nodes, {
      fixedRefusal: (node) => this.#refusal(node, fixed),
      refusal: (node) => this.#refusal(node, changing),
      points: (node) => absolute.reduce((sum, each) => sum + each.weight * this.#score(each, node), 0),
      relative: preferences
        .filter(({ isVolatile, normalise }) => !isVolatile && normalise)
        .map((each) => ({ ...each, score: (node) => this.#score(each, node) })),
    })
  }

  /** The class is forgotten: nothing is counted for it any more. */
  close(): void {
    for (const tally of this.#tallies) this.#books.close(tally)
  }

  /** @param lot draws among equals, where a plugin asked for it */
  judge(lot = ''): Judgement {
    return new LazyJudgement(this.#choose(lot), {
      all: () => this.#askAll(),
      causes: () => this.#causes(),
      summary: () => this.#summary(),
    })
  }

  /** Whether one node would do, if these pods of it were gone. */
  fitsWithout(node: NodeFacts, pods: readonly Pod[]): boolean {
    if (this.#refusal(withoutPods(node, pods), this.#local) !== undefined) return false
    // Only rules that look further than the node need the books themselves without these pods.
    if (this.#needed().length === 0) return true
    return this.#books.without(pods, () => this.#refusal(node, this.#needed()) === undefined)
  }

  /** What `compute` answered for the node before, if nothing has changed since that a rule of this class looks at. */
  recall<T>(node: NodeFacts, compute: () => T): T {
    if (this.#needed().length > 0) return compute()
    const stamp = this.#books.nodes.stampOf(node.id) ?? -1
    const known = this.#recalled.get(node.id)
    if (known?.stamp === stamp) return known.answer as T
    const answer = compute()
    this.#recalled.set(node.id, { stamp, answer })
    return answer
  }

  /** Whether the node is refused for a reason that no pod's leaving could change. */
  isHopeless(node: NodeFacts): boolean {
    return this.#local.some((rule) => rule.isFixed && this.#ask(rule, node) !== undefined)
  }

  /** Everything that every plugin says of every node. */
  explain(): Explanation[] {
    this.#prepare()
    const needed = new Set(this.#needed())
    const rules = this.#candidates.rules.filter((rule) => !rule.isVolatile || needed.has(rule))
    const nodes = [...this.#books.nodes.all()]
    const refusals = new Map(nodes.map((node) => [node, this.#allRefusals(node, rules)]))
    const feasible = nodes.filter((node) => Object.keys(refusals.get(node) ?? {}).length === 0)
    const scored = this.scores(feasible)
    return nodes.map((node) => ({ node, refused: refusals.get(node) ?? {}, ...(scored.get(node) ?? { scores: {}, total: 0 }) }))
  }

  /** Each plugin's score of each feasible node, and the weighted sum. */
  scores(feasible: readonly NodeFacts[]): Map<NodeFacts, { scores: Record<string, number>; total: number }> {
    const scored = new Map<NodeFacts, { scores: Record<string, number>; total: number }>(
      feasible.map((node) => [node, { scores: {}, total: 0 }]),
    )
    this.#prepareBoard(feasible)
    for (const preference of this.#board.preferences) {
      const points = this.#points(preference, feasible)
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

  #choose(lot: string): NodeFacts | undefined {
    const { nodes } = this.#books
    this.#standing.sync()
    const needed = this.#needed()
    const moods = this.#moods.filter(({ when }) => when?.() ?? true)
    if (needed.length === 0 && moods.length === 0 && !this.#standing.isRelative && !this.#board.drawsLots) {
      return nodes.at(this.#standing.best())
    }
    const slots: number[] = []
    const feasible: NodeFacts[] = []
    for (const slot of this.#standing.feasible()) {
      const node = nodes.at(slot)
      if (!node || this.#refusal(node, needed)) continue
      slots.push(slot)
      feasible.push(node)
    }
    return this.#bestOf(feasible, { slots, moods, lot })
  }

  #bestOf(feasible: readonly NodeFacts[], { slots, moods, lot }: { slots: readonly number[]; moods: readonly Preference[]; lot: string }) {
    if (feasible.length <= 1) return feasible[0]
    if (moods.length > 0) this.#prepareBoard(feasible)
    const totals = slots.map((slot) => this.#standing.total(slot))
    const relative = this.#standing.isRelative
      ? this.#board.preferences.filter(({ isVolatile, normalise }) => !isVolatile && normalise)
      : []
    for (const preference of [...relative, ...moods]) {
      const points = this.#points(preference, feasible)
      for (let index = 0; index < totals.length; index += 1) totals[index] = (totals[index] ?? 0) + preference.weight * (points[index] ?? 0)
    }
    const { ranks } = this.#books.nodes
    const lots = this.#board.drawsLots ? feasible.map(({ name }) => hash(`${lot}/${name}`)) : undefined
    let best = 0
    for (let index = 1; index < totals.length; index += 1) {
      const lead = (totals[index] ?? 0) - (totals[best] ?? 0)
      const drawn = lead === 0 && lots ? (lots[best] ?? 0) - (lots[index] ?? 0) : 0
      const isFirst = (ranks[slots[index] ?? 0] ?? 0) < (ranks[slots[best] ?? 0] ?? 0)
      if (lead > 0 || (lead === 0 && (drawn > 0 || (drawn === 0 && isFirst)))) best = index
    }
    return feasible[best]
  }

  /** The volatile rules that say anything now. */
  #needed(): readonly Rule[] {
    if (this.#volatile.length === 0) return this.#volatile
    this.#prepare()
    return this.#volatile.filter(({ when }) => when?.() ?? true)
  }

  #askAll(): { feasible: NodeFacts[]; refusals: Map<NodeFacts, Refusal> } {
    this.#prepare()
    const needed = new Set(this.#needed())
    const rules = this.#candidates.rules.filter((rule) => !rule.isVolatile || needed.has(rule))
    const feasible: NodeFacts[] = []
    const refusals = new Map<NodeFacts, Refusal>()
    for (const node of this.#books.nodes.all()) {
      const refusal = this.#refusal(node, rules)
      if (refusal) refusals.set(node, refusal)
      else feasible.push(node)
    }
    return { feasible, refusals }
  }

  #points(preference: Preference, feasible: readonly NodeFacts[]): readonly number[] {
    const { plugin, normalise, when } = preference
    if (when && !when() && preference.isVolatile && !normalise) return []
    try {
      const scores = feasible.map((node) => this.#score(preference, node))
      const points = normalise ? normalise(scores, feasible) : scores
      if (points.every(Number.isFinite)) return points
      this.#complain(plugin, new Error('a score is not a number'))
    } catch (error) {
      this.#complain(plugin, error)
    }
    return []
  }

  #score({ plugin, score }: Preference, node: NodeFacts): number {
    try {
      const points = score(node)
      if (Number.isFinite(points)) return points
      this.#complain(plugin, new Error('a score is not a number'))
    } catch (error) {
      this.#complain(plugin, error)
    }
    return 0
  }

  #refusal(node: NodeFacts, rules: readonly Rule[]): Refusal | undefined {
    for (const rule of rules) {
      const reason = this.#ask(rule, node)
      if (reason !== undefined) return { plugin: rule.plugin, reason }
    }
    return undefined
  }

  #allRefusals(node: NodeFacts, rules: readonly Rule[]): Record<string, string> {
    const refused: Record<string, string> = {}
    for (const rule of rules) {
      const reason = refused[rule.plugin] === undefined ? this.#ask(rule, node) : undefined
      if (reason !== undefined) refused[rule.plugin] = reason
    }
    return refused
  }

  #ask({ plugin, test }: Rule, node: NodeFacts): string | undefined {
    try {
      const verdict = test(node)
      if (verdict === true) return undefined
      return typeof verdict === 'string' ? verdict : `are refused by ${plugin}`
    } catch (error) {
      this.#complain(plugin, error)
      return failed(plugin, error)
    }
  }

  /** Runs what plugins asked for before the nodes are tested, if a node has changed since the last time. */
  #prepare(): void {
    const { version } = this.#books.nodes
    if (this.#candidates.preparations.length === 0 || this.#prepared === version) return
    this.#prepared = version
    const nodes = [...this.#books.nodes.all()]
    for (const { plugin, run } of this.#candidates.preparations) this.#contain(plugin, () => run(nodes))
  }

  #prepareBoard(feasible: readonly NodeFacts[]): void {
    for (const { plugin, run } of this.#board.preparations) this.#contain(plugin, () => run(feasible))
  }

  #causes(): ReadonlySet<Cause> {
    const plugins = new Set([...this.#standing.refusing, ...this.#volatile.map(({ plugin }) => plugin)])
    return new Set<Cause>(['nodes:put', ...[...plugins].flatMap((plugin) => this.#candidates.causesOf(plugin))])
  }

  #summary(): string {
    const counts = new Map(this.#standing.refused)
    const needed = this.#needed()
    for (const slot of this.#standing.feasible()) {
      const node = this.#books.nodes.at(slot)
      const refusal = node && this.#refusal(node, needed)
      if (refusal) counts.set(kindOf(refusal.reason), (counts.get(kindOf(refusal.reason)) ?? 0) + 1)
    }
    return summarise(counts)
  }

  #contain(plugin: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#complain(plugin, error)
    }
  }

  #complain(plugin: string, error: unknown): void {
    this.#log.error('a plugin failed while scheduling', { plugin, error: String(error) })
  }
}

function withoutPods(node: NodeFacts, pods: readonly Pod[]): NodeFacts {
  const { cpu, memory, storage, pods: count, assumed } = node.allocated
  const left = { cpu, memory, storage, pods: count - pods.length, assumed }
  for (const { resources } of pods) {
    left.cpu -= resources.requests.cpu ?? 0
    left.memory -= resources.requests.memory ?? 0
    left.storage -= resources.requests.storage ?? 0
  }
  return { ...node, allocated: left }
}

const failed = (plugin: string, error: unknown): string =>
  `plugin ${plugin} failed: ${error instanceof Error ? error.message : String(error)}`

/** Calls each tap with its plugin's name on the subject, so that what it describes carries it; a tap that throws stops no other. */
function callEach<T extends { plugin: string }>(
  taps: readonly { readonly name: string; readonly fn: unknown }[],
  subject: T,
  onFailure: (plugin: string, error: unknown) => void,
): void {
  for (const { name, fn } of taps) {
    subject.plugin = name
    try {
      ;(fn as (subject: T) => void)(subject)
    } catch (error) {
      onFailure(name, error)
    }
  }
}

/** FNV-1a: a lot that is the same everywhere. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
