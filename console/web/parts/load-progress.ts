/**
 * <load-progress kind="pods" .cluster=${cluster}></load-progress>
 * How much of a kind has come, while it comes; nothing once all of it is there.
 */
import { css, html, nothing } from 'lit'
import type { Cluster, Kind } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

const NUMBERS = new Intl.NumberFormat('en')

export class LoadProgress extends StateElement {
  static override styles = [
    shared,
    css`
      progress {
        width: 6rem;
        accent-color: var(--accent);
        vertical-align: middle;
      }
    `,
  ]
  static override properties = { kind: {}, cluster: { attribute: false } }
  declare kind: Kind
  declare cluster: Cluster

  override render() {
    const progress = this.cluster.progressOf(this.kind)
    if (!progress) return nothing
    const { come, all } = progress
    return html`<progress aria-label="Loading ${this.kind}" value=${come} max=${all}></progress>
      <span class="muted">${NUMBERS.format(come)} of ${NUMBERS.format(all)} ${this.kind}</span>`
  }
}
customElements.define('load-progress', LoadProgress)
