/**
 * <push-page .cluster=${cluster}></push-page>
 * Registers a version of a pack with its bundle, and leads to what can be done with it then.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import '../deploy/bundle-drop.ts'
import '../parts/copy-text.ts'
import { addressOf, packAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

export class PushPage extends StateElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 40rem;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, pushed: { state: true } }
  declare cluster: Cluster
  /** NAME@VERSION of what was pushed last. */
  declare pushed: string | undefined

  override render(): TemplateResult {
    return html`
      <h1>Push a pack</h1>
      <p>A version is a bundle under a name, and never changes. A source map beside it makes stack traces name its author's lines.</p>
      ${this.pushed === undefined ? '' : this.#outcome(this.pushed)}
      <bundle-drop .cluster=${this.cluster} @pushed=${({ detail }: CustomEvent<string>) => (this.pushed = detail)}></bundle-drop>
      <p class="muted">From a folder with its sources, bundled first:</p>
      <copy-text text="npx stark pack push ./hello"></copy-text>
    `
  }

  #outcome(ref: string): TemplateResult {
    const name = ref.slice(0, ref.lastIndexOf('@'))
    return html`<div class="card row" style="margin-block-end: 1rem">
      <span role="status">${ref} is pushed.</span>
      <a class="button" data-kind="primary" href=${addressOf({ place: 'deploy', query: { pack: ref } })}>Deploy it</a>
      <a class="button" href=${packAddress(name)}>Open the pack</a>
    </div>`
  }
}
customElements.define('push-page', PushPage)
