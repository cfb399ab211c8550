/**
 * <bulk-actions noun="pod" .bulks=${bulks} count="2" .cluster=${cluster}></bulk-actions>
 * What can be done to all rows that are chosen; bulk-dialog.ts asks first. What would be refused looks so, and says why. Fires clear when none is to be chosen any more.
 */
import { css, html, nothing } from 'lit'
import type { Cluster } from '../cluster.ts'
import { counted } from '../load.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import './bulk-dialog.ts'
import type { BulkDialog } from './bulk-dialog.ts'
import { operationsOf, type Bulk } from './bulk.ts'

export class BulkActions extends StateElement {
  static override styles = [
    shared,
    css`
      .row:first-child {
        margin-block-end: 0.75rem;
      }
      .row[hidden] {
        display: none;
      }
    `,
  ]
  static override properties = { noun: {}, count: { type: Number }, bulks: { attribute: false }, cluster: { attribute: false } }
  declare noun: string
  declare count: number
  declare bulks: readonly Bulk[]
  declare cluster: Cluster

  override render() {
    return html`
      <div class="row" role="group" aria-label="With those that are chosen" ?hidden=${this.count === 0}>
        <span role="status">${counted(this.count, this.noun)} chosen</span>
        ${this.bulks.map((bulk) => this.#button(bulk))}
        <button data-kind="quiet" @click=${() => this.#clear()}>Choose none</button>
      </div>
      <bulk-dialog noun=${this.noun} .cluster=${this.cluster} @carried-out=${() => this.#clear()}></bulk-dialog>
    `
  }

  #button(bulk: Bulk) {
    const refusal = whyNot(this.cluster, operationsOf(bulk))
    return html`<button
      data-tone=${bulk.isDangerous && refusal === undefined ? 'danger' : nothing}
      ?data-refused=${refusal !== undefined}
      title=${refusal ?? nothing}
      aria-haspopup="dialog"
      @click=${() => this.#ask(bulk)}
    >
      ${bulk.label}
    </button>`
  }

  #ask(bulk: Bulk): void {
    void this.renderRoot.querySelector<BulkDialog>('bulk-dialog')?.open(bulk)
  }

  #clear(): void {
    this.dispatchEvent(new CustomEvent('clear'))
  }
}
customElements.define('bulk-actions', BulkActions)
