/**
 * An element that follows what it reads: whatever `render` takes from the replica or another reactive value renders it again when
 * that changes, batched by Lit. Taken out of the page it follows nothing; put back it catches up.
 */
import { ReactiveEffect } from '@vue/reactivity'
import { LitElement, type PropertyValues } from 'lit'

export class StateElement extends LitElement {
  #following: ReactiveEffect<void> | undefined
  #changed: PropertyValues = new Map()

  protected override update(changed: PropertyValues): void {
    this.#changed = changed
    this.#following ??= this.#follow()
    this.#following.run()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#following?.stop()
    this.#following = undefined
  }

  #follow(): ReactiveEffect<void> {
    const effect = new ReactiveEffect<void>(() => super.update(this.#changed))
    effect.scheduler = () => this.requestUpdate()
    return effect
  }
}
