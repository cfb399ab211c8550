/** Whoever follows what happens reads at a pace of his own and misses nothing; who falls too far behind is told so, and begins again. */
import { KernelError } from './errors.ts'
import type { Aborting } from './operations.ts'

const WAITING_MAX = 10_000

interface Follower<T> {
  readonly waiting: T[]
  isBehind: boolean
  isOver: boolean
  wake: () => void
}

export class Followers<T extends object> {
  readonly #followers = new Set<Follower<T>>()

  tell(records: readonly T[]): void {
    for (const follower of this.#followers) {
      follower.waiting.push(...records)
      if (follower.waiting.length > WAITING_MAX) this.#drop(follower)
      follower.wake()
    }
  }

  /**
   * What is there already, then what is told from now on: it is heard from this call, and not only once it is read.
   * @param options.signal ends it. @throws KernelError TOO_MANY, while it is read, for a reader that is too far behind
   */
  follow(first: readonly T[], { isWanted, signal }: { isWanted: (record: T) => boolean; signal: Aborting | undefined }): AsyncGenerator<T> {
    const follower: Follower<T> = { waiting: [...first], isBehind: false, isOver: signal?.aborted ?? false, wake: () => undefined }
    this.#followers.add(follower)
    // Also of one that is never read: nobody would run the generator's own end.
    signal?.addEventListener('abort', () => this.#end(follower), { once: true })
    return this.#read(follower, isWanted)
  }

  async *#read(follower: Follower<T>, isWanted: (record: T) => boolean): AsyncGenerator<T> {
    try {
      while (!follower.isOver) {
        const woken = new Promise<void>((resolve) => {
          follower.wake = resolve
        })
        for (const record of follower.waiting.splice(0)) if (isWanted(record)) yield record
        if (follower.isBehind) throw new KernelError('TOO_MANY', `more than ${WAITING_MAX} entries wait to be read: follow anew`)
        if (follower.waiting.length === 0) await woken
      }
    } finally {
      this.#end(follower)
    }
  }

  #drop(follower: Follower<T>): void {
    this.#followers.delete(follower)
    follower.waiting.length = 0
    follower.isBehind = true
  }

  #end(follower: Follower<T>): void {
    this.#followers.delete(follower)
    follower.isOver = true
    follower.wake()
  }
}
