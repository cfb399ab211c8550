/** What a bench is: a file in test/bench that exports these two, and one line in main.ts. */

export interface BenchOptions {
  /** Only these rows; undefined is all. */
  readonly rows?: readonly string[]
  /** Shorter, where a bench takes long: enough to see that it works, and roughly what it says. */
  readonly isQuick?: boolean
}

export interface Bench {
  /** Measures, and writes only to stderr. @returns what --json prints */
  readonly run: (options: BenchOptions) => Promise<object>
  /** Writes a result of `run` to stdout, for people. */
  readonly print: (result: object) => void
}
