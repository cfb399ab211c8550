/**
 * How much a pod may say on its port. A port cannot be read more slowly: what is not taken piles up in the agent, so a pod that
 * says more than its runtime ever does is ended.
 */
/** The pack runtime lets 2,000 lines a second through; the rest is room for calls. */
const MESSAGES_PER_SECOND = 10_000
/** Fits the largest request of `context.fetch`, in base64. */
const MESSAGE_CHARACTERS_MAX = 8_000_000
const CHARACTERS_PER_SECOND = 40_000_000

export class PortLimit {
  readonly #onBroken: (why: string) => void
  #messages = MESSAGES_PER_SECOND
  #characters = CHARACTERS_PER_SECOND
  #countedAt = performance.now()

  constructor(onBroken: (why: string) => void) {
    this.#onBroken = onBroken
  }

  /** @returns whether the message may be looked at; when not, the pod is told off and ended */
  takes(characters: number): boolean {
    const now = performance.now()
    const seconds = (now - this.#countedAt) / 1000
    this.#countedAt = now
    this.#messages = Math.min(MESSAGES_PER_SECOND, this.#messages + seconds * MESSAGES_PER_SECOND) - 1
    this.#characters = Math.min(CHARACTERS_PER_SECOND, this.#characters + seconds * CHARACTERS_PER_SECOND) - characters
    const broken = this.#broken(characters)
    if (broken !== undefined) this.#onBroken(broken)
    return broken === undefined
  }

  #broken(characters: number): string | undefined {
    if (characters > MESSAGE_CHARACTERS_MAX) return `a message has ${characters} characters, and ${MESSAGE_CHARACTERS_MAX} is the most`
    if (this.#messages < 0) return `the pod says more than ${MESSAGES_PER_SECOND} messages a second`
    if (this.#characters < 0) return `the pod says more than ${CHARACTERS_PER_SECOND} characters a second`
    return undefined
  }
}
