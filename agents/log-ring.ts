/** The last lines of a pod's log, numbered, within two limits: what a late reader can still be shown. */
import type { LogLine } from './runtime.ts'

const LOG_RING_LINES = 1000
const LOG_RING_BYTES = 1_000_000

export interface NumberedLine extends LogLine {
  /** Grows by one with each line; a gap says that lines were dropped. */
  readonly seq: number
}

export class LogRing {
  readonly #linesMax: number
  readonly #bytesMax: number
  #lines: NumberedLine[] = []
  #first = 0
  #bytes = 0
  #nextSeq = 1

  constructor({ lines = LOG_RING_LINES, bytes = LOG_RING_BYTES }: { lines?: number; bytes?: number } = {}) {
    this.#linesMax = lines
    this.#bytesMax = bytes
  }

  /** Drops the oldest lines until this one fits; a line that alone is over the limit of bytes is numbered and not kept. */
  push(line: LogLine): NumberedLine {
    const { at, level, text, fields } = line
    const numbered = { seq: this.#nextSeq++, at, level, text, fields }
    this.#lines.push(numbered)
    this.#bytes += bytesOf(line)
    while (this.length > this.#linesMax || this.#bytes > this.#bytesMax) this.#dropOldest()
    return numbered
  }

  get length(): number {
    return this.#lines.length - this.#first
  }

  /** @returns the kept lines with a greater seq, oldest first */
  after(seq = 0, limit = this.#linesMax): NumberedLine[] {
    const oldest = this.#nextSeq - this.length
    const skipped = Math.max(0, seq + 1 - oldest)
    return this.#lines.slice(this.#first + skipped, this.#first + skipped + limit)
  }

  #dropOldest(): void {
    const oldest = this.#lines[this.#first]
    if (!oldest) return
    this.#bytes -= bytesOf(oldest)
    this.#first++
    // Shifting an array at each line costs its whole length, so the dead head is cut off once it is as long as the rest.
    if (this.#first > this.length) {
      this.#lines = this.#lines.slice(this.#first)
      this.#first = 0
    }
  }
}

/** UTF-16 units stand for bytes: exact for ASCII, cheap for all. */
export const bytesOf = ({ text, fields }: Pick<LogLine, 'text' | 'fields'>): number =>
  text.length + (fields ? JSON.stringify(fields).length : 0)
