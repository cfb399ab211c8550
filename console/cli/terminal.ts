/**
 * Where a command writes: results to stdout, everything else to stderr. Colours and lines that change in place appear on a
 * terminal only, and never with NO_COLOR. Source: https://no-color.org
 */
import type { Writable } from 'node:stream'

const COLUMNS = 80
const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof styles

export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

export interface TerminalOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly environment: Readonly<Record<string, string | undefined>>
}

export class Terminal {
  readonly #options: TerminalOptions
  #isLive = false

  constructor(options: TerminalOptions) {
    this.#options = options
  }

  /** Somebody watches the results. */
  get isInteractive(): boolean {
    return this.#options.stdout.isTTY === true
  }

  /** A result. */
  line(text: string): void {
    this.#settle()
    this.#options.stdout.write(`${text}\n`)
  }

  /** For people, beside the results. */
  note(text: string): void {
    this.#settle()
    this.#options.stderr.write(`${text}\n`)
  }

  /** Replaces the live line before it; only on a terminal. */
  live(text: string): void {
    const { stderr } = this.#options
    if (stderr.isTTY !== true) return
    this.#isLive = true
    // A terminal that does not know its width says 0.
    stderr.write(`\r\u001B[K${text.slice(0, (stderr.columns || COLUMNS) - 1)}`)
  }

  /** For what goes to stdout. */
  paint(style: Style, text: string): string {
    return this.#paint(this.#options.stdout, style, text)
  }

  /** For what goes to stderr. */
  paintNote(style: Style, text: string): string {
    return this.#paint(this.#options.stderr, style, text)
  }

  #paint(stream: Stream, style: Style, text: string): string {
    const { NO_COLOR: refusal = '', TERM: term } = this.#options.environment
    const hasColour = stream.isTTY === true && refusal === '' && term !== 'dumb'
    return hasColour ? `\u001B[${styles[style]}m${text}\u001B[0m` : text
  }

  #settle(): void {
    if (!this.#isLive) return
    this.#isLive = false
    this.#options.stderr.write('\r\u001B[K')
  }
}

/** What servers and pods say is shown as text: their control characters, but for tabs, are not obeyed by this terminal. */
// eslint-disable-next-line no-control-regex
export const printable = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '\uFFFD')
