/**
 * One topology key: the value that each node's label has under it, as a number, by slot. What is counted by topology, and what is
 * asked once for all nodes of one value, goes by these numbers.
 */
export const NO_VALUE = -1

export class Domain {
  readonly key: string
  /** By slot: the number of its value, or NO_VALUE. */
  column: Int32Array
  readonly #numbers = new Map<string, number>()
  /** By number: how many slots have the value. A number without any is given to another value. */
  readonly #slots: number[] = []
  readonly #free: number[] = []

  /** @param capacity how many slots there is room for */
  constructor(key: string, capacity: number) {
    this.key = key
    this.column = new Int32Array(capacity).fill(NO_VALUE)
  }

  /** The slot's node has this value from now on. @param before the one that it had */
  set(slot: number, value: string | undefined, before: string | undefined): void {
    this.column[slot] = value === undefined ? NO_VALUE : this.#take(value)
    if (before !== undefined) this.#leave(before)
  }

  /** Makes room for more slots. */
  reserve(capacity: number): void {
    const column = new Int32Array(capacity).fill(NO_VALUE)
    column.set(this.column)
    this.column = column
  }

  #take(value: string): number {
    const number = this.#numbers.get(value) ?? this.#free.pop() ?? this.#slots.length
    this.#numbers.set(value, number)
    this.#slots[number] = (this.#slots[number] ?? 0) + 1
    return number
  }

  #leave(value: string): void {
    const number = this.#numbers.get(value)
    if (number === undefined) return
    const left = (this.#slots[number] ?? 0) - 1
    this.#slots[number] = left
    if (left > 0) return
    this.#numbers.delete(value)
    this.#free.push(number)
  }
}
