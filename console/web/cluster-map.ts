/**
 * <cluster-map .cluster=${cluster} .navigation=${navigation}></cluster-map>
 * Every node a cell, its pods inside it, coloured by status, grouped by what the address says. Drawn on a canvas, redrawn with the
 * frames of the screen in which something has changed; a click opens what is pointed at. The list of nodes is the same for whoever
 * does not see it.
 */
import { css, html } from 'lit'
import type { Pod } from '../../kernel/schema/pod.ts'
import type { Cluster } from './cluster.ts'
import { hasEnded } from './load.ts'
import { at, CELL_PX, layOut, POD_PX, PODS_MAX, squareAt, type Layout, type Placed } from './map-layout.ts'
import type { Navigation } from './navigation.ts'
import { nodeAddress, podAddress } from './route.ts'
import { StateElement } from './state-element.ts'
import { nodeTone, podTone } from './status.ts'
import { shared } from './styles.ts'

const GROUPINGS = [
  ['', 'nothing'],
  ['runtime', 'runtime'],
  ['status', 'status'],
] as const
/** What a canvas can be in every browser; the list has the rest. */
const HEIGHT_PX_MAX = 16_000
const WIDTH_PX_FIRST = 800

type Pods = ReadonlyMap<string, readonly Pod[]>

export class ClusterMap extends StateElement {
  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        margin-bottom: 0.75rem;
      }
      h1 {
        margin: 0;
      }
      canvas {
        display: block;
        cursor: pointer;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false }, width: { state: true } }
  declare cluster: Cluster
  declare navigation: Navigation
  declare width: number
  #layout: Layout = { groups: [], cells: [], height: 0 }
  #pods: Pods = new Map()
  readonly #darkness = matchMedia('(prefers-color-scheme: dark)')
  readonly #recolour = (): void => this.requestUpdate()
  readonly #resized = new ResizeObserver(() => (this.width = this.clientWidth))

  constructor() {
    super()
    this.width = WIDTH_PX_FIRST
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#resized.observe(this)
    this.#darkness.addEventListener('change', this.#recolour)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resized.disconnect()
    this.#darkness.removeEventListener('change', this.#recolour)
  }

  override render() {
    const { nodes, pods } = this.cluster
    if (!this.cluster.hasLoaded('nodes')) return html`<p role="status">Loading</p>`
    const by = this.navigation.route.query['by'] ?? ''
    this.#layout = layOut(nodes.values(), { by, width: this.width })
    this.#pods = placedOn(pods.values())
    const waiting = [...pods.values()].filter(({ nodeId, status }) => nodeId === null && status === 'pending').length
    if (nodes.size === 0)
      return html`<h1>Map</h1>
        <p>There is no node yet. From a terminal: <code>npx stark node join</code></p>`
    return html`
      <div class="bar">
        <h1>Map</h1>
        <label>Group by ${this.#groupings(by)}</label>
        <span class="muted" role="status">${nodes.size} nodes, ${pods.size} pods</span>
        <a href="/pods?filter=pending">${waiting} waiting for a node</a>
        <a href="/nodes">The same as a list</a>
      </div>
      <canvas
        role="img"
        aria-label="Map of ${nodes.size} nodes; the list of nodes says the same"
        @click=${(event: MouseEvent) => this.#open(event)}
      ></canvas>
    `
  }

  override updated(): void {
    const canvas = this.renderRoot.querySelector('canvas')
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const height = Math.min(this.#layout.height, HEIGHT_PX_MAX)
    const scale = devicePixelRatio
    canvas.width = this.width * scale
    canvas.height = height * scale
    canvas.style.width = `${this.width}px`
    canvas.style.height = `${height}px`
    context.scale(scale, scale)
    this.#draw(context, getComputedStyle(this))
  }

  #groupings(by: string) {
    const labels = new Set([...this.cluster.nodes.values()].flatMap((node) => Object.keys(node.labels)))
    const options = [...GROUPINGS, ...[...labels].sort().map((label) => [label, `label ${label}`] as const)]
    return html`<select @change=${(event: Event) => this.navigation.refine({ by: (event.target as HTMLSelectElement).value })}>
      ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === by}>${text}</option>`)}
    </select>`
  }

  #draw(context: CanvasRenderingContext2D, style: CSSStyleDeclaration): void {
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
    context.textBaseline = 'top'
    context.font = '600 13px system-ui, sans-serif'
    context.fillStyle = colour('text')
    for (const { name, y, count } of this.#layout.groups) context.fillText(`${name} (${count})`, 0, y + 4)
    context.font = '11px system-ui, sans-serif'
    for (const cell of this.#layout.cells) this.#drawCell(context, cell, colour)
  }

  #drawCell(context: CanvasRenderingContext2D, { node, x, y }: Placed, colour: (name: string) => string): void {
    const pods = this.#pods.get(node.id) ?? []
    context.fillStyle = colour('raised')
    context.fillRect(x, y, CELL_PX, CELL_PX)
    context.strokeStyle = colour(nodeTone(node))
    context.lineWidth = node.status === 'online' && !node.unschedulable ? 1 : 3
    context.strokeRect(x + 0.5, y + 0.5, CELL_PX - 1, CELL_PX - 1)
    context.fillStyle = colour('text')
    const more = pods.length > PODS_MAX ? ` +${pods.length - PODS_MAX}` : ''
    context.fillText(node.name.slice(0, NAME_MAX) + more, x + 4, y + 4, CELL_PX - 8)
    pods.slice(0, PODS_MAX).forEach((pod, index) => {
      const square = squareAt(index)
      context.fillStyle = colour(podTone(pod.status))
      context.fillRect(x + square.x, y + square.y, POD_PX, POD_PX)
    })
  }

  #open({ offsetX: x, offsetY: y }: MouseEvent): void {
    const pointed = at(this.#layout, { x, y })
    if (!pointed) return
    const pod = pointed.square === undefined ? undefined : this.#pods.get(pointed.node.id)?.[pointed.square]
    this.navigation.go(pod ? podAddress(pod) : nodeAddress(pointed.node.name))
  }
}
customElements.define('cluster-map', ClusterMap)

/** Longer names would be pressed together until nobody can read them. */
const NAME_MAX = 18

/** The pods that each node holds, in the order of their creation: a square stays where it is. */
function placedOn(pods: Iterable<Pod>): Pods {
  const found = new Map<string, Pod[]>()
  for (const pod of pods) {
    if (pod.nodeId === null || hasEnded(pod)) continue
    const members = found.get(pod.nodeId)
    if (members) members.push(pod)
    else found.set(pod.nodeId, [pod])
  }
  for (const members of found.values()) members.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  return found
}
