/** The classes of pods that are known, each with what the plugins described for it. */
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Books } from './books.ts'
import type { ClassPod } from './candidates.ts'
import { Placement, type PlacementOptions } from './placement.ts'
import { Shared } from './shared.ts'

/** So many classes are told apart by what they are; pods of those before are judged as if they were of another. */
const CLASSES_MAX = 10_000
/** What is kept of nodes for classes: for so many, and for so many slots in all. */
const DESCRIBED_MAX = 1_000
const SLOTS_MAX = 10_000_000

export interface ClassesOptions extends Pick<PlacementOptions, 'weightOf' | 'meter'> {
  readonly hooks: () => Hooks
  readonly books: Books
  readonly log: Log
}

/** The fields by which pods are of one class. */
export const CLASS_FIELDS = [
  'namespace',
  'packId',
  'nodeName',
  'labels',
  'tolerations',
  'resources',
  'scheduling',
  'priority',
  'preemptionPolicy',
  'deploymentId',
] as const satisfies readonly (keyof ClassPod)[]

/** Pods of one class are judged alike. */
export interface PodClass {
  /** What was described for it, while that is known. */
  placement: Placement | undefined
  /** How many pods of it wait. */
  waiting: number
}

export class Classes {
  readonly #options: ClassesOptions
  readonly #classes = new Map<string, PodClass>()
  readonly #shared: Shared
  /** Oldest first. */
  readonly #described = new Set<PodClass>()
  #hooks: Hooks | undefined

  constructor(options: ClassesOptions) {
    this.#options = options
    this.#shared = new Shared(options.books)
  }

  /** The class of a pod: the same object for pods that are alike, for as long as it is remembered. */
  classOf(pod: ClassPod): PodClass {
    const key = JSON.stringify(CLASS_FIELDS.map((field) => pod[field]))
    const known = this.#classes.get(key)
    if (known) return known
    if (this.#classes.size >= CLASSES_MAX) for (const oldest of this.#classes.keys()) if (this.#classes.delete(oldest)) break
    const podClass = { placement: undefined, waiting: 0 }
    this.#classes.set(key, podClass)
    return podClass
  }

  of(pod: ClassPod): Placement {
    return this.placementOf(this.classOf(pod), pod)
  }

  /** @param pod one of the class */
  placementOf(podClass: PodClass, pod: ClassPod): Placement {
    const hooks = this.#options.hooks()
    if (this.#hooks !== hooks) {
      this.forget()
      this.#hooks = hooks
    }
    if (podClass.placement) return podClass.placement
    if (this.#described.size >= this.#describedMax) for (const oldest of this.#described) if (this.#drop(oldest)) break
    this.#described.add(podClass)
    return (podClass.placement = this.#begin(pod, hooks))
  }

  /** A placement for one question. @param only these plugins; all unless told */
  briefly<T>(pod: ClassPod, only: ReadonlySet<string> | undefined, ask: (placement: Placement) => T): T {
    const placement = this.#begin(pod, this.#options.hooks(), only)
    try {
      return ask(placement)
    } finally {
      placement.close()
    }
  }

  /** Plugins may describe everything otherwise from now on. */
  forget(): void {
    for (const podClass of this.#described) this.#drop(podClass)
    this.#shared.clear()
    this.#options.books.nodes.forgetDomains()
  }

  get #describedMax(): number {
    return Math.min(DESCRIBED_MAX, Math.floor(SLOTS_MAX / this.#options.books.nodes.columns.capacity))
  }

  #begin(pod: ClassPod, hooks: Hooks, only?: ReadonlySet<string>): Placement {
    const { books, weightOf, meter, log } = this.#options
    return new Placement(pod, {
      hooks,
      books,
      weightOf,
      shared: this.#shared,
      meter,
      complain: (plugin, error) => log.error('a plugin failed while scheduling', { plugin, error: String(error) }),
      ...(only ? { only } : {}),
    })
  }

  #drop(podClass: PodClass): boolean {
    podClass.placement?.close()
    podClass.placement = undefined
    return this.#described.delete(podClass)
  }
}
