/** What the `filter` and `score` hooks described for one class, sorted by when it has to be asked. */
import type { Hooks } from '../hooks.ts'
import {
  Candidates,
  type Cause,
  type ClassPod,
  type NamedBulkRule,
  type NodeFacts,
  type OpenTally,
  type Refusal,
  type Rule,
} from './candidates.ts'
import type { NodeColumns } from './columns.ts'
import type { Meter } from './meter.ts'
import { Board, type BoardOptions, type BulkPreference, type Preference } from './score-board.ts'

export type AnyRule = Rule | NamedBulkRule
export type AnyPreference = Preference | BulkPreference
export type Complain = (plugin: string, error: unknown) => void

export interface PlanOptions extends Pick<BoardOptions, 'weightOf'> {
  readonly hooks: Hooks
  readonly tally: OpenTally
  readonly complain: Complain
  readonly meter: Meter
  /** Only these plugins; all unless told. */
  readonly only?: ReadonlySet<string>
}

export class Plan {
  readonly rules: readonly AnyRule[]
  /** They look at the node's record alone. */
  readonly fixed: readonly Rule[]
  /** They look at the node and what its own pods hold. */
  readonly local: readonly AnyRule[]
  /** They look further. */
  readonly volatile: readonly Rule[]
  readonly preferences: readonly AnyPreference[]
  /** Points already, and about the node alone. */
  readonly absolute: readonly AnyPreference[]
  /** About the node's record alone, and points only beside the other nodes. */
  readonly relative: readonly Preference[]
  /** About more, or points only beside the others: asked each time. */
  readonly moods: readonly Preference[]
  readonly drawsLots: boolean
  /** The same for plans that judge each node by itself alike; undefined when a plugin does not say how it judges. */
  readonly sharedAs: string | undefined
  readonly #candidates: Candidates
  readonly #board: Board
  readonly #complain: Complain
  readonly #alwaysOver: readonly string[]
  /** Which labels depends on what is counted. */
  readonly #countedOver: readonly (() => readonly string[])[]
  #over: readonly string[] = []

  constructor(pod: ClassPod, { hooks, tally, weightOf, complain, meter, only }: PlanOptions) {
    this.#candidates = new Candidates(pod, tally)
    this.#board = new Board(pod, { tally, weightOf })
    this.#complain = complain
    const wanted = ({ name }: { readonly name: string }) => only === undefined || only.has(name)
    const onFilterFailure: Complain = (plugin, error) => {
      complain(plugin, error)
      this.#candidates.rules.push({ plugin, test: () => failed(plugin, error), isFixed: true })
    }
    callEach(hooks.filter.taps.filter(wanted), this.#candidates, { onFailure: onFilterFailure, meter })
    callEach(hooks.score.taps.filter(wanted), this.#board, { onFailure: complain, meter })
    const { rules } = this.#candidates
    this.rules = rules
    this.fixed = rules.filter((rule) => isOneByOne(rule) && rule.isFixed === true && !rule.isVolatile) as Rule[]
    this.volatile = rules.filter((rule) => isOneByOne(rule) && rule.isVolatile === true) as Rule[]
    this.local = rules.filter((rule) => !isOneByOne(rule) || (!rule.isFixed && !rule.isVolatile))
    const { preferences } = this.#board
    this.preferences = preferences
    this.absolute = preferences.filter((each) => isBulk(each) || (!each.isVolatile && !each.normalise))
    const others = preferences.filter((each): each is Preference => !this.absolute.includes(each))
    this.relative = others.filter(({ isFixed, isVolatile }) => isFixed && !isVolatile)
    this.moods = others.filter(({ isFixed, isVolatile }) => !isFixed || isVolatile)
    this.drawsLots = this.#board.drawsLots
    const overs = [...this.volatile, ...this.moods].map(({ over = [] }) => over)
    this.#alwaysOver = sorted(overs.flatMap((over) => (typeof over === 'function' ? [] : over)))
    this.#countedOver = overs.filter((over) => typeof over === 'function')
    this.sharedAs = likenessOf([...this.fixed, ...this.local, ...this.absolute, ...this.relative])
  }

  /** The labels over which anything is asked now; the same array for as long as they are the same. */
  over(): readonly string[] {
    if (this.#countedOver.every((over) => over().length === 0)) return this.#alwaysOver
    const keys = sorted([...this.#alwaysOver, ...this.#countedOver.flatMap((over) => over())])
    if (keys.length !== this.#over.length || keys.some((key, index) => key !== this.#over[index])) this.#over = keys
    return this.#over
  }

  /** The volatile rules that say anything now. */
  needed(): readonly Rule[] {
    return this.volatile.length === 0 ? this.volatile : this.volatile.filter(({ plugin, when }) => this.#isOn(plugin, when))
  }

  /** The preferences that say anything now and are asked each time. */
  wished(): readonly Preference[] {
    return this.moods.length === 0 ? this.moods : this.moods.filter(({ plugin, when }) => this.#isOn(plugin, when))
  }

  /** What could help after these plugins' refusals. */
  causes(plugins: Iterable<string>): ReadonlySet<Cause> {
    const refusing = new Set([...plugins, ...this.volatile.map(({ plugin }) => plugin)])
    return new Set<Cause>(['nodes:put', ...[...refusing].flatMap((plugin) => this.#candidates.causesOf(plugin))])
  }

  /** Runs what plugins asked for before nodes are tested. */
  prepare(nodes: () => readonly NodeFacts[]): void {
    if (this.#candidates.preparations.length === 0) return
    const all = nodes()
    for (const { plugin, run } of this.#candidates.preparations) this.#contain(plugin, () => run(all))
  }

  /** Runs what plugins asked for before nodes are scored. */
  prepareScores(feasible: readonly NodeFacts[]): void {
    for (const { plugin, run } of this.#board.preparations) this.#contain(plugin, () => run(feasible))
  }

  #isOn(plugin: string, when: (() => boolean) | undefined): boolean {
    if (!when) return true
    try {
      return when()
    } catch (error) {
      this.#complain(plugin, error)
      return true
    }
  }

  #contain(plugin: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#complain(plugin, error)
    }
  }
}

const sorted = (keys: readonly string[]): readonly string[] => [...new Set(keys)].toSorted()

/** The same text for rules and preferences that say the same, weigh the same, and stand in the same order. */
function likenessOf(said: readonly (AnyRule | AnyPreference)[]): string | undefined {
  if (said.some(({ sharedAs }) => sharedAs === undefined)) return undefined
  return JSON.stringify(said.map((each) => [each.plugin, each.sharedAs, 'weight' in each ? each.weight : 0]))
}

export const isOneByOne = (rule: AnyRule): rule is Rule => 'test' in rule
export const isBulk = (preference: AnyPreference): preference is BulkPreference => 'scoreAll' in preference

export interface Asking {
  readonly columns: NodeColumns
  readonly complain: Complain
  readonly meter: Meter
}

/** A preference's score of one node; 0 where it throws or says what is no number, and it is named. */
export function askScore({ plugin, score }: Preference, node: NodeFacts, complain: Complain): number {
  try {
    const points = score(node)
    if (Number.isFinite(points)) return points
    complain(plugin, new Error('a score is not a number'))
  } catch (error) {
    complain(plugin, error)
  }
  return 0
}

/** The first refusal of a node, undefined when no rule refuses it. */
export function firstRefusal(rules: readonly AnyRule[], node: NodeFacts, asking: Asking): Refusal | undefined {
  for (const rule of rules) {
    const reason = askRule(rule, node, asking)
    if (reason !== undefined) return { plugin: rule.plugin, reason }
  }
  return undefined
}

const ONE = new Int32Array(1)

/** Whether a rule keeps a node. A rule that throws does not, and is named. */
export function passes(rule: AnyRule, node: NodeFacts, { columns, complain }: Asking): boolean {
  try {
    if (isOneByOne(rule)) return rule.test(node) === true
    ONE[0] = node.slot
    return rule.keep(ONE, 1, columns) === 1
  } catch (error) {
    complain(rule.plugin, error)
    return false
  }
}

/** Why a rule refuses a node, undefined when it does not. A rule that throws refuses, and is named. */
export function askRule(rule: AnyRule, node: NodeFacts, { columns, complain }: Asking): string | undefined {
  const { plugin } = rule
  try {
    const verdict = isOneByOne(rule) ? rule.test(node) : rule.keep(Int32Array.of(node.slot), 1, columns) === 1 || rule.reason(node)
    if (verdict === true) return undefined
    return typeof verdict === 'string' ? verdict : `are refused by ${plugin}`
  } catch (error) {
    complain(plugin, error)
    return failed(plugin, error)
  }
}

const failed = (plugin: string, error: unknown): string =>
  `plugin ${plugin} failed: ${error instanceof Error ? error.message : String(error)}`

/** Calls each tap with its plugin's name on the subject, so that what it describes carries it; a tap that throws stops no other. */
function callEach<T extends { plugin: string }>(
  taps: readonly { readonly name: string; readonly fn: unknown }[],
  subject: T,
  { onFailure, meter }: { readonly onFailure: Complain; readonly meter: Meter },
): void {
  for (const { name, fn } of taps) {
    subject.plugin = name
    const started = meter.start()
    try {
      ;(fn as (subject: T) => void)(subject)
    } catch (error) {
      onFailure(name, error)
    }
    meter.took('describe', started, name)
  }
}
