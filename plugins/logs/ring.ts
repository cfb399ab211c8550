/**
 * One pod's log: the newest lines, which of them are not stored yet, and who follows it.
 * A line's seq is its incarnation times 10^9 plus its number in that incarnation, so seqs of one pod only grow.
 */
import type { LogLine } from '../services.ts'

export const LINES_MAX = 1_000
export const BYTES_MAX = 1_000_000
const INCARNATION = 1_000_000_000
/** What a line costs beside its text and fields: its time, level and numbers. */
const LINE_BYTES = 64

export const seqOf = (incarnation: number, number: number): number => incarnation * INCARNATION + number

export class Ring {
  readonly #lines: LogLine[] = []
  readonly #followers = new Set<() => void>()
  #bytes = 0
  #fresh: LogLine[] = []
  #tried: (readonly LogLine[])[] = []

  constructor(stored: readonly LogLine[] = []) {
    for (const line of stored) this.#push(line)
  }

  get lastSeq(): number {
    return this.#lines.at(-1)?.seq ?? 0
  }

  /** The seq of the oldest line that is kept. */
  get firstSeq(): number {
    return this.#lines[0]?.seq ?? 0
  }

  get isBusy(): boolean {
    return this.#followers.size > 0 || this.hasUnstored
  }

  get hasUnstored(): boolean {
    return this.#fresh.length > 0 || this.#tried.length > 0
  }

  /** Adds the lines that are new; the others were sent before. @returns whether any was new */
  add(lines: readonly LogLine[]): boolean {
    const news: LogLine[] = []
    for (const line of lines) {
      if (line.seq <= this.lastSeq) continue
      this.#push(line)
      news.push(line)
    }
    // What the ring has let go is not stored any more: a store that is away for long costs no memory.
    this.#fresh = [...this.#fresh, ...news].filter(({ seq }) => seq >= this.firstSeq)
    this.#tried = this.#tried.filter((lines) => (lines.at(-1)?.seq ?? 0) >= this.firstSeq)
    for (const wake of this.#followers) wake()
    return news.length > 0
  }

  /**
   * Stretches to store. One that was tried before comes again as it was: the store may have it all the same, and of two that
   * begin with the same line it keeps the first.
   */
  unstored(): readonly (readonly LogLine[])[] {
    if (this.#fresh.length > 0) this.#tried.push(this.#fresh)
    this.#fresh = []
    return [...this.#tried]
  }

  /** What `unstored` gave is stored now. */
  setStored(stretches: readonly (readonly LogLine[])[]): void {
    this.#tried = this.#tried.filter((lines) => !stretches.includes(lines))
  }

  /** The lines behind a seq, oldest first. */
  after(seq: number): LogLine[] {
    return this.#lines.filter((line) => line.seq > seq)
  }

  /** The newest incarnation before another that has said anything; undefined when none has. */
  incarnationBefore(incarnation: number): number | undefined {
    return this.#lines.findLast((line) => line.incarnation < incarnation)?.incarnation
  }

  /** Calls when there may be more to read. @returns what ends it */
  follow(wake: () => void): () => void {
    this.#followers.add(wake)
    return () => this.#followers.delete(wake)
  }

  wake(): void {
    for (const wake of this.#followers) wake()
  }

  #push(line: LogLine): void {
    this.#lines.push(line)
    this.#bytes += bytesOf(line)
    while (this.#lines.length > LINES_MAX || this.#bytes > BYTES_MAX) {
      const oldest = this.#lines.shift()
      if (!oldest) return
      this.#bytes -= bytesOf(oldest)
    }
  }
}

const bytesOf = ({ text, fields }: LogLine): number => text.length + (fields ? JSON.stringify(fields).length : 0) + LINE_BYTES
