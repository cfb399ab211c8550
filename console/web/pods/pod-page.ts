/**
 * <pod-page .path=${['default', 'web']} view="why" .cluster=${cluster}></pod-page>
 * One pod, live: what it is, why it is where it is, what happened to it, what it says, and what can be done with it.
 */
import { html, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { actionButtons } from '../parts/action-button.ts'
import { chips } from '../parts/chips.ts'
import '../panels/plugin-panels.ts'
import '../parts/copy-text.ts'
import { Found } from '../parts/find.ts'
import '../parts/object-events.ts'
import { tabs } from '../parts/tabs.ts'
import '../parts/yaml-view.ts'
import { deploymentAddress, nodeAddress, packAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { podActions } from './pod-actions.ts'
import './pod-history.ts'
import './pod-logs.ts'
import './pod-timeline.ts'
import './pod-why.ts'

const VIEWS = [
  ['', 'Overview'],
  ['why', 'Why'],
  ['logs', 'Logs'],
  ['history', 'History'],
  ['events', 'Events'],
  ['yaml', 'YAML'],
] as const

export class PodPage extends StateElement {
  static override styles = shared
  static override properties = { path: { attribute: false }, view: {}, cluster: { attribute: false } }
  declare path: readonly string[]
  declare view: string
  declare cluster: Cluster
  readonly #found = new Found<Pod>()

  override render() {
    const { cluster, path, view } = this
    const pod = this.#found.in(cluster.pods, path)
    if (!pod) return this.#gone()
    return html`
      <div class="row between">
        <h1>${pod.name} <small>${podStatus(pod.status)}</small></h1>
        ${actionButtons(podActions(pod, cluster), cluster)}
      </div>
      <p role="status" class="muted">${[pod.reason, pod.statusMessage].filter(Boolean).join(': ')}</p>
      ${tabs({ of: 'this pod', views: VIEWS, current: view, address: (each) => podAddress(pod, each) })} ${keyed(pod.id, this.#view(pod))}
    `
  }

  /** Its history outlives it. */
  #gone(): TemplateResult {
    const { cluster } = this
    if (!cluster.hasLoaded('pods')) return html`<p role="status">Loading</p>`
    const id = this.#found.id ?? (this.path.length === 1 ? this.path[0] : undefined)
    return html`
      <h1>No such pod</h1>
      <p>There is no pod ${this.path.join('/')}: it may have been deleted. <a href="/pods">All pods</a></p>
      ${
        id === undefined
          ? ''
          : html`<h2>What happened to it</h2>
              ${keyed(id, html`<pod-history pod-id=${id} .cluster=${cluster}></pod-history>`)}`
      }
    `
  }

  #view(pod: Pod): TemplateResult {
    const { cluster } = this
    switch (this.view) {
      case 'why':
        return html`<pod-why .pod=${pod} .cluster=${cluster}></pod-why>`
      case 'logs':
        return html`<pod-logs .pod=${pod} .cluster=${cluster}></pod-logs>`
      case 'history':
        return html`<pod-history pod-id=${pod.id} .cluster=${cluster}></pod-history>`
      case 'events':
        return html`<object-events object-id=${pod.id} .cluster=${cluster}></object-events>`
      case 'yaml':
        return html`<yaml-view .record=${pod}></yaml-view>`
      default:
        return html`${this.#overview(pod)}<plugin-panels kind="pods" .record=${pod} .cluster=${cluster}></plugin-panels>`
    }
  }

  #overview(pod: Pod): TemplateResult {
    const { requests, limits } = pod.resources
    return html`
      <pod-timeline .pod=${pod} .cluster=${this.cluster}></pod-timeline>
      <dl>
        <dt>Node</dt>
        <dd>${pod.nodeId === null ? '-' : this.#nodeLink(pod.nodeId)}</dd>
        <dt>Pack</dt>
        <dd><a href=${packAddress(pod.packName)}>${pod.packName}</a>@${pod.packVersion}</dd>
        <dt>Namespace</dt>
        <dd>${pod.namespace}</dd>
        ${this.#deployment(pod)}
        <dt>Ready</dt>
        <dd>${pod.ready ? 'yes' : 'no'}</dd>
        <dt>Requests</dt>
        <dd>${amounts(requests)}</dd>
        <dt>Limits</dt>
        <dd>${amounts(limits)}</dd>
        <dt>Priority</dt>
        <dd>${pod.priority}${pod.priorityClassName === null ? '' : ` (${pod.priorityClassName})`}</dd>
        <dt>Restarts</dt>
        <dd>${pod.restarts}, policy ${pod.restartPolicy}</dd>
        <dt>Labels</dt>
        <dd>${chips(pod.labels)}</dd>
        <dt>Created</dt>
        <dd>${since(pod.createdAt)}</dd>
        <dt>Id</dt>
        <dd><copy-text inline text=${pod.id}></copy-text></dd>
      </dl>
      ${exitOf(pod)}
    `
  }

  #deployment({ deploymentId, namespace }: Pod): TemplateResult | '' {
    if (deploymentId === null) return ''
    const name = this.cluster.all('deployments').get(deploymentId)?.name ?? deploymentId
    return html`<dt>Deployment</dt>
      <dd><a href=${deploymentAddress({ namespace, name })}>${name}</a></dd>`
  }

  #nodeLink(nodeId: string): TemplateResult {
    const name = this.cluster.nodes.get(nodeId)?.name ?? nodeId
    return html`<a href=${nodeAddress(name)}>${name}</a>`
  }
}
customElements.define('pod-page', PodPage)

const amounts = ({ cpu, memory, storage }: Pod['resources']['requests']): string =>
  [
    cpu === undefined ? '' : `${cpu} m CPU`,
    memory === undefined ? '' : `${memory} MB memory`,
    storage === undefined ? '' : `${storage} MB storage`,
  ]
    .filter(Boolean)
    .join(', ') || '-'

function exitOf({ exit }: Pod): TemplateResult | '' {
  if (!exit) return ''
  const text = exit.error ? exit.error.stack || exit.error.message : JSON.stringify(exit.result, null, 2)
  return html`<h2>${exit.error ? 'Failed with' : 'Returned'}</h2>
    <pre class="scroll" tabindex="0">${text}</pre>`
}
