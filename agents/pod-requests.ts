/** Requests of other pods that a pod has been asked and has not answered. */
import type { PodMessage } from './pack.ts'
import type { FromPod, ToPod } from './pod-messages.ts'
import { PodCallError } from './pod-services.ts'

const UNANSWERED_MAX = 256
/** Nobody waits for longer: the control plane has told the pod that asks. */
const ANSWER_MAX_MS = 10_000
const ANSWER_BYTES_MAX = 65_536

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: PodCallError) => void
  readonly timer: ReturnType<typeof setTimeout>
}

export class Requests {
  readonly #post: (message: ToPod) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #isClosed = false

  constructor(post: (message: ToPod) => void) {
    this.#post = post
  }

  /** @throws PodCallError */
  ask({ from, data }: PodMessage): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new PodCallError('UNREACHABLE', 'the pod has ended'))
    if (this.#waiting.size >= UNANSWERED_MAX) {
      return Promise.reject(new PodCallError('LIMIT_EXCEEDED', `the pod has ${UNANSWERED_MAX} requests to answer, and that is the most`))
    }
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse(id, new PodCallError('TIMEOUT', `no answer within ${ANSWER_MAX_MS} ms`)), ANSWER_MAX_MS)
      this.#waiting.set(id, { resolve, reject, timer })
      this.#post({ type: 'request', id, from, data })
    })
  }

  /** An answer to what was not asked, or was answered, is ignored. */
  settle(message: Extract<FromPod, { type: 'answer' | 'failure' }>): void {
    if (message.type === 'failure') return this.#refuse(message.id, new PodCallError('REQUEST_FAILED', message.message))
    const bytes = new TextEncoder().encode(JSON.stringify(message.value)).byteLength
    const error = `the answer has ${bytes} bytes of JSON, and ${ANSWER_BYTES_MAX} is the most`
    if (bytes > ANSWER_BYTES_MAX) return this.#refuse(message.id, new PodCallError('REQUEST_FAILED', error))
    return this.#take(message.id)?.resolve(message.value)
  }

  close(): void {
    this.#isClosed = true
    for (const id of this.#waiting.keys()) this.#refuse(id, new PodCallError('UNREACHABLE', 'the pod has ended'))
  }

  #refuse(id: number, error: PodCallError): void {
    this.#take(id)?.reject(error)
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    clearTimeout(waiting?.timer)
    this.#waiting.delete(id)
    return waiting
  }
}
