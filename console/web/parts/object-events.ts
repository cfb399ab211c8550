/**
 * <object-events object-id="..." .cluster=${cluster}></object-events>
 * What happened to one object, newest first, live.
 */
import { html } from 'lit'
import type { Cluster } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'

export class ObjectEvents extends StateElement {
  static override styles = shared
  static override properties = { objectId: { attribute: 'object-id' }, cluster: { attribute: false } }
  declare objectId: string
  declare cluster: Cluster

  override render() {
    const { cluster, objectId } = this
    const refusal = cluster.refusalOf('events')
    if (refusal !== undefined) return html`<p role="alert">${refusal}</p>`
    const events = [...cluster.all('events').values()].filter((event) => event.objectId === objectId)
    if (!cluster.hasLoaded('events')) return html`<p role="status">Loading</p>`
    if (events.length === 0) return html`<p class="muted">There are no events of it. Events are forgotten after a while.</p>`
    return html`<div class="scroll" role="region" aria-label="Events" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Last</th>
            <th>Reason</th>
            <th>What</th>
            <th>Times</th>
          </tr>
        </thead>
        <tbody>
          ${events
            .toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
            .map(
              ({ lastAt, type, reason, message, count }) =>
                html`<tr>
                  <td>${since(lastAt)}</td>
                  <td data-tone=${type === 'Warning' ? 'busy' : ''}>${reason}</td>
                  <td>${message}</td>
                  <td>${count}</td>
                </tr>`,
            )}
        </tbody>
      </table>
    </div>`
  }
}
customElements.define('object-events', ObjectEvents)
