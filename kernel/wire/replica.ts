/** A reactive copy of what is watched: a map that Vue's effects, and so Lit elements, can follow. */
import { shallowReactive } from '@vue/reactivity'
import type { Event } from './frames.ts'

export class ReplicaOf<T extends { readonly id: string }> {
  readonly #records = shallowReactive(new Map<string, T>())

  get records(): ReadonlyMap<string, T> {
    return this.#records
  }

  /** Applies one event of the watch that this is a copy of. */
  apply(event: Event): void {
    const put = event.put as readonly T[]
    if (event.isSnapshot) {
      const kept = new Set(put.map(({ id }) => id))
      for (const id of this.#records.keys()) if (!kept.has(id)) this.#records.delete(id)
    }
    for (const record of put) this.#records.set(record.id, record)
    for (const id of event.gone) this.#records.delete(id)
  }
}
