/** A line in which nearly everybody comes in order: who does goes to the end and is served in turn, who does not goes through a heap. */
import { Heap } from './heap.ts'

/** So many that were served are forgotten at once. */
const SERVED_MAX = 4_096

export class Line<T> {
  readonly #isBefore: (a: T, b: T) => boolean
  readonly #early: Heap<T>
  #inOrder: T[] = []
  #next = 0

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
    this.#early = new Heap(isBefore)
  }

  push(item: T): void {
    const last = this.#inOrder.at(-1)
    if (last !== undefined && this.#next < this.#inOrder.length && this.#isBefore(item, last)) this.#early.push(item)
    else this.#inOrder.push(item)
  }

  pop(): T | undefined {
    const next = this.#inOrder[this.#next]
    const early = this.#early.first
    if (early !== undefined && (next === undefined || this.#isBefore(early, next))) return this.#early.pop()
    if (next === undefined) return undefined
    this.#next += 1
    if (this.#next === this.#inOrder.length || this.#next > SERVED_MAX) {
      this.#inOrder = this.#inOrder.slice(this.#next)
      this.#next = 0
    }
    return next
  }
}
