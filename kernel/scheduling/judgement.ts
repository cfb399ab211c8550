/** What is found of one class of pods when its pods are to be placed. What few ask of it is found out when they ask. */
import type { Cause, NodeFacts, Refusal } from './candidates.ts'

export interface Judgement {
  readonly best: NodeFacts | undefined
  readonly feasible: readonly NodeFacts[]
  /** Why each other node was refused. */
  readonly refusals: ReadonlyMap<NodeFacts, Refusal>
  /** What could change the answer when nothing fits. */
  readonly causes: ReadonlySet<Cause>
  /** One sentence for people, when nothing fits. */
  readonly summary: string
}

export class LazyJudgement implements Judgement {
  readonly best: NodeFacts | undefined
  readonly #find: Findings
  #all: ReturnType<Findings['all']> | undefined

  constructor(best: NodeFacts | undefined, find: Findings) {
    this.best = best
    this.#find = find
  }

  get feasible(): readonly NodeFacts[] {
    return (this.#all ??= this.#find.all()).feasible
  }

  get refusals(): ReadonlyMap<NodeFacts, Refusal> {
    return (this.#all ??= this.#find.all()).refusals
  }

  get causes(): ReadonlySet<Cause> {
    return this.#find.causes()
  }

  get summary(): string {
    return this.#find.summary()
  }
}

interface Findings {
  all(): Pick<Judgement, 'feasible' | 'refusals'>
  causes(): ReadonlySet<Cause>
  summary(): string
}
