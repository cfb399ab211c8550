/**
 * The clock of the machine, for an agent. In Node.js its timers keep the process alive: an agent waits for its server for ever.
 */
import type { Clock } from '../kernel/clock.ts'

export const agentClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
