/**
 * Says when something in some folders may have changed: soon after the file system says so, and every few seconds all the same,
 * because not every file system does, and a folder may not be there yet.
 */
import { watch, type FSWatcher } from 'node:fs'
import type { PluginKernel } from '../../kernel/index.ts'

/** Editors write a file in several steps. */
const SETTLED_MS = 100
const LOOK_AGAIN_MS = 2_000

export class Watcher {
  readonly #clock: PluginKernel['clock']
  readonly #look: () => Promise<void>
  readonly #watched = new Map<string, FSWatcher>()
  #cancel: (() => void) | undefined
  #isClosed = false
  #isLooking = false
  #isAskedAgain = false

  constructor(clock: PluginKernel['clock'], look: () => Promise<void>) {
    this.#clock = clock
    this.#look = look
    clock.every(LOOK_AGAIN_MS, () => this.#lookOnce())
  }

  /** Watches these folders and no others. */
  follow(folders: readonly string[]): void {
    if (this.#isClosed) return
    for (const [folder, watching] of this.#watched) {
      if (folders.includes(folder)) continue
      watching.close()
      this.#watched.delete(folder)
    }
    for (const folder of folders) if (!this.#watched.has(folder)) this.#watch(folder)
  }

  close(): void {
    this.#cancel?.()
    this.follow([])
    this.#isClosed = true
  }

  #watch(folder: string): void {
    try {
      const watching = watch(folder, { persistent: false }, () => this.#soon())
      this.#watched.set(folder, watching)
      // It is watched anew at the next look, if it is still there.
      watching.on('error', () => this.#forget(folder))
    } catch {
      // Not there, or no more watches to be had: it is looked at every few seconds.
    }
  }

  #forget(folder: string): void {
    this.#watched.get(folder)?.close()
    this.#watched.delete(folder)
  }

  #soon(): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(SETTLED_MS, () => this.#lookOnce())
  }

  /** One look at a time; what is asked for meanwhile is one more. */
  async #lookOnce(): Promise<void> {
    if (this.#isLooking) {
      this.#isAskedAgain = true
      return
    }
    this.#isLooking = true
    try {
      await this.#look()
    } finally {
      this.#isLooking = false
    }
    if (this.#isAskedAgain) this.#soon()
    this.#isAskedAgain = false
  }
}
