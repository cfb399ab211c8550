/** A pod in a worker thread of the agent. worker-runtime.ts says what that does not protect from. */
import { finished } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { Worker, type ResourceLimits } from 'node:worker_threads'
import { IsolatedPod, type IsolatedPodOptions } from '../isolated-pod.ts'
import type { LogLevel } from '../pack.ts'
import { LOG_LINE_CHARACTERS_MAX } from '../pack-runtime.ts'
import { bootOf } from '../pod-host.ts'
import type { ToPod } from '../pod-messages.ts'
import { parseMessage } from '../pod-reader.ts'
import type { FilePodSpec } from './file-runtime.ts'
import { LineSplitter, readPaced } from './lines.ts'

const MIB = 1_048_576
const STACK_MB = 4
/** V8 counts the young generation apart from the heap limit. */
const YOUNG_GENERATION_MB = 8
const DRAIN_MS = 2000

export interface WorkerPodOptions extends IsolatedPodOptions {
  readonly spec: FilePodSpec
  readonly bootstrap: string
}

export class WorkerPod extends IsolatedPod {
  readonly #worker: Worker
  #error: NodeJS.ErrnoException | undefined
  #utilization: ReturnType<Worker['performance']['eventLoopUtilization']>

  /** @throws when the thread cannot be asked for: no such file */
  constructor({ spec, events, services, bootstrap }: WorkerPodOptions) {
    super({ spec, events, services })
    this.#worker = new Worker(pathToFileURL(bootstrap), {
      workerData: bootOf(spec, pathToFileURL(spec.bundlePath).href),
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: limitsFor(spec.memoryLimitMb),
    })
    this.#utilization = this.#worker.performance.eventLoopUtilization()
    this.#listen()
  }

  /** A thread's share of a core is how busy its event loop was. */
  async usage(): Promise<{ cpuMillicores: number; memoryMb: number }> {
    const before = this.#utilization
    this.#utilization = this.#worker.performance.eventLoopUtilization()
    const { utilization } = this.#worker.performance.eventLoopUtilization(this.#utilization, before)
    return { cpuMillicores: Math.round(1000 * (utilization || 0)), memoryMb: Math.round(this.host.memoryBytes / 1e6) }
  }

  protected post(message: ToPod): void {
    this.#worker.postMessage(JSON.stringify(message))
  }

  protected destroy(): void {
    void this.#worker.terminate()
  }

  #listen(): void {
    this.#worker.on('message', (text: unknown) => this.host.receive(parseMessage(text)))
    this.#worker.on('error', (error) => (this.#error = error))
    const streams = [this.#readLog(this.#worker.stdout, 'info'), this.#readLog(this.#worker.stderr, 'error')]
    this.#worker.on('exit', (code) => void this.#end(code, streams))
  }

  async #readLog(stream: Readable, level: LogLevel): Promise<void> {
    const onLine = (text: string): void => this.host.log(level, text)
    readPaced(stream, new LineSplitter({ bytesMax: LOG_LINE_CHARACTERS_MAX, onLine, onTooLong: onLine }))
    await finished(stream)
  }

  async #end(code: number, streams: readonly Promise<void>[]): Promise<void> {
    await Promise.race([Promise.allSettled(streams), timeout(DRAIN_MS)])
    this.host.close()
    const isOutOfMemory = this.#error?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    // Whatever the pack throws is caught inside and reported; an error that comes out here is the thread's own.
    const startError = isOutOfMemory || this.host.report ? undefined : this.#error
    this.lifecycle.end({ code, signal: null, startError, isOutOfMemory, report: this.host.report })
  }
}

function limitsFor(memoryLimitMb: number | undefined): ResourceLimits {
  if (memoryLimitMb === undefined) return { stackSizeMb: STACK_MB }
  return {
    maxOldGenerationSizeMb: Math.max(1, Math.floor((memoryLimitMb * 1e6) / MIB)),
    maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    stackSizeMb: STACK_MB,
  }
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
