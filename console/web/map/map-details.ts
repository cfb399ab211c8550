/**
 * <map-details node-id="..." .cluster=${cluster} .navigation=${navigation}></map-details>
 * The node that is chosen on the map: how it stands, how full it is, its pods, and where to go from there.
 */
import { css, html } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import { Paced } from '../paced.ts'
import { meter } from '../parts/meter.ts'
import { ifDrainedAddress, nodeAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { nodeStatus, podStatus } from '../status.ts'
import { shared } from '../styles.ts'

const PODS_MAX = 100

export class MapDetails extends StateElement {
  static override styles = [
    shared,
    css`
      :host {
        align-self: start;
      }
      h2 {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .meters {
        display: grid;
        gap: 0.5rem;
        margin-block: 0.75rem;
      }
      ul {
        max-height: 50vh;
        margin: 0.5rem 0 0;
        padding: 0;
        overflow: auto;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
        padding-block: 0.15rem;
      }
      li a {
        overflow-wrap: anywhere;
      }
    `,
  ]
  static override properties = { nodeId: { attribute: 'node-id' }, cluster: { attribute: false }, navigation: { attribute: false } }
  declare nodeId: string
  declare cluster: Cluster
  declare navigation: Navigation

  constructor() {
    super()
    this.addController(new Paced(this, () => [this.cluster.nodes.get(this.nodeId), this.cluster.fleet.counts]))
  }

  override render() {
    const node = this.cluster.raw('nodes').get(this.nodeId)
    const close = html`<button aria-label="Close" @click=${() => this.navigation.refine({ node: '' })}>✕</button>`
    if (!node)
      return html`<section class="card" aria-label="The chosen node">
        ${close}
        <p>This node is gone.</p>
      </section>`
    const { slots, load } = this.cluster.fleet.holdingOf(node.id)
    const pods = slots.filter((each) => each !== undefined)
    return html`<section class="card" aria-label="Node ${node.name}">
      <div class="row between">
        <h2><a href=${nodeAddress(node.name)}>${node.name}</a></h2>
        ${close}
      </div>
      ${nodeStatus(node)}
      <div class="meters">
        ${meter({ name: 'CPU', used: load.cpu, of: node.allocatable.cpu, unit: 'm' })}
        ${meter({ name: 'Memory', used: load.memory, of: node.allocatable.memory, unit: 'MB' })}
        ${meter({ name: 'Pods', used: load.pods, of: node.allocatable.pods })}
      </div>
      <a class="button" href=${ifDrainedAddress(node.name)}>What if it is drained?</a>
      ${pods.length === 0 ? html`<p class="muted">It has no pods.</p>` : list(pods)}
    </section>`
  }
}
customElements.define('map-details', MapDetails)

const list = (pods: readonly Pod[]) => html`
  <ul aria-label="Its pods">
    ${pods.slice(0, PODS_MAX).map((pod) => html`<li><a href=${podAddress(pod)}>${pod.name}</a>${podStatus(pod.status)}</li>`)}
  </ul>
  ${pods.length > PODS_MAX ? html`<p class="muted">and ${pods.length - PODS_MAX} more</p>` : ''}
`
