/** What isolates of every kind share: stop with a grace, then kill; and exactly one onExit, judged from all that is known. */
import type { PodReport, ToPod } from './pod-messages.ts'
import { judge, type Ending } from './pod-exit.ts'
import type { PodEvents, PodSpec } from './runtime.ts'

/** How long an isolate may live on after its pack has ended; it needs milliseconds to end itself. */
const LINGER_MS = 1000

export interface LifecycleOptions {
  readonly spec: PodSpec
  readonly events: PodEvents
  /** Makes the isolate end, without asking it. */
  readonly destroy: () => void
}

export class PodLifecycle {
  readonly #options: LifecycleOptions
  #stop: { reason: string; graceMs: number } | undefined
  #killedFor: Ending['killedFor']
  #broken: Error | undefined
  #killAt = Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #hasEnded = false

  constructor(options: LifecycleOptions) {
    this.#options = options
  }

  /** Whether it was told to stop, and has not ended yet. */
  get isStopping(): boolean {
    return this.#stop !== undefined && !this.#hasEnded
  }

  stop({ reason, graceMs, post }: { reason: string; graceMs: number; post: (message: ToPod) => void }): void {
    if (this.#hasEnded) return
    this.#stop ??= { reason, graceMs }
    post({ type: 'stop', reason, graceMs })
    this.#killIn(graceMs, 'grace')
  }

  kill(killedFor: NonNullable<Ending['killedFor']>): void {
    if (this.#hasEnded) return
    this.#killedFor ??= killedFor
    this.#options.destroy()
  }

  /** The isolate did what none may do. */
  break(why: string): void {
    this.#broken ??= Object.assign(new Error(why), { name: 'ProtocolError' })
    this.kill('protocol')
  }

  /** The pod has said its last word. */
  linger(): void {
    this.#killIn(LINGER_MS, 'linger')
  }

  end({
    report,
    ...ending
  }: Pick<Ending, 'code' | 'signal' | 'startError'> & { report: PodReport | undefined; isOutOfMemory: boolean }): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#timer)
    const { spec, events } = this.#options
    const killedFor = ending.isOutOfMemory ? 'memory' : this.#killedFor
    events.onExit(judge({ ...ending, report, killedFor, broken: this.#broken, stop: this.#stop, memoryLimitMb: spec.memoryLimitMb }))
  }

  #killIn(ms: number, killedFor: NonNullable<Ending['killedFor']>): void {
    const at = performance.now() + ms
    if (this.#hasEnded || at >= this.#killAt) return
    this.#killAt = at
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.kill(killedFor), ms)
  }
}

/** The same events, with some of them done otherwise. Spreading would lose the methods of a class. */
export const forwardEvents = (events: PodEvents, instead: Partial<PodEvents>): PodEvents => ({
  onRunning: () => events.onRunning(),
  onReady: () => events.onReady(),
  onStatus: (text) => events.onStatus(text),
  onProgress: (value) => events.onProgress(value),
  onLog: (line) => events.onLog(line),
  onExit: (exit) => events.onExit(exit),
  ...instead,
})
