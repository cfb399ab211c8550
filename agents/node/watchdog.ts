/**
 * Looks at what memory each limited pod holds and calls out when one is over its limit. V8's heap limit does not count
 * Buffers and typed arrays, so a limit that only V8 knows is none. Without /proc nothing is seen and nothing is called out.
 */
import { memoryBytesOf } from './proc.ts'

/** Between two looks a pod can grow by what it can fill in that time; more often costs every agent. */
const WATCH_INTERVAL_MS = 250

export class MemoryWatchdog {
  readonly #watched = new Map<number, { readonly limitBytes: number; readonly onOver: () => void }>()
  #timer: NodeJS.Timeout | undefined

  /** @returns a function that ends the watch */
  watch(pid: number, limitMb: number, onOver: () => void): () => void {
    this.#watched.set(pid, { limitBytes: limitMb * 1e6, onOver })
    this.#timer ??= setInterval(() => this.#look(), WATCH_INTERVAL_MS)
    return () => {
      this.#watched.delete(pid)
      if (this.#watched.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #look(): void {
    for (const [pid, { limitBytes, onOver }] of this.#watched) if ((memoryBytesOf(pid) ?? 0) > limitBytes) onOver()
  }
}
