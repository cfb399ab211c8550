/** The newest of many numbers; older ones are forgotten, so that a page that is open for weeks is as large as one that was just opened. */
export class Ring {
  readonly #values: Float64Array
  #next = 0
  #count = 0

  constructor(size: number) {
    this.#values = new Float64Array(size)
  }

  add(value: number): void {
    this.#values[this.#next] = value
    this.#next = (this.#next + 1) % this.#values.length
    this.#count = Math.min(this.#count + 1, this.#values.length)
  }

  /** The oldest first. */
  toArray(): number[] {
    const begin = (this.#next - this.#count + this.#values.length) % this.#values.length
    return Array.from({ length: this.#count }, (_, index) => this.#values[(begin + index) % this.#values.length] ?? 0)
  }
}
