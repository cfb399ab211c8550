/** The steps of a longer command, each told when it is done, with the time that it took. */
import type { Terminal } from './terminal.ts'

const NAME_WIDTH = 9
const TIME_WIDTH = 9

export class Steps {
  readonly #terminal: Terminal
  readonly #areResults: boolean

  /** @param options.areResults they are what the command was asked for, and go to stdout */
  constructor(terminal: Terminal, { areResults }: { areResults: boolean }) {
    this.#terminal = terminal
    this.#areResults = areResults
  }

  /** @param tell what came of it, in words */
  async run<T>(name: string, work: () => Promise<T>, tell: (result: T) => string): Promise<T> {
    const started = performance.now()
    this.now(`${name} ...`)
    const result = await work()
    this.done(name, tell(result), performance.now() - started)
    return result
  }

  /** What is waited for; only on a terminal. */
  now(text: string): void {
    this.#terminal.live(text)
  }

  done(name: string, text: string, ms: number): void {
    const line = `${name.padEnd(NAME_WIDTH)} ${`${Math.round(ms)} ms`.padStart(TIME_WIDTH)}  ${text}`
    if (this.#areResults) this.#terminal.line(line)
    else this.#terminal.note(line)
  }
}
