/**
 * The pods' frames, as the agent's worker sees them: it has no document, so the agent's frame makes them for it and hands it a
 * port to each. A frame whose process has died says nothing, so each is pinged.
 */
import type { Boot } from '../pod-messages.ts'
import { listen } from './listen.ts'
import type { FromPodFrame, FromWorker, ToPodFrame } from './messages.ts'

const PING_MS = 3_000
/** Counted in pings and not in time: after a tab was frozen, all of its clocks jump. */
const UNANSWERED_PINGS_MAX = 4
/** A frame that was kept ready and does not answer by then is not waited for. */
const ANSWER_MAX_MS = 1_000

export interface PodFrame {
  /** Told once, when the frame is of no use any more and was not closed. */
  onLost: (why: string) => void
  /** Whether it is there, asked and answered just now. */
  answers(): Promise<boolean>
  /** Starts the pod. @param port the pod's own end */
  run(boot: Boot, bytes: ArrayBuffer, port: MessagePort): void
  /** Ends the worker, then the frame. */
  close(): void
}

export interface Frames {
  /** @throws Error when the browser does not let it be made */
  open(): Promise<PodFrame>
}

interface Waiting {
  readonly resolve: (frame: PodFrame) => void
  readonly reject: (error: Error) => void
}

export class RemoteFrames implements Frames {
  readonly #say: (message: FromWorker) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastKey = 0

  constructor(say: (message: FromWorker) => void) {
    this.#say = say
  }

  open(): Promise<PodFrame> {
    const key = ++this.#lastKey
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject })
      this.#say({ type: 'open-frame', key })
    })
  }

  opened(key: number, port: MessagePort): void {
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    waiting?.resolve(new PortFrame(port, () => this.#say({ type: 'close-frame', key })))
  }

  failed(key: number, message: string): void {
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    waiting?.reject(new Error(message))
  }
}

class PortFrame implements PodFrame {
  onLost: (why: string) => void = () => undefined
  readonly #port: MessagePort
  readonly #remove: () => void
  readonly #pinging: ReturnType<typeof setInterval>
  #unanswered = 0
  #onPong: () => void = () => undefined
  #isClosed = false

  constructor(port: MessagePort, remove: () => void) {
    this.#port = port
    this.#remove = remove
    this.#pinging = setInterval(() => this.#ping(), PING_MS)
    listen(port, (message: FromPodFrame) => {
      if (message.type === 'broken') return this.#lose(message.message)
      this.#unanswered = 0
      return this.#onPong()
    })
  }

  answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MAX_MS)
      this.#onPong = () => {
        clearTimeout(timer)
        resolve(true)
      }
      this.#port.postMessage({ type: 'ping' } satisfies ToPodFrame)
    })
  }

  run(boot: Boot, bytes: ArrayBuffer, port: MessagePort): void {
    this.#port.postMessage({ type: 'run', boot, bytes, port } satisfies ToPodFrame, [bytes, port])
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#pinging)
    // Of a worker that spins, the browser lets go two seconds after terminate, and at once when its frame is removed too.
    this.#port.postMessage({ type: 'kill' } satisfies ToPodFrame)
    this.#port.close()
    this.#remove()
  }

  #ping(): void {
    if (this.#unanswered >= UNANSWERED_PINGS_MAX) return this.#lose('the browser has ended the process of its frame')
    this.#unanswered += 1
    this.#port.postMessage({ type: 'ping' } satisfies ToPodFrame)
  }

  #lose(why: string): void {
    if (this.#isClosed) return
    this.close()
    this.onLost(why)
  }
}
