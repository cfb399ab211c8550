/** What the records of a kind come to, by a key of theirs: kept with each change, so that asking costs the same for one and for a million. */

/** A missing one is 0. */
export type Amounts = Readonly<Record<string, number | undefined>>

export interface SumOptions<T> {
  readonly key: (record: T) => string
  /** Undefined where a record does not count. Whole numbers, which add up to the same in any order. */
  readonly amounts: (record: T) => Amounts | undefined
}

export interface Total {
  /** How many records count. */
  readonly count: number
  readonly amounts: Amounts
}

interface Kept {
  count: number
  readonly amounts: Record<string, number>
}

export class Sum<T> {
  readonly name: string
  readonly #options: SumOptions<T>
  readonly #kept = new Map<string, Kept>()

  constructor(name: string, options: SumOptions<T>) {
    this.name = name
    this.#options = options
  }

  /** One that goes its own way from here. */
  copy(): Sum<T> {
    const copy = new Sum(this.name, this.#options)
    for (const [key, { count, amounts }] of this.#kept) copy.#kept.set(key, { count, amounts: { ...amounts } })
    return copy
  }

  of(key: string): Total {
    return this.#kept.get(key) ?? NOTHING
  }

  /** @param before undefined where there was no record */
  move(before: T | undefined, after: T | undefined): void {
    const { key, amounts } = this.#options
    const [left, come] = [before && amounts(before), after && amounts(after)]
    if (left === come && (!before || !after || key(before) === key(after))) return
    if (before && left) this.#add(key(before), left, -1)
    if (after && come) this.#add(key(after), come, 1)
  }

  #add(key: string, amounts: Amounts, sign: 1 | -1): void {
    const kept = this.#kept.get(key) ?? { count: 0, amounts: {} }
    this.#kept.set(key, kept)
    kept.count += sign
    for (const name in amounts) kept.amounts[name] = (kept.amounts[name] ?? 0) + sign * (amounts[name] ?? 0)
    if (kept.count === 0) this.#kept.delete(key)
  }
}

const NOTHING: Total = Object.freeze({ count: 0, amounts: Object.freeze({}) })
