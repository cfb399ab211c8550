/** Looks in on every connection now and then: all of them share one timer, and in any second only a part of them is visited. */
import type { PluginKernel } from '../../kernel/index.ts'

const STEP_MS = 1_000

export interface Visited {
  visit(): void
}

export class Rounds {
  readonly #steps: readonly Set<Visited>[]
  #step = 0

  /** @param everyMs how long after it has joined, to the step, and how often from then on each is visited */
  constructor(clock: Pick<PluginKernel['clock'], 'every'>, everyMs: number) {
    this.#steps = Array.from({ length: everyMs / STEP_MS }, () => new Set<Visited>())
    clock.every(STEP_MS, () => {
      this.#step = (this.#step + 1) % this.#steps.length
      for (const visited of this.#steps[this.#step] ?? []) visited.visit()
    })
  }

  /** @returns where it is, for `leave` */
  join(visited: Visited): number {
    this.#steps[this.#step]?.add(visited)
    return this.#step
  }

  leave(visited: Visited, step: number): void {
    this.#steps[step]?.delete(visited)
  }
}
