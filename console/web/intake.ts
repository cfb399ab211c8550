/**
 * What has arrived and is still to be applied, in the order in which it came: with the frames of the screen, and never more in one than
 * leaves time to draw it, so that the page answers while a hundred thousand records come.
 */

const APPLYING_MS_MAX = 10
/** Beyond so many a tab cannot keep up, and holding them would cost more than a jerk. */
const WAITING_MAX = 50_000

export interface Arrival {
  readonly records: number
  readonly apply: () => void
}
export interface IntakeOptions {
  /** Something has been applied. */
  readonly onApplied: () => void
  readonly now: () => number
  /** Runs with the next frame; undefined where there will be none, because the tab is hidden. */
  readonly nextFrame: () => ((run: () => void) => void) | undefined
}

export class Intake {
  readonly #options: IntakeOptions
  readonly #waiting: Arrival[] = []
  #records = 0
  #isDue = false

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  add(arrival: Arrival): void {
    this.#waiting.push(arrival)
    this.#records += arrival.records
    const nextFrame = this.#options.nextFrame()
    if (!nextFrame || this.#records > WAITING_MAX) this.#apply(Number.POSITIVE_INFINITY)
    else this.#soon(nextFrame)
  }

  #soon(nextFrame: (run: () => void) => void): void {
    if (this.#isDue) return
    this.#isDue = true
    nextFrame(() => {
      this.#isDue = false
      this.#apply(APPLYING_MS_MAX)
    })
  }

  /** At least one, however little time there is. */
  #apply(ms: number): void {
    const { now, onApplied, nextFrame } = this.#options
    const began = now()
    let applied = 0
    for (const { records, apply } of this.#waiting) {
      if (applied > 0 && now() - began >= ms) break
      applied += 1
      this.#records -= records
      apply()
    }
    this.#waiting.splice(0, applied)
    if (applied > 0) onApplied()
    const next = this.#waiting.length > 0 ? nextFrame() : undefined
    if (next) this.#soon(next)
  }
}
