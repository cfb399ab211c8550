/**
 * The pods that wait for a node: highest priority first, then oldest. A pod that fitted nowhere is parked until something
 * happens that could help it, so an unplaceable pod costs the others nothing; what wakes up too often waits longer each time.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ (queue order and back-off)
 */
import type { Clock } from '../clock.ts'
import type { Pod } from '../schema/index.ts'
import type { Cause } from './candidates.ts'

const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 10_000

interface Parked {
  readonly causes: ReadonlySet<Cause>
  /** epoch ms: not tried again before */
  readonly notBefore: number
}

export class Queue {
  readonly #clock: Clock
  readonly #onReady: () => void
  readonly #waiting = new Map<string, Pod>()
  readonly #parked = new Map<string, Parked>()
  readonly #attempts = new Map<string, number>()
  readonly #ready = new Set<string>()
  #sorted: Pod[] | undefined

  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock
    this.#onReady = onReady
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The pod waits, or has changed while it waits and is looked at again. */
  put(pod: Pod, { isNews }: { readonly isNews: boolean }): void {
    this.#waiting.set(pod.id, pod)
    if (!isNews && this.#parked.has(pod.id)) return
    this.#parked.delete(pod.id)
    this.#makeReady(pod.id)
  }

  remove(podId: string): void {
    this.#waiting.delete(podId)
    this.#parked.delete(podId)
    this.#attempts.delete(podId)
    if (this.#ready.delete(podId)) this.#sorted = undefined
  }

  /** It fits nowhere: leave it alone until one of these happens. */
  park(podId: string, causes: ReadonlySet<Cause>): void {
    const attempts = (this.#attempts.get(podId) ?? 0) + 1
    this.#attempts.set(podId, attempts)
    const backoffMs = attempts === 1 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempts - 2))
    this.#parked.set(podId, { causes, notBefore: this.#clock.now() + backoffMs })
  }

  /** Something happened: what it could help is tried again. */
  wake(happened: ReadonlySet<Cause>): void {
    for (const [podId, { causes, notBefore }] of this.#parked) {
      if (isDisjoint(happened, causes)) continue
      this.#parked.delete(podId)
      const waitMs = notBefore - this.#clock.now()
      if (waitMs <= 0) this.#makeReady(podId)
      else this.#clock.after(waitMs, () => this.#waiting.has(podId) && !this.#parked.has(podId) && this.#makeReady(podId))
    }
  }

  /** Takes the next pods, in order. */
  take(most: number): Pod[] {
    this.#sorted ??= [...this.#ready].flatMap((id) => this.#waiting.get(id) ?? []).sort(byRank)
    const taken = this.#sorted.splice(0, most)
    for (const pod of taken) this.#ready.delete(pod.id)
    return taken
  }

  get hasReady(): boolean {
    return this.#ready.size > 0
  }

  #makeReady(podId: string): void {
    this.#ready.add(podId)
    this.#sorted = undefined
    this.#onReady()
  }
}

const isDisjoint = (a: ReadonlySet<Cause>, b: ReadonlySet<Cause>): boolean => [...a].every((each) => !b.has(each))

/** Highest priority first, then oldest, then by id so that the order is the same everywhere. */
function byRank(a: Pod, b: Pod): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}
