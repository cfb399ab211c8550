/**
 * <draft-verdict .explanation=${explanation} .cluster=${cluster}></draft-verdict>
 * Where a pod that does not exist yet would go, whom it would evict, and what would place one that fits nowhere. Fires take-change
 * with a change of the pod.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import '../parts/action-button.ts'
import { judgementTable, judgementStyles } from '../pods/judgement-table.ts'
import type { Explanation } from '../pods/explanation.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { changeAction, type Change } from './change-action.ts'

export class DraftVerdict extends StateElement {
  static override styles = [
    shared,
    judgementStyles,
    css`
      .sentence {
        margin-block-start: 0;
        font-size: 1.05rem;
      }
      ul {
        display: grid;
        gap: 0.4rem;
        justify-items: start;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      details {
        margin-block-start: 1rem;
      }
      button {
        white-space: normal;
        text-align: start;
      }
    `,
  ]
  static override properties = { explanation: { attribute: false }, cluster: { attribute: false } }
  declare explanation: Explanation
  declare cluster: Cluster

  override render(): TemplateResult {
    const { explanation } = this
    const { summary, chosen, victims, changes, runnerUp } = explanation
    return html`
      <p class="sentence" role="status"><span class="status" data-tone=${chosen === null ? 'bad' : 'good'}></span> ${summary}</p>
      ${victims.length > 0 ? html`<p data-tone="bad">It would evict ${victims.join(', ')}.</p>` : ''}
      ${runnerUp === null ? '' : html`<p class="muted">Next best: ${runnerUp}</p>`} ${changes.length > 0 ? this.#changes(changes) : ''}
      <details>
        <summary>Why: nodes by plugins</summary>
        ${judgementTable(explanation)}
      </details>
    `
  }

  #changes(changes: readonly Change[]): TemplateResult {
    return html`<h3>What would place it</h3>
      <ul>
        ${changes.map((change) => html`<li>${this.#change(change)}</li>`)}
      </ul>`
  }

  #change(change: Change): TemplateResult {
    if (change.kind === 'pod')
      return html`<button type="button" @click=${() => this.dispatchEvent(new CustomEvent('take-change', { detail: change.patch }))}>
        ${change.text}
      </button>`
    const action = changeAction(change, this.cluster)
    if (action) return html`<action-button .action=${action} .cluster=${this.cluster}></action-button>`
    return html`<a class="button" href=${addressOf({ place: 'nodes' })}>${change.text}</a>`
  }
}
customElements.define('draft-verdict', DraftVerdict)
