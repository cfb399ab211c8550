/**
 * Where one class of pods may run and would rather run: the `filter` and `score` hooks called once, and what they described
 * evaluated over the nodes. It reads nodes and books and changes nothing. Ties go to the node that comes first by name, or by
 * lot where a plugin asked for it; so the same state, plugins and pod give the same placement.
 */
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Node } from '../schema/index.ts'
import type { Books } from './books.ts'
import { Candidates, type Cause, type ClassPod, type NodeFacts, type Refusal, type Rule } from './candidates.ts'
import { Board, type Preference } from './score-board.ts'
import type { Contribution, Tally } from './tally.ts'
import type { Usage } from './usage.ts'

export interface Judgement {
  readonly best: NodeFacts | undefined
  readonly feasible: readonly NodeFacts[]
  /** Why each other node was refused. */
  readonly refusals: ReadonlyMap<NodeFacts, Refusal>
  /** What could change the answer when nothing fits. */
  readonly causes: ReadonlySet<Cause>
}

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
    const wanted = (name: string) => only === undefined || only.has(name)
    callEach(
      hooks.filter.taps.filter(({ name }) => wanted(name)),
      this.#candidates,
      (plugin, error) => {
        this.#candidates.rules.push({ plugin, test: () => failed(plugin, error), isFixed: true })
      },
    )
    callEach(
      hooks.score.taps.filter(({ name }) => wanted(name)),
      this.#board,
      (plugin, error) => this.#complain(plugin, error),
    )
  }

  /** The class is forgotten: nothing is counted for it any more. */
  close(): void {
    for (const tally of this.#tallies) this.#books.close(tally)
  }

  /** @param lot draws among equals, where a plugin asked for it */
  judge(nodes: readonly NodeFacts[], lot = ''): Judgement {
    this.#prepare(this.#candidates.preparations, nodes)
    const feasible: NodeFacts[] = []
    const refusals = new Map<NodeFacts, Refusal>()
    for (const node of nodes) {
      const refusal = this.#refusal(node, this.#candidates.rules)
      if (refusal) refusals.set(node, refusal)
      else feasible.push(node)
    }
    return { best: this.#best(feasible, lot), feasible, refusals, causes: this.#causes(refusals) }
  }

  /** Whether one node would do, as the books stand. @param nodes all of them, for rules that look at all */
  fits(node: NodeFacts, nodes: readonly NodeFacts[]): boolean {
    this.#prepare(this.#candidates.preparations, nodes)
    return this.#refusal(node, this.#candidates.rules) === undefined
  }

  /** Whether the node is refused for a reason that no pod's leaving could change. */
  isHopeless(node: NodeFacts): boolean {
    return (
      this.#refusal(
        node,
        this.#candidates.rules.filter(({ isFixed }) => isFixed),
      ) !== undefined
    )
  }

  /** Everything that every plugin says of every node. */
  explain(nodes: readonly NodeFacts[]): Explanation[] {
    this.#prepare(this.#candidates.preparations, nodes)
    const refusals = new Map(nodes.map((node) => [node, this.#allRefusals(node)]))
    const feasible = nodes.filter((node) => Object.keys(refusals.get(node) ?? {}).length === 0)
    const scored = this.scores(feasible)
    return nodes.map((node) => ({ node, refused: refusals.get(node) ?? {}, ...(scored.get(node) ?? { scores: {}, total: 0 }) }))
  }

  /** Each plugin's score of each feasible node, and the weighted sum. */
  scores(feasible: readonly NodeFacts[]): Map<NodeFacts, { scores: Record<string, number>; total: number }> {
    this.#prepare(this.#board.preparations, feasible)
    const scored = new Map<NodeFacts, { scores: Record<string, number>; total: number }>(
      feasible.map((node) => [node, { scores: {}, total: 0 }]),
    )
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

  #best(feasible: readonly NodeFacts[], lot: string): NodeFacts | undefined {
    if (feasible.length <= 1) return feasible[0]
    this.#prepare(this.#board.preparations, feasible)
    const totals = new Float64Array(feasible.length)
    for (const preference of this.#board.preferences) {
      this.#points(preference, feasible).forEach((score, index) => (totals[index] = (totals[index] ?? 0) + preference.weight * score))
    }
    const highest = totals.reduce((most, total) => Math.max(most, total), -Infinity)
    const equals = feasible.filter((_node, index) => totals[index] === highest)
    const rank = this.#board.drawsLots ? (node: NodeFacts) => hash(`${lot}/${node.name}`) : () => 0
    return equals.reduce((first, node) =>
      rank(node) < rank(first) || (rank(node) === rank(first) && node.name < first.name) ? node : first,
    )
  }

  #points({ plugin, score, normalise }: Preference, feasible: readonly NodeFacts[]): readonly number[] {
    try {
      const points = normalise(feasible.map(score), feasible)
      if (points.every(Number.isFinite)) return points
      this.#complain(plugin, new Error('a score is not a number'))
    } catch (error) {
      this.#complain(plugin, error)
    }
    return []
  }

  #refusal(node: NodeFacts, rules: readonly Rule[]): Refusal | undefined {
    for (const rule of rules) {
      const reason = this.#ask(rule, node)
      if (reason !== undefined) return { plugin: rule.plugin, reason }
    }
    return undefined
  }

  #allRefusals(node: NodeFacts): Record<string, string> {
    const refused: Record<string, string> = {}
    for (const rule of this.#candidates.rules) {
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

  #prepare(preparations: readonly { plugin: string; run: (nodes: readonly NodeFacts[]) => void }[], nodes: readonly NodeFacts[]): void {
    for (const { plugin, run } of preparations) {
      try {
        run(nodes)
      } catch (error) {
        this.#complain(plugin, error)
      }
    }
  }

  #causes(refusals: ReadonlyMap<NodeFacts, Refusal>): ReadonlySet<Cause> {
    const plugins = new Set([...refusals.values()].map(({ plugin }) => plugin))
    return new Set<Cause>(['nodes:put', ...[...plugins].flatMap((plugin) => this.#candidates.causesOf(plugin))])
  }

  #complain(plugin: string, error: unknown): void {
    this.#log.error('a plugin failed while scheduling', { plugin, error: String(error) })
  }
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

/** A node with what its pods hold, at the moment it is asked. */
export const withUsage = (node: Node, usage: Usage): NodeFacts => ({
  ...node,
  get allocated() {
    return usage.of(node.id)
  },
})
