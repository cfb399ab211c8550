/** A binary heap: what comes first is always at hand, and adding or taking costs as many comparisons as the size has binary digits. */
export class Heap<T> {
  readonly #isBefore: (a: T, b: T) => boolean
  readonly #items: T[] = []

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above] as T
      if (!this.#isBefore(item, parent)) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.#sink(last)
    return first
  }

  /** Empties it. @returns what was in it, in no order */
  clear(): T[] {
    return this.#items.splice(0)
  }

  #sink(item: T): void {
    const items = this.#items
    const end = items.length
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= end) break
      if (below + 1 < end && this.#isBefore(items[below + 1] as T, items[below] as T)) below += 1
      if (!this.#isBefore(items[below] as T, item)) break
      items[at] = items[below] as T
      at = below
    }
    items[at] = item
  }
}
