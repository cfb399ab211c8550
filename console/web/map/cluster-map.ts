/**
 * <cluster-map .cluster=${cluster} .navigation=${navigation}></cluster-map>
 * The page with the map: what it is grouped and coloured by, what is searched for and what is chosen stand in the address. Beside it
 * the node that is chosen, or the same as a list.
 */
import { css, html, nothing } from 'lit'
import type { Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import { counted } from '../load.ts'
import { Paced } from '../paced.ts'
import { pluginColouringOf, pluginColourings } from '../panels/colouring.ts'
import { askForPanelsAgain } from '../panels/panels.ts'
import '../parts/load-progress.ts'
import { nodeAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { COLOURINGS, type Key } from './colouring.ts'
import { byLabel, GROUPINGS } from './grouping.ts'
import type { MapTarget } from './map-canvas.ts'

export class ClusterMap extends StateElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 0.75rem;
        min-height: calc(100dvh - 8rem);
      }
      h1 {
        margin: 0;
      }
      input {
        width: min(14rem, 100%);
      }
      .sides {
        display: grid;
        flex: 1;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      .sides[data-beside] {
        grid-template-columns: minmax(0, 1fr) minmax(18rem, 26rem);
      }
      map-canvas {
        min-height: 24rem;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .swatch {
        display: inline-block;
        width: 0.75rem;
        height: 0.75rem;
        margin-inline-end: 0.35rem;
        border: 1px solid var(--line);
        vertical-align: -0.05rem;
      }
      @media (max-width: 60rem) {
        .sides[data-beside] {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false }, key: { state: true } }
  declare cluster: Cluster
  declare navigation: Navigation
  declare key: readonly Key[]

  constructor() {
    super()
    this.addController(new Paced(this, () => [this.cluster.nodes.size, this.cluster.fleet.counts]))
    this.key = []
  }

  /** Plugins may have come since it was last shown. */
  override connectedCallback(): void {
    super.connectedCallback()
    askForPanelsAgain()
  }

  override render() {
    const { cluster } = this
    const refusal = cluster.refusalOf('nodes')
    if (refusal !== undefined)
      return html`<h1>Map</h1>
        <p role="alert">${refusal}</p>`
    if (!cluster.hasLoaded('nodes'))
      return html`<h1>Map</h1>
        <p role="status">Loading</p>
        <load-progress kind="nodes" .cluster=${cluster}></load-progress>`
    if (cluster.raw('nodes').size === 0) return this.#empty()
    const { by = '', colour = '', q = '', node = '', list = '' } = this.navigation.route.query
    return html`
      ${this.#bar()}
      <div class="sides" ?data-beside=${list !== '' || node !== ''}>
        <map-canvas
          by=${by}
          colour=${colour}
          search=${q}
          selected=${node}
          .colouring=${pluginColouringOf(colour)}
          .cluster=${cluster}
          @map-select=${({ detail }: CustomEvent<MapTarget | undefined>) => this.navigation.refine({ node: detail?.nodeId ?? '' })}
          @map-key=${({ detail }: CustomEvent<readonly Key[]>) => (this.key = detail)}
          @map-open=${({ detail }: CustomEvent<MapTarget | undefined>) => this.#open(detail)}
        ></map-canvas>
        ${this.#beside({ by, node, list })}
      </div>
      ${this.#key()}
    `
  }

  #empty() {
    return html`<h1>Map</h1>
      <p>There is no node yet. From a terminal: <code>npx stark node join</code></p>`
  }

  #bar() {
    const { fleet } = this.cluster
    const { q = '', list = '', by = '', colour = '' } = this.navigation.route.query
    return html`<div class="row">
      <h1>Map</h1>
      <label>Group by ${this.#select('by', by, [...GROUPINGS, ...this.#labels()])}</label>
      <label>Colour by ${this.#select('colour', colour, [...COLOURINGS, ...pluginColourings()])}</label>
      <input
        type="search"
        placeholder="Search"
        aria-label="Search nodes and pods"
        .value=${q}
        @input=${(event: InputEvent) => this.navigation.refine({ q: (event.target as HTMLInputElement).value })}
      />
      <button aria-pressed=${list === '' ? 'false' : 'true'} @click=${() => this.navigation.refine({ list: list === '' ? '1' : '' })}>
        As a list
      </button>
      <load-progress kind="pods" .cluster=${this.cluster}></load-progress>
      <span class="muted">${counted(this.cluster.raw('nodes').size, 'node')}, ${counted(fleet.countsNow.held.pods, 'pod')}</span>
      ${fleet.waiting.size > 0 ? html`<a href="/queue">${fleet.waiting.size} waiting for a node</a>` : nothing}
    </div>`
  }

  #select(name: string, chosen: string, options: readonly (readonly [string, string])[]) {
    return html`<select @change=${(event: Event) => this.navigation.refine({ [name]: (event.target as HTMLSelectElement).value })}>
      ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
    </select>`
  }

  #labels(): readonly (readonly [string, string])[] {
    const keys = new Set<string>()
    for (const { labels } of this.cluster.raw('nodes').values()) for (const key of Object.keys(labels)) keys.add(key)
    return [...keys].sort().map((key) => [byLabel(key), `label ${key}`])
  }

  #beside({ by, node, list }: { readonly by: string; readonly node: string; readonly list: string }) {
    const { cluster, navigation } = this
    if (node !== '') return html`<map-details node-id=${node} .cluster=${cluster} .navigation=${navigation}></map-details>`
    return list === '' ? nothing : html`<map-list by=${by} .cluster=${cluster} .navigation=${navigation}></map-list>`
  }

  #key() {
    return html`<ul aria-label="What the colours mean">
      ${this.key.map(({ colour, text }) => html`<li><span class="swatch" style="background:${colour}"></span>${text}</li>`)}
    </ul>`
  }

  #open(target: MapTarget | undefined): void {
    const pod = target?.podId === undefined ? undefined : this.cluster.raw('pods').get(target.podId)
    if (pod) this.navigation.go(podAddress(pod))
    else if (target) this.navigation.go(nodeAddress(target.nodeId))
  }
}
customElements.define('cluster-map', ClusterMap)
