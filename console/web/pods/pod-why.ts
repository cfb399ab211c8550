/**
 * <pod-why .pod=${pod} .cluster=${cluster}></pod-why>
 * Why a pod is where it is or nowhere: one sentence, the single changes that would place it, each a step to doing it, and what every
 * plugin says of every node. It is an answer about the cluster of a moment, and is asked for again only when somebody wants to know again.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { changeAction, type Change } from '../deploy/change-action.ts'
import '../parts/action-button.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import type { Explanation } from './explanation.ts'
import { judgementStyles, judgementTable } from './judgement-table.ts'

export class PodWhy extends StateElement {
  static override styles = [
    shared,
    judgementStyles,
    css`
      .sentence {
        max-width: 60rem;
        font-size: 1.1rem;
      }
      .button {
        white-space: normal;
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
    const { summary, victims, changes } = state.value
    return html`
      <p class="sentence" role="status">${summary}</p>
      ${victims.length > 0 ? html`<p>It would evict ${victims.join(', ')}.</p>` : ''} ${again}
      ${changes.length > 0 ? this.#changes(changes) : ''}
      <h2>Nodes</h2>
      ${judgementTable(state.value)}
    `
  }

  #changes(changes: readonly Change[]): TemplateResult {
    return html`
      <h2>What would place it</h2>
      <div class="row">${changes.map((change) => this.#change(change))}</div>
      <p class="muted">A change of the pod fills in the form of another pod like it; each was tried on a copy of the cluster.</p>
    `
  }

  #change(change: Change): TemplateResult {
    const { pod, cluster } = this
    const action = changeAction(change, cluster)
    if (action) return html`<action-button .action=${action} .cluster=${cluster}></action-button>`
    if (change.kind !== 'pod') return html`<span>${change.text}</span>`
    const query = { like: `${pod.namespace}/${pod.name}`, change: JSON.stringify(change.patch) }
    return html`<a class="button" href=${addressOf({ place: 'deploy', query })}>${change.text}</a>`
  }
}
customElements.define('pod-why', PodWhy)
