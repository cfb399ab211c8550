/** Whether the store can be reached, as those see it who call it: away as long as one of them waits for an answer. */
import type { Log } from '../../kernel/log.ts'

export class Availability {
  readonly #log: Log
  readonly #reasons = new Map<string, string>()

  constructor(log: Log) {
    this.#log = log
  }

  get away(): string | undefined {
    return this.#reasons.values().next().value
  }

  lose(caller: string, reason: string): void {
    if (this.#reasons.size === 0) this.#log.warn('the store is away', { caller, reason })
    this.#reasons.set(caller, reason)
  }

  regain(caller: string): void {
    if (this.#reasons.delete(caller) && this.#reasons.size === 0) this.#log.info('the store is back', { caller })
  }
}
