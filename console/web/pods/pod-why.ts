/**
 * <pod-why .pod=${pod} .cluster=${cluster}></pod-why>
 * Why a pod is where it is or nowhere: one sentence, what every plugin says of every node, and the single changes that would place
 * it. It is an answer about the cluster of a moment, and is asked for again only when somebody wants to know again.
 */
import { css, html } from 'lit'
import { Answer } from '../answer.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { judgementOf, type Cell, type Explanation, type Row } from './explanation.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

/** More rows than anybody reads; the sentence counts them all. */
const ROWS_MAX = 200

export class PodWhy extends StateElement {
  static override styles = [
    shared,
    css`
      .sentence {
        font-size: 1.1rem;
      }
      td {
        max-width: 16rem;
      }
      tr[data-mark='chosen'] th {
        color: var(--good);
      }
    `,
  ]
  static override properties = { pod: { attribute: false }, cluster: { attribute: false } }
  declare pod: Pod
  declare cluster: Cluster
  #answer: Answer<Explanation> | undefined

  override render() {
    this.#answer ??= new Answer(() => this.cluster.ask<Explanation>('pods.explain', { id: this.pod.id }))
    const { state } = this.#answer
    if (state.is === 'waiting') return html`<p role="status">Asking the scheduler</p>`
    const again = html`<button @click=${() => void this.#answer?.again()}>Ask again</button>`
    if (state.is === 'failed')
      return html`<p role="alert">${state.detail}</p>
        ${again}`
    const { summary, victims } = state.value
    return html`
      <p class="sentence" role="status">${summary}</p>
      ${victims.length > 0 ? html`<p>It would evict ${victims.join(', ')}.</p>` : ''} ${again} ${changesOf(state.value)}
      ${this.#table(state.value)}
    `
  }

  #table(explanation: Explanation) {
    const { plugins, rows } = judgementOf(explanation)
    if (rows.length === 0) return html`<p>There is no node.</p>`
    const left = rows.length - ROWS_MAX
    return html`
      <h2>Nodes</h2>
      <div class="scroll" role="region" aria-label="Nodes and what each plugin says of them" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Node</th>
              <th>Points</th>
              ${plugins.map((plugin) => html`<th>${plugin}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, ROWS_MAX).map(rowOf)}
          </tbody>
        </table>
      </div>
      ${left > 0 ? html`<p class="muted">${left} more nodes are not shown.</p>` : ''}
    `
  }
}
customElements.define('pod-why', PodWhy)

const rowOf = ({ node, total, mark, cells }: Row) =>
  html`<tr data-mark=${mark}>
    <th scope="row">${node}${mark === '' ? '' : ` (${mark})`}</th>
    <td>${total ?? 'refused'}</td>
    ${cells.map(cellOf)}
  </tr>`

const cellOf = ({ is, text }: Cell) => html`<td>${is === 'refused' ? html`<span data-tone="bad">${text}</span>` : text}</td>`

function changesOf({ changes }: Explanation) {
  if (changes.length === 0) return ''
  return html`
    <h2>What would place it</h2>
    <ul>
      ${changes.map(({ kind, text, patch }) => html`<li>${text} <code class="muted">${kind} ${JSON.stringify(patch)}</code></li>`)}
    </ul>
  `
}
