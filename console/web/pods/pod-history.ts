/**
 * <pod-history pod-id="..." .cluster=${cluster}></pod-history>
 * What happened to a pod, oldest first, also to one that is gone. Asked anew when the pod has changed.
 */
import { html } from 'lit'
import type { PodHistory as Entry } from '../../../kernel/schema/cluster.ts'
import type { Cluster } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { PodEntries } from './pod-entries.ts'

export class PodHistory extends StateElement {
  static override styles = shared
  static override properties = { podId: { attribute: 'pod-id' }, cluster: { attribute: false } }
  declare podId: string
  declare cluster: Cluster
  readonly #entries = new PodEntries()

  override render() {
    const state = this.#entries.of(this.podId, this.cluster)
    if (state.is === 'waiting') return html`<p role="status">Loading</p>`
    if (state.is === 'failed') return html`<p role="alert">${state.detail}</p>`
    return html`
      <div class="scroll" role="region" aria-label="History" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>Status</th>
              <th>Reason</th>
              <th>Message</th>
              <th>Node</th>
            </tr>
          </thead>
          <tbody>
            ${state.value.items.map((entry) => this.#row(entry))}
          </tbody>
        </table>
      </div>
    `
  }

  #row({ at, action, newStatus, reason, message, newNodeId }: Entry) {
    return html`<tr>
      <td>${since(at)}</td>
      <td>${action}</td>
      <td>${newStatus === null ? '-' : podStatus(newStatus)}</td>
      <td>${reason ?? '-'}</td>
      <td>${message}</td>
      <td>${newNodeId === null ? '-' : (this.cluster.nodes.get(newNodeId)?.name ?? newNodeId)}</td>
    </tr>`
  }
}
customElements.define('pod-history', PodHistory)
