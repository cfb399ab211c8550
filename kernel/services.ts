/** Services: what one plugin provides and others need, by name. */
import type { Services as Known } from './plugin.ts'

export class Services {
  readonly #provided = new Map<string, { readonly plugin: string; readonly service: unknown }>()

  /** @throws Error when another plugin provides it */
  provide<S extends keyof Known>(plugin: string, name: S, service: Known[S]): void {
    const known = this.#provided.get(name)
    if (known) throw new Error(`${plugin} and ${known.plugin} both provide ${name}`)
    this.#provided.set(name, { plugin, service })
  }

  need<S extends keyof Known>(plugin: string, name: S): Known[S] {
    const known = this.#provided.get(name)
    if (!known) throw new Error(`${plugin} needs ${name}, and no enabled plugin provides it`)
    return known.service as Known[S]
  }

  remove(name: string): void {
    this.#provided.delete(name)
  }
}
