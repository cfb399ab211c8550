/**
 * Judges one plugin from outside: counts what it is asked and how long it takes, and what it throws, says that makes no sense, or
 * takes too long for. Too many faults in a short time put it out, once.
 */
export const STRIKES_MAX = 5
export const STRIKES_WITHIN_MS = 60_000
/** One call of any of its functions. Everything else in the server waits meanwhile. */
export const CALL_MS_MAX = 50
/** One call of a function that is asked of each node, on average of so many. */
export const NODE_MS_MAX = 1
const NODES_AVERAGED = 100
const TEXT_LENGTH_MAX = 500

export type FaultKind = 'threw' | 'nonsense' | 'slow'
export interface Fault {
  readonly kind: FaultKind
  /** Of which of its functions. */
  readonly where: string
  readonly text: string
  /** What it threw. */
  readonly error?: unknown
}
export type Counters = Record<'calls' | 'ms' | FaultKind, number>

/** Says what a plugin said that makes no sense. */
export class Nonsense extends Error {}

export interface RefereeOptions {
  /** epoch ms */
  readonly now: () => number
  /** ms that only ever grow, in fractions */
  readonly stopwatch: () => number
  readonly onFault: (fault: Fault) => void
  /** It is out, and why. */
  readonly onOut: (reason: string) => void
  /** Where it counts; in counters of its own unless told. */
  readonly counters?: Counters
}

type Check<A extends unknown[], R> = (answer: R, ...values: A) => void
interface Watching<A extends unknown[], R> {
  readonly run: (...values: A) => R
  readonly check: Check<A, R> | undefined
  readonly judge: (ms: number) => void
}

export class Referee {
  readonly counters: Counters
  readonly #options: RefereeOptions
  readonly #wrapped = new WeakMap<object, unknown>()
  #strikes: number[] = []
  #isOut = false
  /** What was spent inside the call that is under way, and is not its own. */
  #insideMs = 0

  constructor(options: RefereeOptions) {
    this.#options = options
    this.counters = options.counters ?? { calls: 0, ms: 0, threw: 0, nonsense: 0, slow: 0 }
  }

  /** The plugin's function, watched; what it throws goes on. @param check throws Nonsense */
  watched<A extends unknown[], R>(where: string, run: (...values: A) => R, check?: Check<A, R>): (...values: A) => R {
    return this.#watch(where, { run, check, judge: (ms) => this.#judgeCall(where, ms) })
  }

  /** As `watched`, for what is asked of one node after the other. */
  watchedPerNode<A extends unknown[], R>(where: string, run: (...values: A) => R, check: Check<A, R>): (...values: A) => R {
    let calls = 0
    let total = 0
    const judge = (ms: number): void => {
      this.#judgeCall(where, ms)
      calls += 1
      total += ms
      if (calls < NODES_AVERAGED) return
      if (total > NODES_AVERAGED * NODE_MS_MAX)
        this.#slow(where, `took ${rounded(total / calls)} ms a node, and ${NODE_MS_MAX} is the most`)
      calls = 0
      total = 0
    }
    return this.#watch(where, { run, check, judge })
  }

  /** As `watched`, where nobody could do anything with what it throws. */
  contained<A extends unknown[], R>(
    where: string,
    run: (...values: A) => R,
    { instead, check }: { instead: R; check?: Check<A, R> },
  ): (...values: A) => R {
    const watched = this.watched(where, run, check)
    return (...values) => {
      try {
        return watched(...values)
      } catch {
        // Counted and told by `watched`.
        return instead
      }
    }
  }

  /** As `contained`, for what may take its time: only what it does before it waits is measured. */
  containedLater<A extends unknown[]>(where: string, run: (...values: A) => unknown): (...values: A) => Promise<void> {
    const started = this.contained(where, run, { instead: undefined })
    return async (...values) => {
      try {
        await started(...values)
      } catch (error) {
        this.fault(where, error)
      }
    }
  }

  /** The same wrapping for the same function, each time. */
  remembered<F extends (...values: never[]) => unknown>(run: F, wrap: (run: F) => F): F {
    const wrapped = (this.#wrapped.get(run) as F | undefined) ?? wrap(run)
    this.#wrapped.set(run, wrapped)
    return wrapped
  }

  /** What the kernel does for the plugin inside a call is not the plugin's time. */
  elsewhere<R>(run: () => R): R {
    const before = this.#insideMs
    const started = this.#options.stopwatch()
    try {
      return run()
    } finally {
      // Calls of the plugin's in it are measured by themselves.
      this.#insideMs = before + this.#options.stopwatch() - started
    }
  }

  fault(where: string, error: unknown): void {
    const kind = error instanceof Nonsense ? 'nonsense' : 'threw'
    const text = error instanceof Nonsense ? error.message : String(error)
    this.#strike({ kind, where, text: text.slice(0, TEXT_LENGTH_MAX), error })
  }

  #watch<A extends unknown[], R>(where: string, { run, check, judge }: Watching<A, R>): (...values: A) => R {
    const { stopwatch } = this.#options
    return (...values) => {
      const outside = this.#insideMs
      this.#insideMs = 0
      const started = stopwatch()
      try {
        const answer = run(...values)
        check?.(answer, ...values)
        return answer
      } catch (error) {
        this.fault(where, error)
        throw error
      } finally {
        const ms = stopwatch() - started
        const own = ms - this.#insideMs
        this.#insideMs = outside + ms
        this.counters.calls += 1
        this.counters.ms += own
        judge(own)
      }
    }
  }

  #judgeCall(where: string, ms: number): void {
    if (ms > CALL_MS_MAX) this.#slow(where, `took ${rounded(ms)} ms, and ${CALL_MS_MAX} is the most`)
  }

  #slow(where: string, text: string): void {
    this.#strike({ kind: 'slow', where, text })
  }

  #strike(fault: Fault): void {
    this.counters[fault.kind] += 1
    if (this.#isOut) return
    const now = this.#options.now()
    this.#strikes = [...this.#strikes.filter((at) => now - at < STRIKES_WITHIN_MS), now]
    this.#options.onFault(fault)
    if (this.#strikes.length < STRIKES_MAX) return
    this.#isOut = true
    this.#options.onOut(`${STRIKES_MAX} faults within ${STRIKES_WITHIN_MS / 1000} s, the last: ${sentence(fault)}`)
  }
}

const rounded = (ms: number): string => String(Math.round(ms * 10) / 10)

/** "its filter threw TypeError: node.labels.zone is undefined" */
export const sentence = ({ kind, where, text }: Fault): string => `its ${where} ${kind === 'threw' ? `threw ${text}` : text}`
