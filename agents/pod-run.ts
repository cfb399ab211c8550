/**
 * One pod that an agent has taken on: started once its start is durable at the control plane, followed to its end, and told of
 * until the control plane has everything. A report says how the pod stands, not what happened, so the last one is enough.
 */
import type { Clock } from '../kernel/clock.ts'
import type { Exit, Pod } from '../kernel/schema/pod.ts'
import { WireError } from '../kernel/wire/client.ts'
import { readIsCurrent } from './answers.ts'
import { bytesOf, LogRing } from './log-ring.ts'
import type { PodEvents, PodExit, RunningPod, Usage } from './runtime.ts'
import type { Taken } from './reconcile.ts'

const RETRY_MS = 1_000
/** Of what a start needs and cannot have for now; the wait doubles. */
const START_RETRY_MS_MAX = 30_000
const LINES_PER_CALL = 500
/** Below the control plane's limit of a frame, with room for what JSON adds. */
const CHARACTERS_PER_CALL = 200_000

export interface PodRunOptions {
  readonly pod: Pod
  readonly clock: Clock
  /** Gets the bundle and starts it. @throws WireError that is retryable when it cannot be had now, Error when there is none to run */
  readonly start: (pod: Pod, events: PodEvents) => Promise<RunningPod>
  readonly ask: <T>(operation: string, input: object) => Promise<T>
  /** Something has changed that the agent may want to act on. */
  readonly onChange: () => void
}

export type ReportedStatus = 'starting' | 'running' | 'succeeded' | 'failed' | 'stopped'
interface Report {
  readonly status: ReportedStatus
  readonly reason?: string
  readonly message?: string
  readonly ready?: boolean
  readonly exit?: Exit
}

export class PodRun implements Taken {
  readonly pod: Pod
  readonly #options: PodRunOptions
  readonly #log = new LogRing()
  #running: RunningPod | undefined
  #report: Report = { status: 'starting' }
  #told: Report | undefined
  #storedSeq = 0
  #retoldOf = 0
  #isTelling = false
  #isStarting = false
  #isDiscarded = false
  #stop: { readonly reason: string; readonly graceMs: number } | undefined
  #startRetryMs = RETRY_MS
  /** There while a start that could not be made waits for the next try. */
  #cancelStart: (() => void) | undefined
  #cancelRetry: (() => void) | undefined
  #cancelDeadline: (() => void) | undefined

  constructor(options: PodRunOptions) {
    this.#options = options
    this.pod = options.pod
    void this.#tell()
  }

  get incarnation(): number {
    return this.pod.incarnation
  }

  get status(): ReportedStatus {
    return this.#report.status
  }

  get hasEnded(): boolean {
    const { status } = this.#report
    return status !== 'starting' && status !== 'running'
  }

  /** The last thing that happened to it has been told, and its log is stored. */
  get #isTold(): boolean {
    return this.#told === this.#report && this.#log.after(this.#storedSeq, 1).length === 0
  }

  /** What runs, while it does. */
  get running(): RunningPod | undefined {
    return this.hasEnded ? undefined : this.#running
  }

  get isRunning(): boolean {
    return this.#report.status === 'running'
  }

  /** What it uses; undefined where nobody can tell. */
  async usage(): Promise<Usage | undefined> {
    return this.#running ? this.#running.usage() : { cpuMillicores: 0, memoryMb: 0 }
  }

  /** The signal, then the end after the grace. */
  stop(reason: string, graceMs: number): void {
    if (this.hasEnded || this.#stop) return
    this.#stop = { reason, graceMs }
    if (this.#running) this.#running.stop(reason, graceMs)
    else if (!this.#isStarting) this.#end({ status: 'stopped', reason, message: 'stopped before it began' })
  }

  /** At once, and without a word: nobody wants it any more. */
  discard(): void {
    if (this.#isDiscarded) return
    this.#isDiscarded = true
    this.#cancelStart?.()
    this.#cancelRetry?.()
    this.#cancelDeadline?.()
    if (this.#running) this.#running.kill()
    else this.#now({ status: 'stopped', reason: 'Discarded' })
  }

  /** The control plane may have forgotten, or may be another: say it all again. */
  retell(): void {
    this.#told = undefined
    void this.#tell()
  }

  /** As it is asked for by this revision of its record, which is seen more than once. */
  retellOf(revision: number): void {
    if (revision <= this.#retoldOf) return
    this.#retoldOf = revision
    this.retell()
  }

  /** It cannot be running: the agent that ran it is gone. */
  giveUp(): void {
    this.#end({ status: 'failed', reason: 'NodeRestarted', message: 'the agent that ran it has ended, and the pod with it' })
  }

  async #begin(): Promise<void> {
    if (this.#running || this.#isStarting || this.hasEnded) return
    this.#isStarting = true
    try {
      const running = await this.#options.start(this.pod, this.#events())
      this.#running = running
      if (this.#isDiscarded) running.kill()
      else if (this.#stop) running.stop(this.#stop.reason, this.#stop.graceMs)
    } catch (error) {
      this.#cannotStart(error)
    } finally {
      this.#isStarting = false
    }
  }

  /** A server that is away for a while is no fault of the pod's: it stays `starting`, and begins when that has been told once more. */
  #cannotStart(error: unknown): void {
    if (this.hasEnded) return
    const message = messageOf(error)
    if (this.#stop) return this.#end({ status: 'stopped', reason: this.#stop.reason, message: 'stopped before it began' })
    if (!(error instanceof WireError && error.retryable)) return this.#end({ status: 'failed', reason: 'PackLoadError', message })
    this.#report = { status: 'starting', message }
    this.#cancelStart = this.#options.clock.after(this.#startRetryMs, () => {
      this.#cancelStart = undefined
      this.retell()
    })
    this.#startRetryMs = Math.min(START_RETRY_MS_MAX, 2 * this.#startRetryMs)
  }

  #events(): PodEvents {
    return {
      onRunning: () => {
        this.#armDeadline()
        this.#now({ status: 'running', message: '' })
      },
      onReady: () => this.#now({ ...this.#report, ready: true }),
      onStatus: (message) => this.#now({ ...this.#report, message: message.slice(0, 2000) }),
      onProgress: (value) => this.#now({ ...this.#report, message: `${Math.round(value * 100)} %` }),
      onLog: (line) => {
        this.#log.push(line)
        void this.#tell()
      },
      onExit: (exit) => this.#exited(exit),
    }
  }

  #exited({ status, reason, exit }: PodExit): void {
    const isLate = reason === 'DeadlineExceeded'
    const message = exit.error ? `${exit.error.name}: ${exit.error.message}`.slice(0, 2000) : ''
    this.#end({ status: isLate ? 'failed' : status, reason, message, exit })
  }

  #armDeadline(): void {
    const { activeDeadlineSeconds, terminationGracePeriodSeconds } = this.pod
    if (activeDeadlineSeconds === null) return
    this.#cancelDeadline = this.#options.clock.after(activeDeadlineSeconds * 1000, () =>
      this.stop('DeadlineExceeded', terminationGracePeriodSeconds * 1000),
    )
  }

  #end(report: Report): void {
    this.#cancelStart?.()
    this.#cancelDeadline?.()
    this.#now(report)
  }

  #now(report: Report): void {
    if (this.hasEnded) return
    this.#report = report
    this.#options.onChange()
    void this.#tell()
  }

  /** Tells until there is nothing left to tell. Lines go before the end, so that whoever follows them sees all of them. */
  async #tell(): Promise<void> {
    if (this.#isTelling || this.#isDiscarded) return
    this.#isTelling = true
    this.#cancelRetry?.()
    try {
      while (!this.#isTold && !this.#isDiscarded) await this.#tellOne()
      this.#options.onChange()
    } catch (error) {
      if (isForgotten(error)) this.discard()
      else this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => void this.#tell())
    } finally {
      this.#isTelling = false
    }
  }

  async #tellOne(): Promise<void> {
    const { ask } = this.#options
    const { id, incarnation } = this.pod
    const lines = this.#unstored()
    const report = this.#report
    if (lines.length > 0 && (this.#told === report || this.hasEnded)) {
      await ask('pods.appendLogs', { id, incarnation, lines }).catch(ignoreRefusal)
      this.#storedSeq = lines.at(-1)?.number ?? this.#storedSeq
      return
    }
    const isCurrent = await this.#tellReport(report)
    this.#told = report
    if (!isCurrent && !this.hasEnded) this.discard()
    else if (report.status === 'starting' && !this.#cancelStart) void this.#begin()
  }

  /** @returns whether the pod is still this run's */
  async #tellReport(report: Report): Promise<boolean> {
    const { id, incarnation } = this.pod
    try {
      return readIsCurrent(await this.#options.ask('pods.report', { id, incarnation, ...report }))
    } catch (error) {
      if (!(error instanceof WireError) || error.retryable || isForgotten(error) || !report.exit || report.exit.result === null) throw error
      // What the pack returned is not to the control plane's liking; how it ended still has to be known.
      const message = `its result was refused: ${error.message}`.slice(0, 2000)
      return this.#tellReport({ ...report, message, exit: { ...report.exit, result: null } })
    }
  }

  #unstored() {
    let characters = 0
    const lines = this.#log.after(this.#storedSeq, LINES_PER_CALL).map(({ seq, at, level, text, fields }) => ({
      number: seq,
      at: new Date(at).toISOString(),
      level,
      text: text.slice(0, 16_384),
      ...(fields ? { fields } : {}),
    }))
    const fits = lines.findIndex((line) => (characters += bytesOf(line)) > CHARACTERS_PER_CALL)
    return fits > 0 ? lines.slice(0, fits) : lines
  }
}

/** The control plane has no such pod on this node any more. */
const isForgotten = (error: unknown): boolean => error instanceof WireError && error.code === 'NOT_FOUND'

/** Lines that the control plane will never take must not hold back the rest of what there is to tell. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof WireError) || error.retryable || isForgotten(error)) throw error
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 2000)
