/** What only some pages need is loaded with the first of them; this says, reactively, how far that is. */
import { shallowReactive } from '@vue/reactivity'

type Loading = 'loading' | 'there' | 'failed'

export class Modules {
  readonly #states = shallowReactive(new Map<string, Loading>())

  /** Begins to load what was not asked for before. */
  stateOf(name: string, load: (() => Promise<unknown>) | undefined): Loading {
    if (!load) return 'there'
    const state = this.#states.get(name)
    if (state === undefined) void this.#load(name, load)
    return state ?? 'loading'
  }

  /** A server that was replaced has other files: loading the page again brings them. */
  async #load(name: string, load: () => Promise<unknown>): Promise<void> {
    this.#states.set(name, 'loading')
    try {
      await load()
      this.#states.set(name, 'there')
    } catch {
      this.#states.set(name, 'failed')
    }
  }
}
