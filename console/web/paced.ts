/**
 * For elements whose rendering reads tens of thousands of records: it renders anew when one of them has changed, but spends only a
 * part of the time with it, so that the page stays quick however many changes there are. What people do renders at once, as ever.
 */
import { ReactiveEffect } from '@vue/reactivity'
import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Of the time, for rendering what has changed. */
const SHARE = 0.2
const BETWEEN_MS_MIN = 100

export class Paced implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #read: () => unknown
  #following: ReactiveEffect<unknown> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #beganMs = 0
  #endedMs = 0

  /** @param read what is followed: reading the size of a reactive map follows all that is in it */
  constructor(host: ReactiveControllerHost, read: () => unknown) {
    this.#host = host
    this.#read = read
  }

  hostUpdate(): void {
    this.#beganMs = performance.now()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#following ??= this.#follow()
    this.#following.run()
  }

  hostUpdated(): void {
    this.#endedMs = performance.now()
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#following?.stop()
    this.#following = undefined
  }

  #follow(): ReactiveEffect<unknown> {
    const effect = new ReactiveEffect(this.#read)
    effect.scheduler = () => this.#soon()
    return effect
  }

  #soon(): void {
    const pause = Math.max(BETWEEN_MS_MIN, (this.#endedMs - this.#beganMs) / SHARE)
    this.#timer ??= setTimeout(() => this.#host.requestUpdate(), Math.max(0, this.#endedMs + pause - performance.now()))
  }
}
