/**
 * <pod-page pod-id="..." view="why" .cluster=${cluster}></pod-page>
 * One pod, live: what it is, why it is where it is, what happened to it, what it says, and what can be done with it.
 */
import { css, html, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { shellWord } from '../format.ts'
import { hasEnded } from '../load.ts'
import { nodeAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'

const VIEWS = [
  ['', 'Overview'],
  ['why', 'Why'],
  ['history', 'History'],
  ['logs', 'Logs'],
] as const

export class PodPage extends StateElement {
  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin: 1rem 0;
        border-bottom: 1px solid var(--line);
      }
      nav a {
        padding: 0.35rem 0;
        text-decoration: none;
      }
      nav a[aria-current] {
        border-bottom: 2px solid var(--accent);
        font-weight: 600;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ]
  static override properties = { podId: { attribute: 'pod-id' }, view: {}, cluster: { attribute: false } }
  declare podId: string
  declare view: string
  declare cluster: Cluster

  override render() {
    const pod = this.cluster.pods.get(this.podId)
    if (!pod) return this.#gone()
    return html`
      <h1>${pod.name} <small>${podStatus(pod.status)}</small></h1>
      <p role="status">${[pod.reason, pod.statusMessage].filter(Boolean).join(': ')}</p>
      <div class="actions">${this.#actions(pod)}</div>
      ${this.#views()} ${keyed(pod.id, this.#view(pod))}
    `
  }

  /** Its history outlives it. */
  #gone() {
    if (!this.cluster.hasLoaded('pods')) return html`<p role="status">Loading</p>`
    return html`
      <h1>No such pod</h1>
      <p>There is no pod ${this.podId}: it may have been deleted. What happened to it:</p>
      ${keyed(this.podId, html`<pod-history pod-id=${this.podId} .cluster=${this.cluster}></pod-history>`)}
    `
  }

  #views() {
    const links = VIEWS.map(
      ([view, name]) => html`<a href=${podAddress(this.podId, view)} aria-current=${view === this.view ? 'page' : nothing}>${name}</a>`,
    )
    return html`<nav aria-label="Of this pod">${links}</nav>`
  }

  #view(pod: Pod): TemplateResult {
    const { cluster } = this
    if (this.view === 'why') return html`<pod-why pod-id=${pod.id} .cluster=${cluster}></pod-why>`
    if (this.view === 'logs') return html`<pod-logs pod-id=${pod.id} .cluster=${cluster}></pod-logs>`
    if (this.view === 'history') return html`<pod-history pod-id=${pod.id} .cluster=${cluster}></pod-history>`
    return this.#overview(pod)
  }

  #actions(pod: Pod) {
    const { cluster } = this
    const words = `${shellWord(pod.name)}${pod.namespace === 'default' ? '' : ` --namespace ${shellWord(pod.namespace)}`}`
    const where = pod.nodeId === null ? '' : ` on ${this.#nodeName(pod.nodeId)}`
    const grace = `it is told, and killed if it goes on for more than ${pod.terminationGracePeriodSeconds} s`
    const stopping = `Stops pod ${pod.name}${where}: ${grace}. It is not started again, and stays in the list.`
    const deleting = hasEnded(pod)
      ? `Removes pod ${pod.name} and its log. Its history stays.`
      : `Stops pod ${pod.name}${where}: ${grace}. Then it is removed with its log; its history stays.`
    const stop = html`<confirm-action
      label="Stop"
      operation="pods.stop"
      consequence=${stopping}
      command="npx stark stop ${words}"
      .input=${{ id: pod.id }}
      .cluster=${cluster}
    ></confirm-action>`
    return html`${hasEnded(pod) ? '' : stop}
      <confirm-action
        label="Delete"
        operation="pods.delete"
        consequence=${deleting}
        command="npx stark delete ${words}"
        .input=${{ id: pod.id }}
        .cluster=${cluster}
      ></confirm-action>`
  }

  #overview(pod: Pod): TemplateResult {
    const { cpu = 0, memory = 0 } = pod.resources.requests
    const labels = Object.entries(pod.labels).map((pair) => pair.join('='))
    return html`
      <dl>
        <dt>Pack</dt>
        <dd>${pod.packName}@${pod.packVersion}</dd>
        <dt>Namespace</dt>
        <dd>${pod.namespace}</dd>
        <dt>Node</dt>
        <dd>${pod.nodeId === null ? '-' : html`<a href=${nodeAddress(pod.nodeId)}>${this.#nodeName(pod.nodeId)}</a>`}</dd>
        <dt>Ready</dt>
        <dd>${pod.ready ? 'yes' : 'no'}</dd>
        <dt>Requests</dt>
        <dd>${cpu} m CPU, ${memory} MB memory</dd>
        <dt>Priority</dt>
        <dd>${pod.priority}${pod.priorityClassName === null ? '' : ` (${pod.priorityClassName})`}</dd>
        <dt>Restarts</dt>
        <dd>${pod.restarts}, policy ${pod.restartPolicy}</dd>
        <dt>Labels</dt>
        <dd>${labels.join(', ') || '-'}</dd>
        <dt>Created</dt>
        <dd>${since(pod.createdAt)}</dd>
        <dt>Placed</dt>
        <dd>${since(pod.scheduledAt)}</dd>
        <dt>Started</dt>
        <dd>${since(pod.startedAt)}</dd>
        <dt>Ended</dt>
        <dd>${since(pod.stoppedAt)}</dd>
        <dt>Id</dt>
        <dd><code>${pod.id}</code></dd>
      </dl>
      ${exitOf(pod)}
    `
  }

  #nodeName(nodeId: string): string {
    return this.cluster.nodes.get(nodeId)?.name ?? nodeId
  }
}
customElements.define('pod-page', PodPage)

function exitOf({ exit }: Pod): TemplateResult | '' {
  if (!exit) return ''
  const text = exit.error ? exit.error.stack || exit.error.message : JSON.stringify(exit.result, null, 2)
  return html`<h2>${exit.error ? 'Failed with' : 'Returned'}</h2>
    <pre class="scroll" tabindex="0">${text}</pre>`
}
