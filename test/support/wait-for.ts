/** Waits for a condition, never for a time: a test says what it waits for, and a wait that fails says what it saw last. */

type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>

/** Far more than anything takes: a machine that is slow and busy is no fault. */
const WAIT_MAX_MS = 30_000

export interface WaitOptions {
  readonly timeoutMs?: number
  readonly intervalMs?: number
}

/**
 * @param what completes "waited 30000 ms for ..."
 * @param probe asked again until it returns something truthy; what it throws counts as "not yet" and is told at the end
 * @returns what the probe returned
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  { timeoutMs = WAIT_MAX_MS, intervalMs = 20 }: WaitOptions = {},
): Promise<Truthy<T>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const { seen, error } = await look(probe)
    if (seen) return seen as Truthy<T>
    if (performance.now() >= deadline) {
      const last = error ? `the last try threw ${error.message}` : `the last answer was ${String(seen)}`
      throw new Error(`waited ${timeoutMs} ms for ${what}; ${last}`, { cause: error })
    }
    await new Promise((resolve) => {
      setTimeout(resolve, intervalMs)
    })
  }
}

async function look<T>(probe: () => T | Promise<T>): Promise<{ seen?: T; error?: Error }> {
  try {
    return { seen: await probe() }
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }
}
