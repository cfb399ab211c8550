/**
 * What `score` is given: the place to say which of the feasible nodes a class prefers. Each plugin's answers become 0 to 100,
 * more is better, and are added up by weight.
 */
import type { ClassPod, NodeFacts } from './candidates.ts'
import type { Contribution, Tally } from './tally.ts'

/** From the raw scores of all feasible nodes to 0..100. */
export type Normalise = (scores: readonly number[], nodes: readonly NodeFacts[]) => readonly number[]

export interface ScoreOptions {
  /** 1 unless told. */
  readonly weight?: number
  /** The scores are 0..100 already, unless told how to make them so. */
  readonly normalise?: Normalise
  /** It looks at the node's record alone. */
  readonly isFixed?: boolean
  /** It looks at more than the node and what its own pods hold, such as a tally: it is asked anew each time. */
  readonly isVolatile?: boolean
  /** Asked once before a volatile preference is asked of any node: false spares all of them. */
  readonly when?: () => boolean
}

export interface ScoreBoard {
  readonly pod: ClassPod
  add(score: (node: NodeFacts) => number, options?: ScoreOptions): void
  /** Runs before the feasible nodes are scored by volatile preferences, each time that they are, with all of them. */
  before(run: (feasible: readonly NodeFacts[]) => void): void
  /** Counts of placed pods by topology, kept up to date for as long as the class is known. */
  tally(contribution: Contribution): Tally
  /** Of nodes with equal totals one is drawn by lot, the same for the same pod; otherwise the first by name is taken. */
  drawLots(): void
}

export interface Preference {
  readonly plugin: string
  readonly score: (node: NodeFacts) => number
  readonly weight: number
  /** undefined: the scores are points already. */
  readonly normalise: Normalise | undefined
  readonly isFixed: boolean
  readonly isVolatile: boolean
  readonly when: (() => boolean) | undefined
}

/** The preferences of one class, in the order of the plugins. */
export class Board implements ScoreBoard {
  readonly pod: ClassPod
  readonly preferences: Preference[] = []
  readonly preparations: { readonly plugin: string; readonly run: (feasible: readonly NodeFacts[]) => void }[] = []
  readonly #open: (contribution: Contribution) => Tally
  /** Whose tap is being called. */
  plugin = ''
  drawsLots = false

  constructor(pod: ClassPod, open: (contribution: Contribution) => Tally) {
    this.pod = pod
    this.#open = open
  }

  add(score: (node: NodeFacts) => number, { weight = 1, normalise, isFixed = false, isVolatile = false, when }: ScoreOptions = {}): void {
    this.preferences.push({ plugin: this.plugin, score, weight, normalise, isFixed, isVolatile, when })
  }

  before(run: (feasible: readonly NodeFacts[]) => void): void {
    this.preparations.push({ plugin: this.plugin, run })
  }

  tally(contribution: Contribution): Tally {
    return this.#open(contribution)
  }

  drawLots(): void {
    this.drawsLots = true
  }
}
