/**
 * Everything of a kind in parts, for one watch. Each part is made of what is durable at that moment, so a commit meanwhile is told in an
 * event of its own only where it changes what has been sent; what is still to come holds it already. So each change arrives once, and
 * no event has to wait for the end of the snapshot.
 */
import type { Part } from './courier.ts'
import { PART_RECORDS, type Roll } from './roll.ts'

export interface SnapshotOptions {
  readonly roll: Roll
  /** The record as it is durable. */
  readonly get: (id: string) => object | undefined
  /** What the watch's owner sees of it. */
  readonly see: (record: object) => object | undefined
  readonly toText: (part: { readonly isSnapshot: boolean; readonly left: number }, put: string) => string
  readonly onEnd: () => void
}

export class Snapshot {
  readonly #options: SnapshotOptions
  #sent = 0
  #hasEnded = false

  constructor(options: SnapshotOptions) {
    this.#options = options
  }

  /** Whether a part that is still to come says how this record is. */
  isToCome(id: string): boolean {
    const part = this.#options.roll.partOf(id)
    return part !== undefined && part >= this.#sent
  }

  next(): Part {
    const { roll, get, see, toText } = this.#options
    const part = this.#sent++
    const records = roll.idsOf(part).flatMap((id) => get(id) ?? [])
    const seen = records.flatMap((record) => see(record) ?? [])
    // Most see everything as it is; a text of their own is only for those who do not.
    const isWhole = seen.length === records.length && seen.every((each, at) => each === records[at])
    const left = Math.max(0, roll.length - this.#sent * PART_RECORDS)
    const text = toText({ isSnapshot: part === 0, left }, isWhole ? roll.textOf(part, records) : JSON.stringify(seen))
    if (left === 0) this.end()
    return { text, isLast: left === 0 }
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#options.onEnd()
  }
}
