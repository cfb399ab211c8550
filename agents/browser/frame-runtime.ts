/**
 * Pods in a browser: each in a worker inside a sandboxed frame of its own, so that it reaches neither page nor server nor
 * another pod, and is gone with its frame. One frame is kept ahead, because most of a start is making it.
 */
import { failedStart } from '../failed-start.ts'
import type { PodServices } from '../pod-services.ts'
import { forwardEvents } from '../pod-lifecycle.ts'
import type { PodEvents, PodSpec, RunningPod, Runtime } from '../runtime.ts'
import { FramePod } from './frame-pod.ts'
import type { Frames, PodFrame } from './frames.ts'

export interface BytesPodSpec extends PodSpec {
  /** Verified; given away, and gone from here, when the pod starts. */
  readonly bytes: ArrayBuffer
}

export interface FrameRuntimeOptions {
  readonly frames: Frames
  readonly services: PodServices
}

export function createFrameRuntime(options: FrameRuntimeOptions): Runtime<BytesPodSpec> {
  return new FrameRuntime(options)
}

class FrameRuntime implements Runtime<BytesPodSpec> {
  readonly #options: FrameRuntimeOptions
  readonly #pods = new Set<RunningPod>()
  #spare: Promise<PodFrame> | undefined
  #keepsSpare = false
  #isClosed = false

  constructor(options: FrameRuntimeOptions) {
    this.#options = options
  }

  start({ bytes, ...spec }: BytesPodSpec, events: PodEvents): RunningPod {
    if (this.#isClosed) return failedStart(spec, events, new Error('the runtime is closed'))
    const pod: RunningPod = new FramePod({
      spec,
      bytes,
      frame: this.#takeFrame(),
      services: this.#options.services,
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
    await this.#spare
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const pod of this.#pods) pod.kill()
    const spare = await this.#spare?.catch(() => undefined)
    spare?.close()
  }

  /** The one that was kept ready, unless it has died with others of its process meanwhile. */
  async #takeFrame(): Promise<PodFrame> {
    const spare = this.#spare
    this.#spare = undefined
    const frame = await spare
    if (frame && (await frame.answers())) return frame
    frame?.close()
    return this.#options.frames.open()
  }

  #refill(): void {
    if (!this.#keepsSpare || this.#isClosed || this.#spare) return
    this.#spare = this.#makeSpare()
    // Without a spare the next start is a cold one, and that start says what is wrong.
    this.#spare.catch(() => (this.#spare = undefined))
  }

  async #makeSpare(): Promise<PodFrame> {
    const frame = await this.#options.frames.open()
    frame.onLost = () => (this.#spare = undefined)
    return frame
  }
}
