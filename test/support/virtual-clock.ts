/** A clock that stands still until a test moves it: timers run in the order of their time, and those of one time in the order they were set. */
import type { Clock } from '../../kernel/clock.ts'

interface Timer {
  at: number
  order: number
  readonly run: () => void
  /** ms between runs; undefined runs once */
  readonly period: number | undefined
}

/** A callback that sets timers of 0 ms for ever would hang a test silently; this many in one advance is an error instead. */
const RUNS_MAX = 1_000_000

export class VirtualClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  /** @param start epoch ms */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    return this.#add({ at: this.#now + Math.max(0, ms), order: this.#order++, run, period: undefined })
  }

  every(ms: number, run: () => void): () => void {
    const period = Math.max(1, ms)
    return this.#add({ at: this.#now + period, order: this.#order++, run, period })
  }

  /** Moves time forward and runs what falls due on the way, also what those runs set; now() is the timer's own time while it runs. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let runs = 0; ; runs++) {
      const timer = this.#next()
      if (!timer || timer.at > end) break
      if (runs === RUNS_MAX) throw new Error(`${RUNS_MAX} timers ran in one advance of ${ms} ms: something sets timers without end`)
      this.#now = timer.at
      this.#reschedule(timer)
      timer.run()
    }
    this.#now = end
  }

  /** How many timers wait; 0 is what a component that was stopped leaves behind. */
  get pending(): number {
    return this.#timers.size
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  #reschedule(timer: Timer): void {
    if (timer.period === undefined) {
      this.#timers.delete(timer)
      return
    }
    timer.at += timer.period
    timer.order = this.#order++
  }

  #next(): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer
    }
    return first
  }
}
