/**
 * <map-canvas by="zone" colour="age" search="web" selected="ID" .arrows=${arrows} .cluster=${cluster}></map-canvas>
 * The cluster drawn, to be moved, zoomed and pointed at by mouse, finger and keys. It follows the fleet by itself; stage.ts draws.
 * Fires map-select and map-open { nodeId, podId } for what is clicked once, and twice or with Enter, and map-key with what its colours
 * mean.
 */
import { html, LitElement } from 'lit'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import type { PluginColouring } from '../panels/colouring.ts'
import { shared } from '../styles.ts'
import { canvasStyles } from './canvas-styles.ts'
import { followGestures } from './gestures.ts'
import type { Direction, Point } from './layout.ts'
import type { Arrow } from './overlay.ts'
import { Stage, type Shown } from './stage.ts'
import { showTip, tooltipOf } from './tooltip.ts'

const KEY_ZOOM = 1.4
const AGE_MS = 30_000

export interface MapTarget {
  readonly nodeId: string
  readonly podId: string | undefined
}
const DIRECTIONS: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

export class MapCanvas extends LitElement {
  static override styles = [shared, canvasStyles]
  static override properties = {
    by: {},
    colour: {},
    search: {},
    selected: {},
    colouring: { attribute: false },
    arrows: { attribute: false },
    added: { attribute: false },
    lost: { attribute: false },
    cluster: { attribute: false },
  }
  declare by: string
  declare colour: string
  declare search: string
  declare selected: string
  declare colouring: PluginColouring | undefined
  declare arrows: readonly Arrow[]
  declare added: readonly Node[]
  declare lost: readonly string[]
  declare cluster: Cluster
  #stage: Stage | undefined
  #ends: readonly (() => void)[] = []

  constructor() {
    super()
    this.by = ''
    this.colour = ''
    this.search = ''
    this.selected = ''
    this.arrows = []
    this.added = []
    this.lost = []
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const end of this.#ends) end()
    this.#ends = []
    this.#stage?.stop()
    this.#stage = undefined
  }

  override render() {
    return html`
      <div
        class="map"
        tabindex="0"
        role="application"
        aria-label="Map of the nodes. Arrow keys go from node to node, Enter opens one, plus and minus zoom, 0 shows all. The list has the same."
        @keydown=${(event: KeyboardEvent) => this.#press(event)}
      >
        <canvas></canvas>
        <canvas></canvas>
      </div>
      <div class="tip" hidden></div>
      <div class="heard" role="status"></div>
    `
  }

  override firstUpdated(): void {
    this.#begin()
  }

  override updated(): void {
    this.#stage?.show(this.#shown())
  }

  #begin(): void {
    const [cells, above] = this.renderRoot.querySelectorAll('canvas')
    const map = this.renderRoot.querySelector<HTMLElement>('.map')
    if (!cells || !above || !map) return
    const { cluster } = this
    const onKey = (detail: object): unknown => this.dispatchEvent(new CustomEvent('map-key', { detail }))
    const stage = new Stage({ cells, above, cluster, shown: this.#shown(), onKey })
    this.#stage = stage
    const resized = new ResizeObserver(() => this.#resize(stage))
    resized.observe(this)
    const theme = new MutationObserver(() => stage.recolour())
    theme.observe(document.documentElement, { attributes: true })
    const ageing = setInterval(() => stage.age(), AGE_MS)
    this.#ends = [
      () => resized.disconnect(),
      () => theme.disconnect(),
      () => clearInterval(ageing),
      cluster.fleet.onChanges((changes) => stage.change(changes)),
      followGestures(map, {
        onZoom: (by, around) => stage.zoom(by, around),
        onPan: (by) => stage.pan(by),
        onClick: (point) => this.#tell('map-select', stage.targetAt(point)),
        onOpen: (point) => this.#tell('map-open', stage.targetAt(point)),
        onPoint: (point) => this.#point(stage, point),
      }),
    ]
  }

  #shown(): Shown {
    const { by, colour, colouring, search, selected, arrows, added, lost } = this
    return { by, colour, colouring, search, selected, arrows, added, lost }
  }

  #resize(stage: Stage): void {
    const { clientWidth: width, clientHeight: height } = this
    if (width > 0 && height > 0) stage.resize({ width, height })
  }

  #point(stage: Stage, point: Point | undefined): void {
    const target = point && stage.targetAt(point)
    const tip = this.renderRoot.querySelector<HTMLElement>('.tip')
    stage.hover(target?.cell)
    if (!tip) return
    const within = { width: this.clientWidth, height: this.clientHeight }
    showTip(tip, { text: target && this.#wordsOf(target.node, target.pod), at: point ?? { x: 0, y: 0 }, within })
  }

  #wordsOf(node: Node, pod?: Pod): string {
    return tooltipOf({ node, pod }, this.cluster.fleet.holdingOf(node.id), Date.now())
  }

  #tell(type: 'map-select' | 'map-open', target: { readonly node: Node; readonly pod?: Pod | undefined } | undefined): void {
    const detail: MapTarget | undefined = target && { nodeId: target.node.id, podId: target.pod?.id }
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #press(event: KeyboardEvent): void {
    const stage = this.#stage
    if (!stage || event.ctrlKey || event.metaKey || event.altKey) return
    const direction = DIRECTIONS[event.key]
    const selected = stage.node(this.selected)
    if (direction) this.#step(stage, direction)
    else if (event.key === 'Enter') this.#tell('map-open', selected && { node: selected })
    else if (event.key === 'Escape') this.#tell('map-select', undefined)
    else if (event.key === '+' || event.key === '=') stage.zoom(KEY_ZOOM)
    else if (event.key === '-') stage.zoom(1 / KEY_ZOOM)
    else if (event.key === '0') stage.showAll()
    else return
    event.preventDefault()
  }

  #step(stage: Stage, direction: Direction): void {
    const node = stage.step(direction)
    const heard = this.renderRoot.querySelector('.heard')
    if (!node || !heard) return
    heard.textContent = this.#wordsOf(node)
    this.#tell('map-select', { node })
  }
}
customElements.define('map-canvas', MapCanvas)
