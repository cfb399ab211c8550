/** A pod in a child process: joins an isolate to the pod's host, its limits and its end. */
import { pathToFileURL } from 'node:url'
import { IsolatedPod, type IsolatedPodOptions } from '../isolated-pod.ts'
import { bootOf } from '../pod-host.ts'
import type { ToPod } from '../pod-messages.ts'
import type { IsolateEnding, IsolateListener, IsolateProcess } from './isolate-process.ts'
import { cpuMsOf, memoryBytesOf } from './proc.ts'
import type { MemoryWatchdog } from './watchdog.ts'
import { bundleIn } from './workspace.ts'

export interface ProcessPodOptions extends IsolatedPodOptions {
  readonly isolate: IsolateProcess
  readonly watchdog: MemoryWatchdog
}

export class ProcessPod extends IsolatedPod {
  readonly #isolate: IsolateProcess
  readonly #unwatch: () => void
  #sample: { cpuMs: number; at: number }

  constructor({ spec, events, services, isolate, watchdog }: ProcessPodOptions) {
    super({ spec, events, services })
    this.#isolate = isolate
    isolate.listener = this.#listener()
    const { pid } = isolate
    this.#unwatch =
      pid === undefined || spec.memoryLimitMb === undefined
        ? () => undefined
        : watchdog.watch(pid, spec.memoryLimitMb, () => this.lifecycle.kill('memory'))
    this.#sample = { cpuMs: this.#cpuMs(), at: performance.now() }
    isolate.post({ type: 'boot', boot: bootOf(spec, pathToFileURL(bundleIn(isolate.folder)).href) })
  }

  protected post(message: ToPod): void {
    this.#isolate.post(message)
  }

  protected destroy(): void {
    this.#isolate.kill()
  }

  async usage(): Promise<{ cpuMillicores: number; memoryMb: number }> {
    const before = this.#sample
    this.#sample = { cpuMs: this.#cpuMs(), at: performance.now() }
    const elapsedMs = Math.max(1, this.#sample.at - before.at)
    const cpuMillicores = Math.max(0, Math.round((1000 * (this.#sample.cpuMs - before.cpuMs)) / elapsedMs))
    const bytes = this.#isolate.pid === undefined ? undefined : memoryBytesOf(this.#isolate.pid)
    return { cpuMillicores, memoryMb: Math.round((bytes ?? 0) / 1e6) }
  }

  #cpuMs(): number {
    return (this.#isolate.pid === undefined ? undefined : cpuMsOf(this.#isolate.pid)) ?? 0
  }

  #listener(): IsolateListener {
    return {
      onMessage: (message) => this.host.receive(message),
      onText: (level, text) => this.host.log(level, text),
      onBroken: (why) => this.lifecycle.break(why),
      onEnd: (ending) => this.#end(ending),
    }
  }

  #end({ code, signal, startError, isHeapExhausted }: IsolateEnding): void {
    this.#unwatch()
    this.host.close()
    this.lifecycle.end({ code, signal, startError, isOutOfMemory: isHeapExhausted, report: this.host.report })
  }
}
