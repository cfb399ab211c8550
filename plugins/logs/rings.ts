/**
 * The rings of all pods: read from the store when somebody asks, written to it together in coarse steps, and forgotten when
 * nobody has asked for long.
 */
import type { Clock } from '../../kernel/index.ts'
import type { LogChunk, LogLine, LogStore } from '../services.ts'
import { Ring } from './ring.ts'

const FLUSH_MS = 100
const RINGS_MAX = 1_000
/** Chunks are trimmed from the store only once so many lines can go: a trim is a statement of its own. */
const TRIM_EVERY_LINES = 1_000

export class Rings {
  readonly #store: LogStore
  readonly #clock: Clock
  readonly #rings = new Map<string, Promise<Ring>>()
  readonly #dirty = new Map<string, Ring>()
  readonly #stored = new Map<string, number>()
  /** The flush that waits for its time, and takes along what comes until then. */
  #next: Promise<void> | undefined
  #lastFlush: Promise<void> = Promise.resolve()

  constructor(store: LogStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  of(podId: string): Promise<Ring> {
    const known = this.#rings.get(podId)
    // The map's order is the order of use.
    if (known) this.#rings.delete(podId)
    const ring = known ?? this.#load(podId)
    this.#rings.set(podId, ring)
    if (!known) void this.#evict()
    return ring
  }

  /** Resolves once the lines are stored. @throws KernelError STORE_UNAVAILABLE; they are kept and stored with the next ones then */
  async add(podId: string, lines: readonly LogLine[]): Promise<void> {
    const ring = await this.of(podId)
    ring.add(lines)
    if (!ring.hasUnstored) return
    this.#dirty.set(podId, ring)
    this.#next ??= new Promise((resolve, reject) => {
      this.#clock.after(FLUSH_MS, () => {
        // One after the other: of two chunks that begin with the same line the store keeps the first, and the rest would be lost.
        this.#lastFlush = this.#lastFlush.then(() => {
          this.#next = undefined
          return this.#flush().then(resolve, reject)
        })
      })
    })
    await this.#next
  }

  /** The pod is gone, and its log with it. */
  async delete(podIds: readonly string[]): Promise<void> {
    for (const podId of podIds) {
      this.#rings.delete(podId)
      this.#dirty.delete(podId)
      this.#stored.delete(podId)
    }
    await this.#store.delete(podIds)
  }

  /** Followers look again: the pod may have ended. */
  async wake(podId: string): Promise<void> {
    const ring = await this.#rings.get(podId)
    ring?.wake()
  }

  async #load(podId: string): Promise<Ring> {
    try {
      const chunks = await this.#store.read(podId)
      return new Ring(chunks.flatMap(({ lines }) => lines))
    } catch (error) {
      this.#rings.delete(podId)
      throw error
    }
  }

  async #flush(): Promise<void> {
    const batch = [...this.#dirty].map(([podId, ring]) => ({ podId, ring, stretches: ring.unstored() }))
    this.#dirty.clear()
    try {
      await this.#store.append(batch.flatMap(({ podId, stretches }) => stretches.map((lines) => chunkOf(podId, lines))))
    } catch (error) {
      for (const { podId, ring } of batch) this.#dirty.set(podId, ring)
      throw error
    }
    for (const { podId, ring, stretches } of batch) {
      ring.setStored(stretches)
      await this.#trim(podId, ring, stretches.flat().length)
    }
  }

  async #trim(podId: string, ring: Ring, written: number): Promise<void> {
    const total = (this.#stored.get(podId) ?? 0) + written
    this.#stored.set(podId, total % TRIM_EVERY_LINES)
    if (total >= TRIM_EVERY_LINES) await this.#store.trim(podId, ring.firstSeq)
  }

  async #evict(): Promise<void> {
    for (const [podId, loading] of this.#rings) {
      if (this.#rings.size <= RINGS_MAX) return
      const ring = await loading
      if (!ring.isBusy) this.#rings.delete(podId)
    }
  }
}

/** @param lines at least one */
function chunkOf(podId: string, lines: readonly LogLine[]): LogChunk {
  const { seq: firstSeq = 0 } = lines[0] ?? {}
  const { seq: lastSeq = 0, incarnation = 0 } = lines.at(-1) ?? {}
  const bytes = lines.reduce((sum, { text }) => sum + text.length, 0)
  return { podId, incarnation, firstSeq, lastSeq, bytes, lines }
}
