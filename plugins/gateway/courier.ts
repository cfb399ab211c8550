/**
 * Delivers snapshots that come in parts: one part in a turn of the event loop for all connections together, so that whoever asks for
 * something is answered in between, and to each reader only as fast as it reads.
 */
import type { PluginKernel } from '../../kernel/index.ts'

/** One on its way while the next is made. */
const UNREAD_PARTS_MAX = 2

export interface Part {
  readonly text: string
  readonly isLast: boolean
}
/** What is made when its reader has room for it, and so from what is newest then. */
export type NextPart = () => Part
/** @param onRead called once the network has taken it, or the connection is gone */
type Send = (text: string, onRead: () => void) => void

export class Courier {
  readonly #clock: Pick<PluginKernel['clock'], 'after'>
  readonly #waiting: Delivery[] = []
  #isDue = false

  constructor(clock: Pick<PluginKernel['clock'], 'after'>) {
    this.#clock = clock
  }

  call(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#soon()
  }

  #soon(): void {
    if (this.#isDue || this.#waiting.length === 0) return
    this.#isDue = true
    this.#clock.after(0, () => {
      this.#isDue = false
      const delivery = this.#waiting.shift()
      this.#soon()
      delivery?.send()
    })
  }
}

/** What one connection is still to get: one snapshot after the other, in the order in which they were asked for. */
export class Delivery {
  readonly #courier: Courier
  readonly #send: Send
  readonly #snapshots: NextPart[] = []
  #unread = 0
  #isCalled = false

  constructor(courier: Courier, send: Send) {
    this.#courier = courier
    this.#send = send
  }

  /** @returns what ends it */
  add(snapshot: NextPart): () => void {
    this.#snapshots.push(snapshot)
    this.#call()
    return () => {
      const at = this.#snapshots.indexOf(snapshot)
      if (at >= 0) this.#snapshots.splice(at, 1)
    }
  }

  /** When it is its turn. */
  send(): void {
    this.#isCalled = false
    const part = this.#snapshots[0]?.()
    if (!part) return
    if (part.isLast) this.#snapshots.shift()
    this.#unread += 1
    this.#send(part.text, () => {
      this.#unread -= 1
      this.#call()
    })
    this.#call()
  }

  #call(): void {
    if (this.#isCalled || this.#snapshots.length === 0 || this.#unread >= UNREAD_PARTS_MAX) return
    this.#isCalled = true
    this.#courier.call(this)
  }
}
