/**
 * What `score` is given: the place to say which of the feasible nodes a class prefers. Each function answers 0 to 100,
 * more is better; answers are added up by weight.
 */
import type { ClassPod, NodeFacts } from './candidates.ts'

export interface ScoreBoard {
  readonly pod: ClassPod
  /** @param options weight: 1 unless told */
  add(score: (node: NodeFacts) => number, options?: { readonly weight?: number }): void
}

interface Preference {
  readonly plugin: string
  readonly score: (node: NodeFacts) => number
  readonly weight: number
}

/** The preferences of one class, in the order of the plugins. */
export class Board implements ScoreBoard {
  readonly pod: ClassPod
  readonly preferences: Preference[] = []
  /** Whose tap is being called. */
  plugin = ''

  constructor(pod: ClassPod) {
    this.pod = pod
  }

  add(score: (node: NodeFacts) => number, { weight = 1 }: { readonly weight?: number } = {}): void {
    this.preferences.push({ plugin: this.plugin, score, weight })
  }
}
