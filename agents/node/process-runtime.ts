/**
 * `isolation: process`, the default: each pod in a child process of its own (isolate-process.ts says what confines it). Keeps
 * one process started ahead, because most of a start is Node.js itself; its heap limit was set at its birth, so only a pod
 * with the default limit can have it. POSIX only: pods are killed as process groups.
 */
import type { PodServices } from '../pod-services.ts'
import type { PodEvents, PodSpec, RunningPod } from '../runtime.ts'
import { failedStart } from '../failed-start.ts'
import type { FilePodSpec, FileRuntime } from './file-runtime.ts'
import { IsolateProcess, type IsolateListener } from './isolate-process.ts'
import { ProcessPod } from './process-pod.ts'
import { ReaperLink } from './reaper-link.ts'
import { forwardEvents } from '../pod-lifecycle.ts'
import { MemoryWatchdog } from './watchdog.ts'
import { makeWorkspace, placeBundle, removePodFolder, type Workspace } from './workspace.ts'

/** The cluster's default memory limit, which most pods have. */
const SPARE_MEMORY_LIMIT_MB = 512
/** Of what a spare says before it has a pod; it should say nothing. */
const SPARE_LINES_MAX = 20

export interface RuntimeEntries {
  readonly bootstrap: string
  readonly guard: string
  readonly reaper: string
}

export interface ProcessRuntimeOptions {
  /** Paths of the built files that become processes. */
  readonly entries: RuntimeEntries
  readonly services: PodServices
  /** The node whose pods they are: the next agent of that node finds what a killed one left; nobody looks for it where there is none. */
  readonly owner?: string
}

/** @throws Error when the temporary folder cannot be reached by the pods' user */
export function createProcessRuntime(options: ProcessRuntimeOptions): FileRuntime {
  return new ProcessRuntime(options)
}

interface Spare {
  readonly isolate: IsolateProcess
  /** Resolves when it can take a pod, or has been given one before it could. */
  readonly waiting: Promise<void>
  readonly onTaken: () => void
}

class ProcessRuntime implements FileRuntime {
  readonly #services: PodServices
  readonly #workspace: Workspace
  readonly #reaper: ReaperLink
  readonly #watchdog = new MemoryWatchdog()
  readonly #isolates = new Set<IsolateProcess>()
  readonly #pods = new Set<RunningPod>()
  #spare: Spare | undefined
  #keepsSpare = false
  #isClosed = false
  #onEmpty: () => void = () => undefined

  constructor({ entries, services, owner = 'local' }: ProcessRuntimeOptions) {
    const { bootstrap, guard } = entries
    this.#services = services
    this.#workspace = makeWorkspace({ bootstrap, guard, owner, isShared: process.getuid?.() === 0 })
    this.#reaper = new ReaperLink({ entry: entries.reaper, folder: this.#workspace.folder })
    process.on('SIGUSR1', ignoreSignal)
  }

  start(spec: FilePodSpec, events: PodEvents): RunningPod {
    if (this.#isClosed) return failedStart(spec, events, new Error('the runtime is closed'))
    let isolate: IsolateProcess | undefined
    try {
      isolate = this.#takeSpare(spec) ?? this.#spawn(spec.memoryLimitMb, idle)
      placeBundle(spec.bundlePath, isolate.folder)
    } catch (error) {
      isolate?.kill()
      return failedStart(spec, events, error as Error)
    }
    const pod = new ProcessPod({
      spec,
      services: this.#services,
      isolate,
      watchdog: this.#watchdog,
      events: forwardEvents(events, {
        onRunning: () => {
          events.onRunning()
          this.#refill()
        },
        onExit: (exit) => {
          this.#pods.delete(pod)
          events.onExit(exit)
          this.#refill()
        },
      }),
    })
    this.#pods.add(pod)
    return pod
  }

  async warm(): Promise<void> {
    this.#keepsSpare = true
    this.#spare ??= this.#makeSpare()
    await this.#spare.waiting
  }

  async close(): Promise<void> {
    this.#isClosed = true
    process.off('SIGUSR1', ignoreSignal)
    const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve))
    for (const pod of this.#pods) pod.kill()
    for (const isolate of this.#isolates) isolate.kill()
    if (this.#isolates.size > 0) await empty
    // It removes the workspace.
    await this.#reaper.close()
  }

  #spawn(memoryLimitMb: number | undefined, listener: IsolateListener): IsolateProcess {
    const onGone = (gone: IsolateProcess): void => this.#forget(gone)
    const isolate = new IsolateProcess({ workspace: this.#workspace, memoryLimitMb, listener, onGone })
    this.#isolates.add(isolate)
    // In the same turn as the spawn: a pod that the reaper does not know could outlive its agent.
    if (isolate.pid !== undefined) this.#reaper.add(isolate.pid)
    return isolate
  }

  #forget(isolate: IsolateProcess): void {
    this.#isolates.delete(isolate)
    if (isolate.pid !== undefined) this.#reaper.remove(isolate.pid)
    removePodFolder(isolate.folder)
    if (this.#spare?.isolate === isolate) this.#spare = undefined
    if (this.#isolates.size === 0) this.#onEmpty()
  }

  #takeSpare({ memoryLimitMb }: PodSpec): IsolateProcess | undefined {
    const spare = this.#spare
    if (memoryLimitMb !== SPARE_MEMORY_LIMIT_MB || !spare || spare.isolate.hasEnded) return undefined
    this.#spare = undefined
    spare.onTaken()
    return spare.isolate
  }

  /** Once the pod that took the spare is up, so that the two do not compete for the processor. */
  #refill(): void {
    if (!this.#keepsSpare || this.#isClosed || this.#spare) return
    // Without a spare the next start is a cold one, and that start says what is wrong.
    this.warm().catch(() => undefined)
  }

  #makeSpare(): Spare {
    const said: string[] = []
    let settle: { resolve: () => void; reject: (error: Error) => void } = { resolve: ignore, reject: ignore }
    const waiting = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
    const isolate = this.#spawn(SPARE_MEMORY_LIMIT_MB, {
      onMessage: () => settle.resolve(),
      onText: (_level, text) => void (said.length < SPARE_LINES_MAX && said.push(text)),
      onBroken: (why) => settle.reject(new Error(why)),
      onEnd: ({ startError }) => settle.reject(startError ?? new Error(`a process for pods ended before it had one: ${said.join(' ')}`)),
    })
    return { isolate, waiting, onTaken: () => settle.resolve() }
  }
}

/** Without a handler, SIGUSR1 opens the inspector of a Node.js process, and a pod that could send it would be in the agent. */
const ignoreSignal = (): void => undefined
const ignore = (): void => undefined

/** Nobody listens to a process that is about to be given to a pod, or killed. */
const idle: IsolateListener = { onMessage: ignore, onText: ignore, onBroken: ignore, onEnd: ignore }
