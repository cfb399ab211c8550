/**
 * The clock of the machine, for an agent. In Node.js its timers keep the process alive: an agent waits for its server for ever.
 */
import type { Clock } from '../kernel/clock.ts'

/** Of what is later than that, 24.8 days, setTimeout thinks that it is due now. */
const TIMER_MS_MAX = 2_147_483_647

export const agentClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (leftMs: number): void => {
      timer = setTimeout(() => (leftMs > TIMER_MS_MAX ? wait(leftMs - TIMER_MS_MAX) : run()), Math.min(leftMs, TIMER_MS_MAX))
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
