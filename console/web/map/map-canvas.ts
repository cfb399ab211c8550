/**
 * <map-canvas by="zone" colour="age" search="web" selected="ID" .arrows=${arrows} .cluster=${cluster}></map-canvas>
 * The cluster drawn: cells that change are drawn again, and nothing else. To be moved, zoomed and pointed at by mouse, finger and keys.
 * Fires map-select and map-open { nodeId, podId } for what is clicked once, and twice or with Enter, and map-key with what its colours
 * mean. It follows the fleet by itself.
 */
import { html, LitElement, type PropertyValues } from 'lit'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { colouringByPlugin, type PluginColouring } from '../panels/colouring.ts'
import { shared } from '../styles.ts'
import { canvasStyles } from './canvas-styles.ts'
import { colouringOf, type Colouring, type Key } from './colouring.ts'
import { Flights } from './flights.ts'
import { followGestures } from './gestures.ts'
import { at, neighbour, type Cell, type Direction, type Point } from './layout.ts'
import { MapModel } from './map-model.ts'
import { paintAbove, type Arrow } from './overlay.ts'
import { paletteOf } from './palette.ts'
import { Painter, type Scene } from './painter.ts'
import { finderOf, type Finder } from './search.ts'
import { showTip, tooltipOf } from './tooltip.ts'
import { kept, pan, reveal, toMap, WHOLE, zoom, type Bounds, type View } from './view.ts'

/** A cell fills about so much when one has come as near as one can. */
const CELL_PX_NEAREST = 260
const KEY_ZOOM = 1.4
const FLEETING_MS = 30_000
/** More squares than a frame has time to draw, while the view moves. */
const SQUARES_MOVING_MAX = 12_000
const STILL_AFTER_MS = 140

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
    arrows: { attribute: false },
    colouring: { attribute: false },
    added: { attribute: false },
    cluster: { attribute: false },
  }
  declare by: string
  declare colour: string
  declare search: string
  declare selected: string
  declare arrows: readonly Arrow[]
  /** Of a plugin, in place of `colour`. */
  declare colouring: PluginColouring | undefined
  /** Nodes that are not there, but would be. */
  declare added: readonly Node[]
  declare cluster: Cluster
  #model: MapModel | undefined
  #painter: Painter | undefined
  #above: CanvasRenderingContext2D | undefined
  #colouring: Colouring | undefined
  #key: readonly Key[] = []
  #finder: Finder = finderOf('')
  #palette = paletteOf(getComputedStyle(document.documentElement))
  #view: View = WHOLE
  #size = { width: 1, height: 1 }
  #hovered: Cell | undefined
  readonly #flights = new Flights()
  #isAllDirty = true
  #frame = 0
  #movedMs = Number.NEGATIVE_INFINITY
  #ends: (() => void)[] = []

  constructor() {
    super()
    this.by = ''
    this.colour = ''
    this.search = ''
    this.selected = ''
    this.arrows = []
    this.added = []
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const end of this.#ends) end()
    this.#ends = []
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
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

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('by')) this.#view = WHOLE
    if (changed.has('colour') || changed.has('colouring')) this.#colouring = undefined
    if (changed.has('added')) this.#model?.change({ nodes: new Set([...(changed.get('added') ?? []), ...this.added].map(({ id }) => id)) })
    if (changed.has('search')) this.#finder = finderOf(this.search)
    this.#redraw()
  }

  #begin(): void {
    const [base, above] = this.renderRoot.querySelectorAll('canvas')
    const map = this.#map()
    if (!base || !above || !map) return
    const { cluster } = this
    this.#painter = new Painter(base)
    this.#above = above.getContext('2d') ?? undefined
    this.#model = new MapModel({
      nodes: { get: (id) => this.#node(id), values: () => [...cluster.raw('nodes').values(), ...this.added] },
      holdingOf: (id) => cluster.fleet.holdingOf(id),
    })
    const resized = new ResizeObserver(() => this.#resize(base, above))
    resized.observe(this)
    const theme = new MutationObserver(() => this.#recolour())
    theme.observe(document.documentElement, { attributes: true })
    const ageing = setInterval(() => this.#colours().isFleeting && this.#redraw(), FLEETING_MS)
    this.#ends = [
      () => resized.disconnect(),
      () => theme.disconnect(),
      () => clearInterval(ageing),
      cluster.fleet.onChanges((changes) => {
        this.#model?.change(changes)
        if (!isStill() && cluster.hasLoaded('pods')) this.#flights.add(changes, performance.now())
        this.#schedule()
      }),
      followGestures(map, {
        onZoom: (by, around) => this.#move(zoom(this.#view, { by, around }, this.#bounds())),
        onPan: (by) => this.#move(pan(this.#view, by, this.#bounds())),
        onClick: (point) => this.#tell('map-select', this.#targetAt(point)),
        onOpen: (point) => this.#tell('map-open', this.#targetAt(point)),
        onPoint: (point) => this.#point(point),
      }),
    ]
    this.#redraw()
  }

  #map(): HTMLElement | null {
    return this.renderRoot.querySelector('.map')
  }

  #resize(base: HTMLCanvasElement, above: HTMLCanvasElement): void {
    const { clientWidth: width, clientHeight: height } = this
    if (width === 0 || height === 0) return
    this.#size = { width, height }
    this.#painter?.resize(width, height, devicePixelRatio)
    above.width = base.width
    above.height = base.height
    above.style.cssText = base.style.cssText
    this.#above?.scale(devicePixelRatio, devicePixelRatio)
    this.#redraw()
  }

  #recolour(): void {
    this.#palette = paletteOf(getComputedStyle(document.documentElement))
    this.#colouring = undefined
    this.#redraw()
  }

  #colours(): Colouring {
    this.#colouring ??= this.colouring
      ? colouringByPlugin(this.colouring, this.#palette)
      : colouringOf(this.colour, this.#palette, () => Date.now())
    return this.#colouring
  }

  #bounds(): Bounds {
    const { size, cell } = this.#model?.layout ?? { size: this.#size, cell: 1 }
    return { map: size, screen: this.#size, scaleMax: Math.max(1, CELL_PX_NEAREST / cell) }
  }

  #move(view: View): void {
    this.#view = view
    this.#movedMs = performance.now()
    this.#redraw()
  }

  #redraw(): void {
    this.#isAllDirty = true
    this.#schedule()
  }

  #schedule(): void {
    if (this.#frame === 0 && this.isConnected) this.#frame = requestAnimationFrame((now) => this.#draw(now))
  }

  #draw(now: number): void {
    this.#frame = 0
    const [model, painter, above] = [this.#model, this.#painter, this.#above]
    if (!model || !painter || !above) return
    model.arrange(this.by, this.#size)
    if (model.settle(now)) {
      this.#isAllDirty = true
      this.#view = kept(this.#view, this.#bounds())
      this.#hovered = undefined
    }
    const dirty = model.takeDirty()
    const scene = this.#scene(model, now)
    if (this.#isAllDirty) painter.paintAll(scene)
    else for (const cell of dirty) painter.paint(scene, cell)
    // What was drawn in a hurry is drawn well once nothing moves.
    this.#isAllDirty = scene.isRough
    this.#tellKey()
    const flights = this.#flights.underway(now)
    paintAbove(above, {
      ...scene,
      ...this.#size,
      cellOf: (nodeId, pod) => this.#cellOf(nodeId, pod),
      colourOf: (pod) => this.#colourOf(pod),
      flights,
      hovered: this.#hovered,
      selected: this.selected === '' ? undefined : this.#cellOf(this.selected),
      arrows: this.arrows,
    })
    if (flights.length > 0 || scene.isRough || model.isUnsettled) this.#schedule()
  }

  /** Which versions there are shows only as they are drawn. */
  #tellKey(): void {
    const key = this.#colours().key()
    if (isSame(key, this.#key)) return
    this.#key = key
    this.dispatchEvent(new CustomEvent('map-key', { detail: key }))
  }

  #scene({ layout }: MapModel, now: number): Scene {
    const { fleet } = this.cluster
    const isMoving = now - this.#movedMs < STILL_AFTER_MS
    return {
      layout,
      view: this.#view,
      palette: this.#palette,
      colouring: this.#colours(),
      node: (id) => this.#node(id),
      isAdded: (id) => this.added.some((node) => node.id === id),
      holding: (id) => fleet.holdingOf(id),
      isFound: this.#finder,
      isInGroup: this.by === 'namespace' ? (pod, group) => pod.namespace === group : () => true,
      isRough: isMoving && fleet.counts.held.pods / this.#view.scale ** 2 > SQUARES_MOVING_MAX,
    }
  }

  #cellOf(nodeId: string, pod?: Pod): Cell | undefined {
    const cells = this.#model?.cellsOf(nodeId) ?? []
    return (pod && cells.find(({ group }) => group === pod.namespace)) ?? cells[0]
  }

  #colourOf(pod: Pod): string {
    const node = pod.nodeId === null ? undefined : this.cluster.raw('nodes').get(pod.nodeId)
    return node ? this.#colours().pod(pod, node, this.cluster.fleet.holdingOf(node.id).load) : this.#palette.accent
  }

  #targetAt(point: Point): { readonly cell: Cell; readonly node: Node; readonly pod: Pod | undefined } | undefined {
    const layout = this.#model?.layout
    const pointed = layout && at(layout, toMap(this.#view, point))
    const cell = pointed && layout.cells[pointed.cell]
    const node = cell && this.#node(cell.nodeId)
    if (!node) return undefined
    const pod = pointed.square === undefined ? undefined : this.cluster.fleet.holdingOf(node.id).slots[pointed.square]
    return { cell, node, pod: pod && this.by === 'namespace' && pod.namespace !== cell.group ? undefined : pod }
  }

  #point(point: Point | undefined): void {
    const target = point && this.#targetAt(point)
    const tip = this.renderRoot.querySelector<HTMLElement>('.tip')
    if (this.#hovered !== target?.cell) {
      this.#hovered = target?.cell
      this.#schedule()
    }
    if (!tip) return
    const text = target && tooltipOf(target, this.cluster.fleet.holdingOf(target.node.id), Date.now())
    showTip(tip, { text, at: point ?? { x: 0, y: 0 }, within: this.#size })
  }

  #tell(type: 'map-select' | 'map-open', target: { readonly node: Node; readonly pod?: Pod | undefined } | undefined): void {
    const detail: MapTarget | undefined = target && { nodeId: target.node.id, podId: target.pod?.id }
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const middle = { x: this.#size.width / 2, y: this.#size.height / 2 }
    const direction = DIRECTIONS[event.key]
    if (direction) this.#step(direction)
    else if (event.key === 'Enter') this.#tell('map-open', this.#nodeOf(this.selected))
    else if (event.key === 'Escape') this.#tell('map-select', undefined)
    else if (event.key === '+' || event.key === '=') this.#move(zoom(this.#view, { by: KEY_ZOOM, around: middle }, this.#bounds()))
    else if (event.key === '-') this.#move(zoom(this.#view, { by: 1 / KEY_ZOOM, around: middle }, this.#bounds()))
    else if (event.key === '0') this.#move(kept(WHOLE, this.#bounds()))
    else return
    event.preventDefault()
  }

  #nodeOf(id: string): { readonly node: Node } | undefined {
    const node = this.#node(id)
    return node && { node }
  }

  #node(id: string): Node | undefined {
    return this.cluster.raw('nodes').get(id) ?? this.added.find((node) => node.id === id)
  }

  #step(direction: Direction): void {
    const layout = this.#model?.layout
    if (!layout) return
    const here = layout.cells.findIndex(({ nodeId }) => nodeId === this.selected)
    const cell = layout.cells[here < 0 ? 0 : neighbour(layout, here, direction)]
    const target = cell && this.#nodeOf(cell.nodeId)
    if (!target) return
    this.#move(reveal(this.#view, { x: cell.x, y: cell.y, side: layout.cell }, this.#bounds()))
    const heard = this.renderRoot.querySelector('.heard')
    if (heard) heard.textContent = tooltipOf({ ...target, pod: undefined }, this.cluster.fleet.holdingOf(cell.nodeId), Date.now())
    this.#tell('map-select', target)
  }
}
customElements.define('map-canvas', MapCanvas)

/** Whether people asked their system for less motion. */
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

const isSame = (a: readonly Key[], b: readonly Key[]): boolean =>
  a.length === b.length && a.every(({ colour, text }, index) => colour === b[index]?.colour && text === b[index]?.text)
