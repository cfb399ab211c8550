/**
 * <queue-page .cluster=${cluster}></queue-page>
 * The pods that wait for a node, live: grouped by what keeps them waiting, with how many and for how long, and the way to what would
 * place them.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { counted } from '../load.ts'
import { Paced } from '../paced.ts'
import { podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { waitingBy, type Waiting } from './reasons.ts'

/** Of each group; the others are alike. */
const PODS_MAX = 10

export class QueuePage extends StateElement {
  static override styles = [
    shared,
    css`
      section {
        margin-block-end: 1rem;
      }
      h2 {
        margin-block-start: 0;
        overflow-wrap: anywhere;
      }
      ul {
        margin: 0.75rem 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
        padding-block: 0.25rem;
        border-block-start: 1px solid var(--line);
      }
    `,
  ]
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.fleet.counts))
  }

  override render() {
    const { cluster } = this
    const refusal = cluster.refusalOf('pods')
    if (refusal !== undefined)
      return html`<h1>Queue</h1>
        <p role="alert">${refusal}</p>`
    if (!cluster.hasLoaded('pods'))
      return html`<h1>Queue</h1>
        <p role="status">Loading</p>`
    const { waiting } = cluster.fleet
    if (waiting.size === 0)
      return html`<h1>Queue</h1>
        <p>No pod waits for a node.</p>`
    return html`
      <h1>Queue</h1>
      <p role="status">${counted(waiting.size, 'pod')} ${waiting.size === 1 ? 'waits' : 'wait'} for a node.</p>
      ${waitingBy(waiting.values()).map((group) => this.#group(group))}
    `
  }

  #group({ reason, pods }: Waiting): TemplateResult {
    const [oldest] = pods
    return html`<section class="card" aria-label=${reason}>
      <h2>${reason}</h2>
      <p>${counted(pods.length, 'pod')}, the oldest was asked for ${since(oldest?.createdAt ?? null)}</p>
      ${oldest ? html`<a class="button" href=${podAddress(oldest, 'why')}>Why, and what would place ${oldest.name}</a>` : ''}
      <ul>
        ${pods.slice(0, PODS_MAX).map(row)}
      </ul>
      ${pods.length > PODS_MAX ? html`<p class="muted">and ${pods.length - PODS_MAX} more for the same reason</p>` : ''}
    </section>`
  }
}
customElements.define('queue-page', QueuePage)

const row = (pod: Pod): TemplateResult =>
  html`<li>
    <span><a href=${podAddress(pod)}>${pod.name}</a> <span class="muted">${pod.namespace}, priority ${pod.priority}</span></span>
    <span>${since(pod.createdAt)} · <a href=${podAddress(pod, 'why')} aria-label="Why ${pod.name} waits">Why</a></span>
  </li>`
