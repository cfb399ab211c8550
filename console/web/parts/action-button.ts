/**
 * <action-button .action=${action} .cluster=${cluster}></action-button>
 * A button that asks before it does something: parts/action-dialog.ts. One that would be refused looks so, and says why when asked.
 */
import { css, html, nothing } from 'lit'
import type { Cluster } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import './action-dialog.ts'
import type { ActionDialog } from './action-dialog.ts'
import type { Action } from './action.ts'
import { whyNot } from './permissions.ts'

export class ActionButton extends StateElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
    `,
  ]
  static override properties = { action: { attribute: false }, cluster: { attribute: false } }
  declare action: Action
  declare cluster: Cluster

  override render() {
    const { label, operation, isDangerous = false } = this.action
    const refusal = whyNot(this.cluster, [operation])
    return html`
      <button
        data-tone=${isDangerous && refusal === undefined ? 'danger' : ''}
        ?data-refused=${refusal !== undefined}
        title=${refusal ?? nothing}
        aria-haspopup="dialog"
        @click=${() => this.#ask()}
      >
        ${label}
      </button>
      <action-dialog .cluster=${this.cluster}></action-dialog>
    `
  }

  #ask(): void {
    void this.renderRoot.querySelector<ActionDialog>('action-dialog')?.ask(this.action)
  }
}
customElements.define('action-button', ActionButton)

/** What can be done to an object, as buttons. */
export const actionButtons = (actions: readonly Action[], cluster: Cluster) =>
  html`<div class="row">${actions.map((action) => html`<action-button .action=${action} .cluster=${cluster}></action-button>`)}</div>`
