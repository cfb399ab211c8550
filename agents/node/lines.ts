/** Bytes to lines, and streams read no faster than the agent wants to: what keeps a flooding pod from costing its agent. */
import type { Readable } from 'node:stream'

/** A pod may make its agent read this much a second, on each of its streams; what is more waits in the pod's own pipe. */
const READ_COST_PER_SECOND = 20_000_000
/** A line is never cheaper than so many bytes, because each is parsed and looked at. */
const LINE_COST = 256
const NEWLINE = 10

export interface LineSplitterOptions {
  readonly bytesMax: number
  readonly onLine: (text: string) => void
  /** Takes the head of a line that is too long; what follows counts as a line of its own. */
  readonly onTooLong: (head: string) => void
}

export class LineSplitter {
  readonly #options: LineSplitterOptions
  #parts: Buffer[] = []
  #bytes = 0

  constructor(options: LineSplitterOptions) {
    this.#options = options
  }

  /** @returns what reading this chunk cost */
  push(chunk: Buffer): number {
    let cost = chunk.length
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      this.#options.onLine(this.#take())
      cost += LINE_COST
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return cost
  }

  /** What came after the last newline is a line too. */
  end(): void {
    if (this.#bytes > 0) this.#options.onLine(this.#take())
  }

  #keep(part: Buffer): void {
    let rest = part
    while (this.#bytes + rest.length > this.#options.bytesMax) {
      const room = this.#options.bytesMax - this.#bytes
      this.#append(rest.subarray(0, room))
      this.#options.onTooLong(this.#take())
      rest = rest.subarray(room)
    }
    this.#append(rest)
  }

  #append(part: Buffer): void {
    if (part.length === 0) return
    this.#parts.push(part)
    this.#bytes += part.length
  }

  #take(): string {
    const text = Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#bytes = 0
    return text
  }
}

/** Reads a stream to its end, pausing it whenever it is ahead of READ_COST_PER_SECOND. A second's worth may come at once. */
export function readPaced(stream: Readable, splitter: LineSplitter): void {
  let credit = READ_COST_PER_SECOND
  let countedAt = performance.now()
  stream.on('data', (chunk: Buffer) => {
    const now = performance.now()
    credit = Math.min(READ_COST_PER_SECOND, credit + ((now - countedAt) / 1000) * READ_COST_PER_SECOND)
    countedAt = now
    credit -= splitter.push(chunk)
    if (credit >= 0) return
    stream.pause()
    setTimeout(() => stream.resume(), (-credit / READ_COST_PER_SECOND) * 1000)
  })
  stream.on('end', () => splitter.end())
  // A pipe that breaks has lost its pod, and the pod's exit says so.
  stream.on('error', () => splitter.end())
}
