/**
 * Time as the kernel gets it: handed in, so that tests and simulations own it.
 */
export interface Clock {
  /** epoch ms */
  now(): number
  /** Runs once, `ms` from now. @returns what cancels it */
  after(ms: number, run: () => void): () => void
  /** Runs each `ms` until cancelled. @returns what cancels it */
  every(ms: number, run: () => void): () => void
}

/** RFC 3339 in UTC, as records carry times. @param ms epoch ms */
export const timestamp = (ms: number): string => new Date(ms).toISOString()
