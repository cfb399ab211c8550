/** The machine's clock, as the kernel gets it. Timers do not keep a process alive: what it serves does. */
import type { Clock } from '../kernel/index.ts'

/** The longest that a timer of Node.js can wait. */
const TIMER_MS_MAX = 2_147_483_647

export const hostClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    // A pass of the scheduler must not wait behind a timer's millisecond.
    if (ms <= 0) {
      const immediate = setImmediate(run)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(run, Math.min(ms, TIMER_MS_MAX)).unref()
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref()
    return () => clearInterval(timer)
  },
}
