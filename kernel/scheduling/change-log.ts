/**
 * Which slots have changed, in order: whoever keeps something about nodes replays what it missed and pays for change, not for the
 * size of the cluster. It keeps the newest changes only; who has missed more starts over.
 */

const LOG_MAX = 1 << 16

export class ChangeLog {
  readonly #slots = new Int32Array(LOG_MAX)
  #seen = new Int32Array(0)
  #round = 0
  #found = new Int32Array(0)
  /** How many changes there were: to be given to `since` later. */
  position = 0

  push(slot: number): void {
    this.#slots[this.position & (LOG_MAX - 1)] = slot
    this.position += 1
  }

  /**
   * The slots that have changed since a position, each once; undefined when that is too long ago.
   * @param slots how many slots there are
   * @returns to be read before the next call, which uses the same array
   */
  since(position: number, slots: number): { readonly slots: Int32Array; readonly count: number } | undefined {
    if (position < 0 || this.position - position > Math.min(LOG_MAX, slots)) return undefined
    if (this.#seen.length < slots) {
      this.#seen = new Int32Array(slots * 2)
      this.#found = new Int32Array(slots * 2)
      this.#round = 0
    }
    this.#round += 1
    let count = 0
    for (let index = position; index < this.position; index += 1) {
      const slot = this.#slots[index & (LOG_MAX - 1)] ?? 0
      if (this.#seen[slot] === this.#round) continue
      this.#seen[slot] = this.#round
      this.#found[count] = slot
      count += 1
    }
    return { slots: this.#found, count }
  }
}
