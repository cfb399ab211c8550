/** A pod in a worker inside a frame of its own: joins them to the pod's host and its end. */
import type { PodMessage } from '../pack.ts'
import { bootOf, hostPod, identityOf, type PodHost } from '../pod-host.ts'
import type { PodServices } from '../pod-services.ts'
import { PodLifecycle } from '../pod-lifecycle.ts'
import type { ToPod } from '../pod-messages.ts'
import type { PodEvents, PodSpec, RunningPod } from '../runtime.ts'
import type { PodFrame } from './frames.ts'
import { listen } from './listen.ts'
import { PortLimit } from './port-limit.ts'

export interface FramePodOptions {
  readonly spec: PodSpec
  readonly bytes: ArrayBuffer
  readonly events: PodEvents
  readonly services: PodServices
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

export class FramePod implements RunningPod {
  readonly podId: string
  readonly incarnation: number
  readonly #options: FramePodOptions
  readonly #host: PodHost
  readonly #lifecycle: PodLifecycle
  readonly #limit = new PortLimit((why) => this.#lifecycle.break(why))
  readonly #port: MessagePort
  #frame: PodFrame | undefined
  #hasEnded = false

  constructor(options: FramePodOptions) {
    const { spec, events, services } = options
    this.podId = spec.podId
    this.incarnation = spec.incarnation
    this.#options = options
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#lifecycle = new PodLifecycle({ spec, events, destroy: () => this.#end({}) })
    this.#host = hostPod({ post: (message) => this.#post(message), pod: identityOf(spec), services, events }, () => this.#end({}))
    listen(port1, (text: unknown) => this.#receive(text))
    void this.#begin(port2)
  }

  stop(reason: string, graceMs: number): void {
    this.#lifecycle.stop({ reason, graceMs, post: (message) => this.#post(message) })
  }

  message(message: PodMessage): void {
    this.#host.message(message)
  }

  request(message: PodMessage): Promise<unknown> {
    return this.#host.request(message)
  }

  kill(): void {
    this.#lifecycle.kill('order')
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
      if (this.#lifecycle.isStopping) return this.#end({ code: 0 })
      frame.onLost = (why) => this.#end({ signal: 'crash', why })
      frame.run(bootOf(spec, ''), bytes, podEnd)
    } catch (error) {
      this.#end({ startError: error as Error })
    }
  }

  #post(message: ToPod): void {
    if (!this.#hasEnded) this.#port.postMessage(JSON.stringify(message))
  }

  #receive(text: unknown): void {
    if (this.#hasEnded) return
    const size = typeof text === 'string' ? text.length : 0
    if (this.#limit.takes(size)) this.#host.receive(parse(text))
  }

  /** Nothing in a browser says that a worker has ended: it has when this agent says so. */
  #end({ code = null, signal = null, startError, why }: FrameEnding): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#frame?.close()
    this.#port.close()
    if (why !== undefined) this.#host.log('error', `the pod was lost: ${why}`)
    this.#host.close()
    const { report } = this.#host
    this.#lifecycle.end({ code: report ? (report.status === 'failed' ? 1 : 0) : code, signal, startError, isOutOfMemory: false, report })
  }
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Not in the protocol, which the host says.
    return undefined
  }
}
