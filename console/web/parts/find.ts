/** Which record an address means, and that it stays the same one: `NAMESPACE/NAME`, a name, or an id. */

interface Named {
  readonly id: string
  readonly name: string
  readonly namespace?: string
}

export class Found<T extends Named> {
  #key = ''
  #id: string | undefined

  /** The last that was found, also when it is gone: its history outlives it. */
  get id(): string | undefined {
    return this.#id
  }

  /** Reads all records only until it has found one, so that its page follows that one alone. */
  in(records: ReadonlyMap<string, T>, path: readonly string[]): T | undefined {
    const key = path.join('/')
    if (key !== this.#key) this.#id = undefined
    this.#key = key
    const known = records.get(this.#id ?? key)
    const found = known ?? [...records.values()].find((each) => isMeant(each, path))
    this.#id = found?.id ?? this.#id
    return found
  }
}

/** A pack's name may have a slash. */
const isMeant = ({ name, namespace }: Named, path: readonly string[]): boolean =>
  namespace === undefined ? name === path.join('/') : namespace === path[0] && name === path[1]
