/**
 * How long plugins take while pods are placed. It costs about as much as the quicker rules do, so only one of so many passes is timed, and
 * none while nobody has handed in a stopwatch: the kernel has no clock of its own.
 */

/** One pass of ten is timed. Source: kube-scheduler's pluginMetricsSamplePercent */
const PASSES_PER_SAMPLE = 10

/** describe: `filter` and `score` are called for a class; filter and score: nodes are judged; preempt: room is sought. */
export type Phase = 'describe' | 'filter' | 'score' | 'preempt'

export interface Stopwatch {
  /** ms, from no particular moment; it never throws */
  readonly now: () => number
  /** What one plugin took in a phase or, without a plugin, all of them together. It never throws. */
  readonly onTimed: (phase: Phase, ms: number, plugin?: string) => void
}

export class Meter {
  #stopwatch: Stopwatch | undefined
  #passes = 0
  #isTimed = false

  /** @returns what ends it. @throws Error when somebody measures already */
  use(stopwatch: Stopwatch): () => void {
    if (this.#stopwatch) throw new Error('the scheduler is being measured already')
    this.#stopwatch = stopwatch
    return () => (this.#stopwatch = undefined)
  }

  beginPass(): void {
    this.#isTimed = this.#stopwatch !== undefined && this.#passes % PASSES_PER_SAMPLE === 0
    this.#passes += 1
  }

  endPass(): void {
    this.#isTimed = false
  }

  /** @returns what `took` wants to know */
  start(): number {
    return this.#isTimed && this.#stopwatch ? this.#stopwatch.now() : 0
  }

  took(phase: Phase, started: number, plugin?: string): void {
    if (this.#isTimed && this.#stopwatch) this.#stopwatch.onTimed(phase, this.#stopwatch.now() - started, plugin)
  }
}
