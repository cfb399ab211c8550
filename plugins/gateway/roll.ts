/**
 * A kind in parts, for all who are told everything of it at the same time. Each id has its place in an order that stays, so that one
 * knows of a change whether a reader has come past it; and a part is made into text once for all who may see the same of it.
 */

/** About a megabyte of pods, which a browser takes in well within a frame or two. */
export const PART_RECORDS = 1_000
/** Of texts that another reader may want; the oldest go first. */
const KEPT_CHARACTERS_MAX = 32_000_000

export class Roll {
  readonly #ids: string[]
  readonly #places: Map<string, number>
  readonly #texts = new Map<number, string>()
  #kept = 0

  constructor(ids: readonly string[]) {
    this.#ids = [...ids]
    this.#places = new Map(ids.map((id, place) => [id, place]))
  }

  /** Those that are gone keep their places. */
  get length(): number {
    return this.#ids.length
  }

  idsOf(part: number): readonly string[] {
    return this.#ids.slice(part * PART_RECORDS, (part + 1) * PART_RECORDS)
  }

  /** Of an id that was on the roll when it was made, or that has been touched since. */
  partOf(id: string): number | undefined {
    const place = this.#places.get(id)
    return place === undefined ? undefined : Math.floor(place / PART_RECORDS)
  }

  /** A commit has put this record, or taken it away. */
  touch(id: string): void {
    if (!this.#places.has(id)) this.#places.set(id, this.#ids.push(id) - 1)
    this.#forget(this.partOf(id))
  }

  /** @param records all of a part, as they are now */
  textOf(part: number, records: readonly object[]): string {
    const known = this.#texts.get(part)
    if (known !== undefined) return known
    const text = JSON.stringify(records)
    this.#texts.set(part, text)
    this.#kept += text.length
    for (const oldest of this.#texts.keys()) {
      if (this.#kept <= KEPT_CHARACTERS_MAX) break
      this.#forget(oldest)
    }
    return text
  }

  #forget(part: number | undefined): void {
    const text = part === undefined ? undefined : this.#texts.get(part)
    if (part === undefined || text === undefined) return
    this.#texts.delete(part)
    this.#kept -= text.length
  }
}
