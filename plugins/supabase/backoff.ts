/** Waits between attempts: longer each time, and cut short by a signal. */
import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 50
const LONGEST_MS = 5_000

/** @param attempt 0 or more @throws the signal's reason when it is aborted */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))
  await sleep(most * (0.5 + Math.random() / 2), undefined, { signal, ref: true }).catch((error: unknown) => {
    throw signal.reason ?? error
  })
}
