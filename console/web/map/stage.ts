/**
 * The two canvases of the map and what is on them: the cells, of which only those that changed are drawn again, and above them what
 * moves. Draws with the frames of the screen, and only while there is something to draw.
 */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import type { FleetChanges } from '../fleet.ts'
import { colouringByPlugin, type PluginColouring } from '../panels/colouring.ts'
import { colouringOf, type Colouring, type Key } from './colouring.ts'
import { Flights } from './flights.ts'
import { at, neighbour, type Cell, type Direction, type Point, type Size } from './layout.ts'
import { MapModel } from './map-model.ts'
import { paintAbove, type Arrow } from './overlay.ts'
import { paletteOf, type Palette } from './palette.ts'
import { Painter, type Scene } from './painter.ts'
import { finderOf, type Finder } from './search.ts'
import { kept, pan, reveal, toMap, WHOLE, zoom, type Bounds, type View } from './view.ts'

/** A cell fills about so much when one has come as near as one can. */
const CELL_PX_NEAREST = 260
/** More squares than a frame has time to draw, while the view moves. */
const SQUARES_MOVING_MAX = 12_000
const STILL_AFTER_MS = 140

/** What the map shows, and how. */
export interface Shown {
  readonly by: string
  readonly colour: string
  /** Of a plugin, in place of `colour`. */
  readonly colouring: PluginColouring | undefined
  readonly search: string
  /** The id of a node; empty is none. */
  readonly selected: string
  readonly arrows: readonly Arrow[]
  /** Nodes that are not there, but would be. */
  readonly added: readonly Node[]
  /** Ids of nodes that are there, but would not be. */
  readonly lost: readonly string[]
}
export interface Target {
  readonly cell: Cell
  readonly node: Node
  readonly pod: Pod | undefined
}
export interface StageOptions {
  readonly cells: HTMLCanvasElement
  readonly above: HTMLCanvasElement
  readonly cluster: Cluster
  readonly shown: Shown
  /** The meaning of the colours is another. */
  readonly onKey: (key: readonly Key[]) => void
}

export class Stage {
  readonly #cluster: Cluster
  readonly #onKey: StageOptions['onKey']
  readonly #painter: Painter
  readonly #above: CanvasRenderingContext2D
  readonly #model: MapModel
  readonly #flights = new Flights()
  #shown: Shown
  #finder: Finder
  #palette: Palette = paletteOf(getComputedStyle(document.documentElement))
  #colouring: Colouring | undefined
  #key: readonly Key[] = []
  #view: View = WHOLE
  #size: Size = { width: 1, height: 1 }
  #hovered: Cell | undefined
  /** The cell that the arrow keys have led to: a node can have several. */
  #stepped: Cell | undefined
  /** What is there from the beginning does not fly in. */
  #hasPods: boolean
  #isAllDirty = true
  #movedMs = Number.NEGATIVE_INFINITY
  #frame = 0

  constructor({ cells, above, cluster, shown, onKey }: StageOptions) {
    const context = above.getContext('2d')
    if (!context) throw new Error('this browser gives no canvas to draw on')
    this.#cluster = cluster
    this.#onKey = onKey
    this.#shown = shown
    this.#finder = finderOf(shown.search)
    this.#hasPods = cluster.hasLoaded('pods')
    this.#painter = new Painter(cells)
    this.#above = context
    this.#model = new MapModel({
      nodes: { get: (id) => this.node(id), values: () => [...cluster.raw('nodes').values(), ...this.#shown.added] },
      holdingOf: (id) => cluster.fleet.holdingOf(id),
    })
  }

  show(shown: Shown): void {
    const before = this.#shown
    this.#shown = shown
    if (shown.by !== before.by) this.#view = WHOLE
    if (shown.search !== before.search) this.#finder = finderOf(shown.search)
    if (shown.colour !== before.colour || shown.colouring !== before.colouring) this.#colouring = undefined
    if (shown.added !== before.added) this.#model.change({ nodes: new Set([...before.added, ...shown.added].map(({ id }) => id)) })
    if (shown.selected !== this.#stepped?.nodeId) this.#stepped = undefined
    this.#redraw()
  }

  change(changes: FleetChanges): void {
    this.#model.change(changes)
    if (this.#hasPods && !isStill()) this.#flights.add(changes, performance.now())
    this.#hasPods = this.#cluster.hasLoaded('pods')
    this.#schedule()
  }

  resize(size: Size): void {
    this.#size = size
    this.#painter.resize(size, devicePixelRatio)
    const { canvas } = this.#above
    canvas.width = Math.round(size.width * devicePixelRatio)
    canvas.height = Math.round(size.height * devicePixelRatio)
    canvas.style.width = `${size.width}px`
    canvas.style.height = `${size.height}px`
    this.#above.scale(devicePixelRatio, devicePixelRatio)
    this.#redraw()
  }

  /** The theme is another. */
  recolour(): void {
    this.#palette = paletteOf(getComputedStyle(document.documentElement))
    this.#colouring = undefined
    this.#redraw()
  }

  /** Time has passed. */
  age(): void {
    if (this.#colours().isFleeting) this.#redraw()
  }

  /** @param around the middle unless told */
  zoom(by: number, around: Point = { x: this.#size.width / 2, y: this.#size.height / 2 }): void {
    this.#move(zoom(this.#view, { by, around }, this.#bounds()))
  }

  pan(by: Point): void {
    this.#move(pan(this.#view, by, this.#bounds()))
  }

  showAll(): void {
    this.#move(kept(WHOLE, this.#bounds()))
  }

  hover(cell: Cell | undefined): void {
    if (this.#hovered === cell) return
    this.#hovered = cell
    this.#schedule()
  }

  /** @returns the node that an arrow key leads to, now in view */
  step(direction: Direction): Node | undefined {
    const { layout } = this.#model
    const selected = this.#stepped ?? this.#cellOf(this.#shown.selected)
    const here = selected ? layout.cells.indexOf(selected) : -1
    const cell = layout.cells[here < 0 ? 0 : neighbour(layout, here, direction)]
    if (!cell) return undefined
    this.#stepped = cell
    this.#move(reveal(this.#view, { x: cell.x, y: cell.y, side: layout.cell }, this.#bounds()))
    return this.node(cell.nodeId)
  }

  targetAt(point: Point): Target | undefined {
    const { layout } = this.#model
    const pointed = at(layout, toMap(this.#view, point))
    const cell = pointed && layout.cells[pointed.cell]
    const node = cell && this.node(cell.nodeId)
    if (!node) return undefined
    const pod = pointed.square === undefined ? undefined : this.#cluster.fleet.holdingOf(node.id).slots[pointed.square]
    return { cell, node, pod: pod && this.#isInGroup(pod, cell.group) ? pod : undefined }
  }

  node(id: string): Node | undefined {
    return this.#cluster.raw('nodes').get(id) ?? this.#shown.added.find((node) => node.id === id)
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
    // Whatever is asked for from now on is never drawn.
    this.#frame = -1
  }

  #bounds(): Bounds {
    const { size, cell } = this.#model.layout
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
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now))
  }

  #draw(now: number): void {
    this.#frame = 0
    this.#model.arrange(this.#shown.by, this.#size)
    if (this.#model.settle(now)) {
      this.#isAllDirty = true
      this.#view = kept(this.#view, this.#bounds())
      this.#hovered = undefined
      this.#stepped = undefined
    }
    const dirty = this.#model.takeDirty()
    const scene = this.#scene(now)
    if (this.#isAllDirty) this.#painter.paintAll(scene)
    else for (const cell of dirty) this.#painter.paint(scene, cell)
    // What was drawn in a hurry is drawn well once nothing moves.
    this.#isAllDirty = scene.isRough
    this.#tellKey()
    const flights = this.#flights.underway(now)
    paintAbove(this.#above, {
      ...scene,
      ...this.#size,
      ...this.#shown,
      cellOf: (nodeId, pod) => this.#cellOf(nodeId, pod),
      colourOf: (pod) => this.#colourOf(pod),
      flights,
      hovered: this.#hovered,
      selected: this.#stepped ?? this.#cellOf(this.#shown.selected),
    })
    if (flights.length > 0 || scene.isRough || this.#model.isUnsettled) this.#schedule()
  }

  #scene(now: number): Scene {
    const { fleet } = this.#cluster
    const isMoving = now - this.#movedMs < STILL_AFTER_MS
    return {
      layout: this.#model.layout,
      view: this.#view,
      palette: this.#palette,
      colouring: this.#colours(),
      node: (id) => this.node(id),
      isAdded: (id) => this.#shown.added.some((node) => node.id === id),
      holding: (id) => fleet.holdingOf(id),
      isFound: this.#finder,
      isInGroup: (pod, group) => this.#isInGroup(pod, group),
      isRough: isMoving && fleet.countsNow.held.pods / this.#view.scale ** 2 > SQUARES_MOVING_MAX,
    }
  }

  /** Which versions there are shows only as they are drawn. */
  #tellKey(): void {
    const key = this.#colours().key()
    if (isSame(key, this.#key)) return
    this.#key = key
    this.#onKey(key)
  }

  #colours(): Colouring {
    const { colouring, colour } = this.#shown
    this.#colouring ??= colouring ? colouringByPlugin(colouring, this.#palette) : colouringOf(colour, this.#palette, () => Date.now())
    return this.#colouring
  }

  #isInGroup(pod: Pod, group: string): boolean {
    return this.#shown.by !== 'namespace' || pod.namespace === group
  }

  #cellOf(nodeId: string, pod?: Pod): Cell | undefined {
    const cells = this.#model.cellsOf(nodeId)
    return (pod && cells.find(({ group }) => group === pod.namespace)) ?? cells[0]
  }

  #colourOf(pod: Pod): string {
    const node = pod.nodeId === null ? undefined : this.node(pod.nodeId)
    return node ? this.#colours().pod(pod, node, this.#cluster.fleet.holdingOf(node.id).load) : this.#palette.accent
  }
}

/** Whether people asked their system for less motion. */
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

const isSame = (a: readonly Key[], b: readonly Key[]): boolean =>
  a.length === b.length && a.every(({ colour, text }, index) => colour === b[index]?.colour && text === b[index]?.text)
