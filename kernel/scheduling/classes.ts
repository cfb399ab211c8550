/** The classes of pods that are known, each with what the plugins described for it. */
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Books } from './books.ts'
import type { ClassPod } from './candidates.ts'
import type { FixedRules } from './fixed-rules.ts'
import { Placement, type PlacementOptions } from './placement.ts'

const CLASSES_MAX = 1_000
/** What fixed rules say is kept for so many kinds of pods. */
const SHARED_MAX = 256

export interface ClassesOptions extends Pick<PlacementOptions, 'weightOf'> {
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

export class Classes {
  readonly #options: ClassesOptions
  readonly #placements = new Map<string, Placement>()
  readonly #shared = new Map<string, FixedRules>()
  #hooks: Hooks | undefined

  constructor(options: ClassesOptions) {
    this.#options = options
  }

  /** Pods with the same key are judged alike. */
  keyOf(pod: ClassPod): string {
    return JSON.stringify(CLASS_FIELDS.map((field) => pod[field]))
  }

  /** @param key the pod's, where it is known already */
  of(pod: ClassPod, key = this.keyOf(pod)): Placement {
    const hooks = this.#options.hooks()
    if (this.#hooks !== hooks) {
      this.forget()
      this.#hooks = hooks
    }
    const known = this.#placements.get(key)
    if (known) return known
    if (this.#placements.size >= CLASSES_MAX) this.#forgetOldest()
    const made = this.#begin(pod, hooks)
    this.#placements.set(key, made)
    return made
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
    for (const placement of this.#placements.values()) placement.close()
    this.#placements.clear()
    this.#shared.clear()
    this.#options.books.nodes.forgetDomains()
  }

  #begin(pod: ClassPod, hooks: Hooks, only?: ReadonlySet<string>): Placement {
    const { books, weightOf, log } = this.#options
    if (this.#shared.size >= SHARED_MAX) this.#shared.clear()
    return new Placement(pod, {
      hooks,
      books,
      weightOf,
      shared: this.#shared,
      complain: (plugin, error) => log.error('a plugin failed while scheduling', { plugin, error: String(error) }),
      ...(only ? { only } : {}),
    })
  }

  #forgetOldest(): void {
    for (const [key, placement] of this.#placements) {
      placement.close()
      this.#placements.delete(key)
      return
    }
  }
}
