/**
 * The pods that wait for a node: highest priority first, then oldest. Pods of a class that fitted nowhere are parked together until
 * something happens that could help them; then the first of them is tried, and the next only if that one got somewhere. So
 * unplaceable pods cost the others nothing, however many they are; a class that wakes up for nothing waits longer each time.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ (queue order and back-off)
 */
import type { Clock } from '../clock.ts'
import type { Pod } from '../schema/index.ts'
import type { Cause } from './candidates.ts'
import type { PodClass } from './classes.ts'
import { Heap } from './heap.ts'
import { Line } from './line.ts'

const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 10_000

/** A pod that waits. */
export interface Waiting {
  pod: Pod
  readonly podClass: PodClass
  isReady: boolean
}

/** The parked pods of one class. */
interface Parked {
  /** Those that fitted nowhere when they were tried last. */
  readonly resting: Set<Waiting>
  /** Those that have not been tried since the class was woken. */
  readonly untried: Heap<Waiting>
  /** The one that is being tried, because the class was woken. */
  scout: Waiting | undefined
  causes: ReadonlySet<Cause>
  /** epoch ms: not woken before */
  notBefore: number
  failures: number
  isTimed: boolean
}

/** What came of trying a pod that could not be bound. */
export interface Outcome {
  readonly causes: ReadonlySet<Cause>
  /** Room is being made for it: others of its class may find some too. */
  readonly isNominated: boolean
}

export class Queue {
  readonly #clock: Clock
  readonly #onReady: () => void
  readonly #waiting = new Map<string, Waiting>()
  readonly #parked = new Map<PodClass, Parked>()
  readonly #ready = new Line<Waiting>(isBefore)
  #readyCount = 0

  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock
    this.#onReady = onReady
  }

  get size(): number {
    return this.#waiting.size
  }

  get hasReady(): boolean {
    return this.#readyCount > 0
  }

  /** The pod waits, or has changed in a way that is worth another look. */
  put(pod: Pod, podClass: PodClass): void {
    this.remove(pod.id)
    const waiting = { pod, podClass, isReady: false }
    this.#waiting.set(pod.id, waiting)
    podClass.waiting += 1
    this.#makeReady(waiting)
  }

  /** The pod goes on waiting as it is from now on. */
  replace(pod: Pod): void {
    const waiting = this.#waiting.get(pod.id)
    if (waiting) waiting.pod = pod
  }

  has(podId: string): boolean {
    return this.#waiting.has(podId)
  }

  remove(podId: string): void {
    const waiting = this.#waiting.get(podId)
    if (!waiting) return
    this.#waiting.delete(podId)
    waiting.podClass.waiting -= 1
    if (waiting.isReady) this.#readyCount -= 1
    waiting.isReady = false
    const parked = this.#parked.get(waiting.podClass)
    parked?.resting.delete(waiting)
    if (parked?.scout === waiting) this.#tryNext(parked)
  }

  /** Takes the next pod; it has to be parked or bound, or put again. */
  take(): Waiting | undefined {
    for (let next = this.#ready.pop(); next; next = this.#ready.pop()) {
      if (!next.isReady) continue
      next.isReady = false
      this.#readyCount -= 1
      return next
    }
    return undefined
  }

  /** The pod that was taken is bound: the next of its class may be as lucky. */
  succeed(waiting: Waiting): void {
    const parked = this.#parked.get(waiting.podClass)
    if (!parked) return
    parked.failures = 0
    parked.notBefore = 0
    if (parked.scout === waiting) this.#tryNext(parked)
  }

  /**
   * The pod that was taken fits nowhere: it is left alone until one of the causes happens.
   * @returns the others of its class that were to be tried after it, and would fare no better
   */
  park(waiting: Waiting, { causes, isNominated }: Outcome): readonly Pod[] {
    const parked = this.#parkedOf(waiting.podClass)
    parked.causes = causes
    parked.resting.add(waiting)
    if (parked.scout !== waiting) return []
    if (isNominated) {
      this.#tryNext(parked)
      return []
    }
    const spared = this.#rest(parked)
    parked.failures += 1
    parked.notBefore = this.#clock.now() + Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (parked.failures - 1))
    return spared
  }

  /** Something happened: the classes that it could help are tried again. */
  wake(happened: ReadonlySet<Cause>): void {
    for (const [podClass, parked] of this.#parked) {
      if (parked.resting.size === 0 && !parked.scout && !parked.isTimed) this.#parked.delete(podClass)
      else if (!parked.isTimed && !isDisjoint(happened, parked.causes)) this.#rouse(parked)
    }
  }

  #rouse(parked: Parked): void {
    const waitMs = parked.notBefore - this.#clock.now()
    if (waitMs <= 0) return this.#awaken(parked)
    parked.isTimed = true
    this.#clock.after(waitMs, () => {
      parked.isTimed = false
      this.#awaken(parked)
    })
  }

  #awaken(parked: Parked): void {
    for (const waiting of parked.resting) parked.untried.push(waiting)
    parked.resting.clear()
    if (!parked.scout) this.#tryNext(parked)
  }

  #tryNext(parked: Parked): void {
    parked.scout = undefined
    for (let next = parked.untried.pop(); next; next = parked.untried.pop()) {
      if (this.#waiting.get(next.pod.id) !== next) continue
      parked.scout = next
      return this.#makeReady(next)
    }
    return undefined
  }

  #rest(parked: Parked): Pod[] {
    parked.scout = undefined
    const spared = parked.untried.clear().filter((waiting) => this.#waiting.get(waiting.pod.id) === waiting)
    for (const waiting of spared) parked.resting.add(waiting)
    return spared.map(({ pod }) => pod)
  }

  #parkedOf(podClass: PodClass): Parked {
    const known = this.#parked.get(podClass)
    if (known) return known
    const made: Parked = {
      resting: new Set(),
      untried: new Heap(isBefore),
      scout: undefined,
      causes: new Set(),
      notBefore: 0,
      failures: 0,
      isTimed: false,
    }
    this.#parked.set(podClass, made)
    return made
  }

  #makeReady(waiting: Waiting): void {
    waiting.isReady = true
    this.#readyCount += 1
    this.#ready.push(waiting)
    this.#onReady()
  }
}

const isDisjoint = (a: ReadonlySet<Cause>, b: ReadonlySet<Cause>): boolean => {
  for (const each of a) if (b.has(each)) return false
  return true
}

/** Highest priority first, then oldest, then by id so that the order is the same everywhere. */
function isBefore({ pod: a }: Waiting, { pod: b }: Waiting): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt
  return a.id < b.id
}
