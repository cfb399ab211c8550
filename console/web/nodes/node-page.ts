/**
 * <node-page node-id="..." .cluster=${cluster}></node-page>
 * One node, live: what it is and has, what runs on it, and what can be done with it.
 */
import { css, html } from 'lit'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { podColumns } from '../columns.ts'
import { shellWord } from '../format.ts'
import { hasEnded, loadOf, loads } from '../load.ts'
import { StateElement } from '../state-element.ts'
import { nodeStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { sorted } from '../table-model.ts'
import { since } from '../time.ts'

export class NodePage extends StateElement {
  static override styles = [
    shared,
    css`
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-bottom: 1rem;
      }
    `,
  ]
  static override properties = { nodeId: { attribute: 'node-id' }, cluster: { attribute: false }, sort: { state: true } }
  declare nodeId: string
  declare cluster: Cluster
  declare sort: string

  constructor() {
    super()
    this.sort = 'name'
  }

  override render() {
    const node = this.cluster.nodes.get(this.nodeId)
    if (!node && !this.cluster.hasLoaded('nodes')) return html`<p role="status">Loading</p>`
    if (!node) return html`<h1>No such node</h1>`
    const pods = [...this.cluster.pods.values()].filter(({ nodeId }) => nodeId === node.id)
    return html`
      <h1>${node.name} <small>${nodeStatus(node)}</small></h1>
      <div class="actions">${this.#actions(node, pods)}</div>
      ${this.#overview(node, pods)}
      <h2>Pods</h2>
      ${pods.length === 0 ? html`<p>It has none.</p>` : this.#pods(pods)}
    `
  }

  #actions({ id, name, unschedulable }: Node, pods: readonly Pod[]) {
    const left = pods.filter((pod) => !hasEnded(pod)).length
    const leaving =
      left === 0 ? 'It has no pods.' : `${left} ${left === 1 ? 'pod is' : 'pods are'} stopped, given the usual grace, and evicted.`
    const action = (label: string, verb: string, consequence: string) =>
      html`<confirm-action
        label=${label}
        operation="nodes.${verb}"
        consequence=${consequence}
        command="npx stark node ${verb} ${shellWord(name)}"
        .input=${{ id }}
        .cluster=${this.cluster}
      ></confirm-action>`
    return html`
      ${
        unschedulable
          ? action('Uncordon', 'uncordon', `Node ${name} takes new pods again.`)
          : action('Cordon', 'cordon', `Node ${name} takes no new pods; what runs there stays.`)
      }
      ${action('Drain', 'drain', `Node ${name} takes no new pods. ${leaving}`)}
    `
  }

  #overview(node: Node, pods: readonly Pod[]) {
    const { runtimeType, capabilities, allocatable, taints, labels, lastHeartbeat, createdAt, id } = node
    const load = loadOf(loads(pods), node)
    const taintTexts = taints.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`)
    const labelTexts = Object.entries(labels).map((pair) => pair.join('='))
    return html`
      <dl>
        <dt>Runtime</dt>
        <dd>${runtimeType} ${capabilities.runtimeVersion ?? ''} ${capabilities.os ?? ''} ${capabilities.arch ?? ''}</dd>
        <dt>Pods</dt>
        <dd>${load.pods} of ${allocatable.pods}</dd>
        <dt>CPU</dt>
        <dd>${load.cpu} of ${allocatable.cpu} m</dd>
        <dt>Memory</dt>
        <dd>${load.memory} of ${allocatable.memory} MB</dd>
        <dt>Taints</dt>
        <dd>${taintTexts.join(', ') || '-'}</dd>
        <dt>Labels</dt>
        <dd>${labelTexts.join(', ') || '-'}</dd>
        <dt>Heard from</dt>
        <dd>${since(lastHeartbeat)}</dd>
        <dt>Joined</dt>
        <dd>${since(createdAt)}</dd>
        <dt>Id</dt>
        <dd><code>${id}</code></dd>
      </dl>
    `
  }

  #pods(pods: readonly Pod[]) {
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
