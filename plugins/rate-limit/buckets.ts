/** Token buckets by key, in bounded memory: each holds so many, and fills again at a steady rate. */

/** A bucket that is full again is forgotten; with this many that are not, the oldest is forgotten all the same. */
const BUCKETS_MAX = 100_000

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

interface Bucket {
  left: number
  /** epoch ms of the last time that it was looked at */
  at: number
}

export class Buckets {
  readonly #rate: Rate
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** @param now epoch ms */
  constructor(rate: Rate, now: () => number) {
    this.#rate = rate
    this.#now = now
  }

  /** @returns 0 when there was one to take, else the seconds until there is, 1 or more */
  take(key: string): number {
    const bucket = this.#filled(key)
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / this.#rate.perSecond))
    bucket.left -= 1
    return 0
  }

  /** What was taken did not count. */
  giveBack(key: string): void {
    const bucket = this.#filled(key)
    bucket.left = Math.min(this.#rate.burst, bucket.left + 1)
  }

  forget(key: string): void {
    this.#buckets.delete(key)
  }

  get size(): number {
    return this.#buckets.size
  }

  #filled(key: string): Bucket {
    const now = this.#now()
    const known = this.#buckets.get(key)
    if (!known) {
      this.#makeRoom(now)
      const bucket = { left: this.#rate.burst, at: now }
      this.#buckets.set(key, bucket)
      return bucket
    }
    known.left = this.#levelOf(known, now)
    known.at = now
    return known
  }

  #levelOf({ left, at }: Bucket, now: number): number {
    return Math.min(this.#rate.burst, left + (Math.max(0, now - at) / 1000) * this.#rate.perSecond)
  }

  #makeRoom(now: number): void {
    if (this.#buckets.size < BUCKETS_MAX) return
    for (const [key, bucket] of this.#buckets) if (this.#levelOf(bucket, now) >= this.#rate.burst) this.#buckets.delete(key)
    if (this.#buckets.size < BUCKETS_MAX) return
    for (const [oldest] of this.#buckets) {
      this.#buckets.delete(oldest)
      return
    }
  }
}
