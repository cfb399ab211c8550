/**
 * What `score` is given: the place to say which of the feasible nodes a class prefers. Each plugin's answers become 0 to 100,
 * count by their weight, and add up; the highest sum wins.
 */
import type { ClassPod, NodeFacts, OpenTally } from './candidates.ts'
import type { NodeColumns } from './columns.ts'
import type { Tally } from './tally.ts'

/** From the raw scores of all feasible nodes to 0..100. */
export type Normalise = (scores: readonly number[], nodes: readonly NodeFacts[]) => readonly number[]

export interface ScoreOptions {
  /** 1 unless told, and unless the cluster's configuration says otherwise for the plugin. */
  readonly weight?: number
  /** The scores are 0..100 already, unless told how to make them so. */
  readonly normalise?: Normalise
  /** It looks at the node's record alone. */
  readonly isFixed?: boolean
  /** With the same text here it says the same of every node, whichever pod it is for, and is asked once for all. Not for volatile preferences. */
  readonly sharedAs?: string
  /** It looks at more than the node and what its own pods hold, such as a tally: it is asked anew each time. */
  readonly isVolatile?: boolean
  /** Asked once before a volatile preference is asked of any node: false spares all of them. */
  readonly when?: () => boolean
  /** For a volatile preference: of the node it looks at the values of these labels alone, so it is asked once for all nodes that agree in them. */
  readonly over?: readonly string[] | (() => readonly string[])
}

export type BulkOptions = Pick<ScoreOptions, 'weight' | 'sharedAs'>

/** Adds points, 0..100, at the same index as the node's slot. It looks at the numbers of the node and of what its pods hold. */
export type BulkScore = (slots: Int32Array, count: number, points: Float64Array, nodes: NodeColumns) => void

export interface ScoreBoard {
  readonly pod: ClassPod
  add(score: (node: NodeFacts) => number, options?: ScoreOptions): void
  /** As `add`, over columns: the points are 0..100 already. */
  addAll(score: BulkScore, options?: BulkOptions): void
  /** Runs before the feasible nodes are scored by volatile preferences, each time that they are, with all of them, or with one for all that agree in what is looked at. */
  before(run: (feasible: readonly NodeFacts[]) => void): void
  /** Counts of placed pods by topology, kept up to date for as long as the class is known. */
  tally: OpenTally
  /** Of nodes with equal totals one is drawn by lot, the same for the same pod; otherwise the first by name is taken. */
  drawLots(): void
}

export interface Preference extends Omit<ScoreOptions, 'weight'> {
  readonly plugin: string
  readonly score: (node: NodeFacts) => number
  readonly weight: number
}
export interface BulkPreference extends Omit<BulkOptions, 'weight'> {
  readonly plugin: string
  readonly scoreAll: BulkScore
  readonly weight: number
}

export interface BoardOptions {
  readonly tally: (...args: Parameters<OpenTally>) => Tally
  /** What the cluster's configuration says of a plugin's weight. */
  readonly weightOf: (plugin: string) => number | undefined
}

/** The preferences of one class, in the order of the plugins. */
export class Board implements ScoreBoard {
  readonly pod: ClassPod
  readonly preferences: (Preference | BulkPreference)[] = []
  readonly preparations: { readonly plugin: string; readonly run: (feasible: readonly NodeFacts[]) => void }[] = []
  readonly tally: OpenTally
  readonly #weightOf: BoardOptions['weightOf']
  /** Whose tap is being called. */
  plugin = ''
  drawsLots = false

  constructor(pod: ClassPod, { tally, weightOf }: BoardOptions) {
    this.pod = pod
    this.tally = tally
    this.#weightOf = weightOf
  }

  add(score: (node: NodeFacts) => number, options: ScoreOptions = {}): void {
    this.preferences.push({ ...options, plugin: this.plugin, score, weight: this.#weight(options) })
  }

  addAll(scoreAll: BulkScore, options: BulkOptions = {}): void {
    this.preferences.push({ ...options, plugin: this.plugin, scoreAll, weight: this.#weight(options) })
  }

  before(run: (feasible: readonly NodeFacts[]) => void): void {
    this.preparations.push({ plugin: this.plugin, run })
  }

  drawLots(): void {
    this.drawsLots = true
  }

  #weight({ weight = 1 }: Pick<ScoreOptions, 'weight'>): number {
    return this.#weightOf(this.plugin) ?? weight
  }
}
