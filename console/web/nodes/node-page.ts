/**
 * <node-page .path=${['node-1']} view="" .cluster=${cluster}></node-page>
 * One node, live: what it is and has, what runs on it, what happened to it, and what can be done with it.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { sparkline } from '../charts/sparkline.ts'
import type { Cluster } from '../cluster.ts'
import { podColumns } from '../tables/columns.ts'
import { hasEnded } from '../load.ts'
import { actionButtons } from '../parts/action-button.ts'
import { chips } from '../parts/chips.ts'
import '../parts/copy-text.ts'
import { Found } from '../parts/find.ts'
import { meter } from '../parts/meter.ts'
import '../panels/plugin-panels.ts'
import '../parts/object-events.ts'
import { tabs } from '../parts/tabs.ts'
import '../parts/yaml-view.ts'
import { Paced } from '../paced.ts'
import { ifDrainedAddress, nodeAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { confirmation, nodeStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { sorted } from '../tables/table-model.ts'
import { since } from '../time.ts'
import { drainStanding } from './drain-standing.ts'
import { nodeActions } from './node-actions.ts'

const VIEWS = [
  ['', 'Overview'],
  ['events', 'Events'],
  ['yaml', 'YAML'],
] as const

export class NodePage extends StateElement {
  static override styles = [
    shared,
    css`
      .meters {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
        gap: 1rem;
        margin-block-end: 1.25rem;
      }
    `,
  ]
  static override properties = { path: { attribute: false }, view: {}, cluster: { attribute: false }, sort: { state: true } }
  declare path: readonly string[]
  declare view: string
  declare cluster: Cluster
  declare sort: string
  readonly #found = new Found<Node>()

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.pods.size))
    this.sort = 'name'
  }

  override render() {
    const { cluster, path, view } = this
    const node = this.#found.in(cluster.nodes, path)
    if (!node && !cluster.hasLoaded('nodes')) return html`<p role="status">Loading</p>`
    if (!node)
      return html`<h1>No such node</h1>
        <p>There is no node ${path.join('/')}: it may have been deleted. <a href="/nodes">All nodes</a></p>`
    const pods = [...cluster.raw('pods').values()].filter(({ nodeId }) => nodeId === node.id)
    const left = pods.filter((pod) => !hasEnded(pod)).length
    return html`
      <div class="row between">
        <h1>${node.name} <small>${nodeStatus(node)} ${confirmation(node)}</small></h1>
        ${actionButtons(nodeActions(node, left), cluster)}
      </div>
      ${tabs({ of: 'this node', views: VIEWS, current: view, address: (each) => nodeAddress(node.name, each) })}
      ${view === 'events' ? html`<object-events object-id=${node.id} .cluster=${cluster}></object-events>` : ''}
      ${view === 'yaml' ? html`<yaml-view .record=${node}></yaml-view>` : ''} ${view === '' ? this.#overview(node, pods) : ''}
      ${view === '' ? html`<plugin-panels kind="nodes" .record=${node} .cluster=${cluster}></plugin-panels>` : ''}
    `
  }

  #overview(node: Node, pods: readonly Pod[]): TemplateResult {
    const { runtimeType, capabilities, allocatable, taints, labels, lastHeartbeat, createdAt, id } = node
    const { load } = this.cluster.fleet.holdingOf(node.id)
    const taintTexts = taints.map(({ key, value = '', effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`)
    return html`
      <div class="meters">
        ${meter({ name: 'Pods', used: load.pods, of: allocatable.pods })}
        ${meter({ name: 'CPU', used: load.cpu, of: allocatable.cpu, unit: 'm' })}
        ${meter({ name: 'Memory', used: load.memory, of: allocatable.memory, unit: 'MB' })}
      </div>
      ${drainStanding(node.drain)} ${node.drain ? '' : html`<p><a href=${ifDrainedAddress(node.name)}>What if it is drained?</a></p>`}
      <dl>
        <dt>Lately</dt>
        <dd>${sparkline(this.cluster.recorder.pressures(id), 'Full')}</dd>
        <dt>Runtime</dt>
        <dd>${runtimeType} ${capabilities.runtimeVersion ?? ''} ${capabilities.os ?? ''} ${capabilities.arch ?? ''}</dd>
        <dt>Taints</dt>
        <dd>${taintTexts.join(', ') || '-'}</dd>
        <dt>Labels</dt>
        <dd>${chips(labels)}</dd>
        <dt>Heard from</dt>
        <dd>${since(lastHeartbeat)}</dd>
        <dt>Joined</dt>
        <dd>${since(createdAt)}</dd>
        <dt>Id</dt>
        <dd><copy-text inline text=${id}></copy-text></dd>
      </dl>
      <h2>Pods</h2>
      ${pods.length === 0 ? html`<p>It has none.</p>` : this.#pods(pods)}
    `
  }

  #pods(pods: readonly Pod[]): TemplateResult {
    const columns = podColumns(this.cluster).filter(({ key }) => key !== 'node')
    return html`<data-table
      label="Pods of this node"
      sort=${this.sort}
      .columns=${columns}
      .records=${sorted(pods, this.sort, columns)}
      @sort-by=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
    ></data-table>`
  }
}
customElements.define('node-page', NodePage)
