/**
 * <action-button .action=${action} .cluster=${cluster}></action-button>
 * A button that asks before it does something: parts/action-dialog.ts.
 */
import { css, html, LitElement } from 'lit'
import type { Cluster } from '../cluster.ts'
import { shared } from '../styles.ts'
import './action-dialog.ts'
import type { ActionDialog } from './action-dialog.ts'
import type { Action } from './action.ts'

export class ActionButton extends LitElement {
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
    const { label, isDangerous = false } = this.action
    return html`
      <button data-tone=${isDangerous ? 'danger' : ''} aria-haspopup="dialog" @click=${() => this.#ask()}>${label}</button>
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
