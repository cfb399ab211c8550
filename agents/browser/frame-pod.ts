/** A pod in a worker inside a frame of its own: joins them to the pod's host and its end. */
import { IsolatedPod, type IsolatedPodOptions } from '../isolated-pod.ts'
import { bootOf } from '../pod-host.ts'
import type { ToPod } from '../pod-messages.ts'
import { parseMessage } from '../pod-reader.ts'
import type { PodFrame } from './frames.ts'
import { listen } from './listen.ts'
import { PortLimit } from './port-limit.ts'

export interface FramePodOptions extends IsolatedPodOptions {
  readonly bytes: ArrayBuffer
  readonly frame: Promise<PodFrame>
}

/** What this side knows of an end; the pod's own last word says more. */
interface FrameEnding {
  readonly code?: number | null
  readonly signal?: string | null
  readonly startError?: Error
  /** For the pod's log. */
  readonly why?: string
}

export class FramePod extends IsolatedPod {
  readonly #options: FramePodOptions
  readonly #limit = new PortLimit((why) => this.lifecycle.break(why))
  readonly #port: MessagePort
  #frame: PodFrame | undefined
  #hasEnded = false

  constructor(options: FramePodOptions) {
    super(options)
    this.#options = options
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    listen(port1, (text: unknown) => this.#receive(text))
    void this.#begin(port2)
  }

  /** A browser does not tell. */
  async usage(): Promise<undefined> {
    return undefined
  }

  async #begin(podEnd: MessagePort): Promise<void> {
    const { spec, bytes } = this.#options
    try {
      const frame = await this.#options.frame
      if (this.#hasEnded) return frame.close()
      this.#frame = frame
      // Bundle and stop go over ports of their own: a small pack could have run before it hears of the stop.
      if (this.lifecycle.isStopping) return this.#end({ code: 0 })
      frame.onLost = (why) => this.#end({ signal: 'crash', why })
      frame.run(bootOf(spec, ''), bytes, podEnd)
    } catch (error) {
      this.#end({ startError: error as Error })
    }
  }

  protected post(message: ToPod): void {
    if (!this.#hasEnded) this.#port.postMessage(JSON.stringify(message))
  }

  protected destroy(): void {
    this.#end({})
  }

  /** Of a worker nothing is left to end by itself. */
  protected override onLastWord(): void {
    this.#end({})
  }

  #receive(text: unknown): void {
    if (this.#hasEnded) return
    const size = typeof text === 'string' ? text.length : 0
    if (this.#limit.takes(size)) this.host.receive(parseMessage(text))
  }

  /** Nothing in a browser says that a worker has ended: it has when this agent says so. */
  #end({ code = null, signal = null, startError, why }: FrameEnding): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#frame?.close()
    this.#port.close()
    if (why !== undefined) this.host.log('error', `the pod was lost: ${why}`)
    this.host.close()
    const { report } = this.host
    this.lifecycle.end({ code: report ? (report.status === 'failed' ? 1 : 0) : code, signal, startError, isOutOfMemory: false, report })
  }
}
