/**
 * Draws cells of the map onto a canvas: as much of each as can be told apart at its size. A cell on its own is drawn over what was
 * there, so that what does not change is not drawn again.
 */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Holding } from '../fleet.ts'
import { nodeTone, podTone } from '../status.ts'
import type { Colouring } from './colouring.ts'
import { squareAt, type Cell, type Layout, type Size } from './layout.ts'
import type { Palette } from './palette.ts'
import { toScreen, type View } from './view.ts'

/** Smaller squares are shown as one bar a cell. */
const SQUARE_PX_MIN = 2
/** Smaller ones have no shape, only a colour. */
const SHAPED_FROM_PX = 6
const NAMED_FROM_PX = 64
const FRAMED_FROM_PX = 10
const DIMMED = 0.18
const GROUP_FONT = '600 13px system-ui, sans-serif'
const NAME_FONT = '12px system-ui, sans-serif'
const HEAD_PX = 18

export interface Scene {
  readonly layout: Layout
  readonly view: View
  readonly palette: Palette
  readonly colouring: Colouring
  readonly node: (id: string) => Node | undefined
  /** It is not there, but would be. */
  readonly isAdded: (id: string) => boolean
  readonly holding: (id: string) => Holding
  /** Whether what is searched for is this pod, or its node. */
  readonly isFound: (node: Node, pod: Pod | undefined) => boolean
  /** By namespace: only the pods of this cell's group. */
  readonly isInGroup: (pod: Pod, group: string) => boolean
  /** While it is moved, squares are left out where there would be too many of them. */
  readonly isRough: boolean
}
interface Rectangle {
  readonly x: number
  readonly y: number
  readonly side: number
}

export class Painter {
  readonly #context: CanvasRenderingContext2D
  #width = 0
  #height = 0
  #ratio = 1

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (!context) throw new Error('this browser gives no canvas to draw on')
    this.#context = context
  }

  /** @param ratio pixels of the device in a pixel of the page */
  resize({ width, height }: Size, ratio: number): void {
    this.#width = width
    this.#height = height
    this.#ratio = ratio
    const { canvas } = this.#context
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    this.#context.scale(ratio, ratio)
  }

  paintAll(scene: Scene): void {
    const { layout, palette } = scene
    this.#context.fillStyle = palette.ground
    this.#context.fillRect(0, 0, this.#width, this.#height)
    for (const cell of layout.cells) this.paint(scene, cell)
    this.#paintHeads(scene)
  }

  paint(scene: Scene, cell: Cell): void {
    const node = scene.node(cell.nodeId)
    const place = this.#placeOf(scene, cell)
    if (!node || !this.#isInView(place)) return
    const { palette, layout, view } = scene
    const context = this.#context
    context.fillStyle = palette.raised
    context.fillRect(place.x, place.y, place.side, place.side)
    const square = layout.grid.square * view.scale
    const isFine = square >= SQUARE_PX_MIN && !scene.isRough
    if (isFine) this.#paintSquares(scene, { cell, node, place })
    else this.#paintBar(scene, { cell, node, place })
    this.#paintFrame(scene, node, place)
    if (place.side >= NAMED_FROM_PX) this.#paintName(scene, node, place)
  }

  #placeOf({ layout, view }: Scene, cell: Cell): Rectangle {
    const { x, y } = toScreen(view, cell)
    const snapped = (value: number): number => Math.round(value * this.#ratio) / this.#ratio
    return { x: snapped(x), y: snapped(y), side: snapped(layout.cell * view.scale) }
  }

  #isInView({ x, y, side }: Rectangle): boolean {
    return x < this.#width && y < this.#height && x + side > 0 && y + side > 0
  }

  #paintSquares(scene: Scene, { cell, node, place }: { cell: Cell; node: Node; place: Rectangle }): void {
    const { layout, view, colouring } = scene
    const { slots, load } = scene.holding(node.id)
    const { grid } = layout
    const side = grid.square * view.scale
    const context = this.#context
    const length = Math.min(slots.length, grid.capacity)
    for (let slot = 0; slot < length; slot += 1) {
      const pod = slots[slot]
      if (!pod || !scene.isInGroup(pod, cell.group)) continue
      const { x, y } = squareAt(grid, slot)
      context.globalAlpha = scene.isFound(node, pod) ? 1 : DIMMED
      context.fillStyle = colouring.pod(pod, node, load)
      this.#paintSquare(pod, { x: place.x + x * view.scale, y: place.y + y * view.scale, side }, scene.palette.raised)
    }
    context.globalAlpha = 1
  }

  /** What runs is full, what is on its way hollow, and what is in trouble crossed out. */
  #paintSquare({ status }: Pod, { x, y, side }: Rectangle, inside: string): void {
    const context = this.#context
    context.fillRect(x, y, side, side)
    if (side < SHAPED_FROM_PX) return
    const tone = podTone(status)
    if (tone === 'busy') {
      const edge = Math.max(1.5, side / 6)
      context.fillStyle = inside
      context.fillRect(x + edge, y + edge, side - 2 * edge, side - 2 * edge)
    } else if (tone === 'bad') {
      context.strokeStyle = inside
      context.lineWidth = Math.max(1, side / 8)
      context.beginPath()
      context.moveTo(x + 2, y + 2)
      context.lineTo(x + side - 2, y + side - 2)
      context.moveTo(x + side - 2, y + 2)
      context.lineTo(x + 2, y + side - 2)
      context.stroke()
    }
  }

  /** As high as the cell is full, a stripe for each colour. */
  #paintBar(scene: Scene, { cell, node, place }: { cell: Cell; node: Node; place: Rectangle }): void {
    const { slots, load } = scene.holding(node.id)
    const counts = new Map<string, number>()
    let isFound = scene.isFound(node, undefined)
    for (const pod of slots) {
      if (!pod || !scene.isInGroup(pod, cell.group)) continue
      const colour = scene.colouring.pod(pod, node, load)
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
      isFound ||= scene.isFound(node, pod)
    }
    const context = this.#context
    context.globalAlpha = isFound ? 1 : DIMMED
    const room = place.side / Math.max(scene.layout.room, slots.length)
    let bottom = place.y + place.side
    for (const [colour, count] of counts) {
      bottom -= count * room
      context.fillStyle = colour
      context.fillRect(place.x, bottom, place.side, count * room)
    }
    context.globalAlpha = 1
  }

  #paintFrame({ palette, isAdded }: Scene, node: Node, { x, y, side }: Rectangle): void {
    const isNew = isAdded(node.id)
    const isWell = node.status === 'online' && !node.unschedulable && !isNew
    if (isWell && side < FRAMED_FROM_PX) return
    const width = isWell ? 1 : Math.min(3, Math.max(1, side / 8))
    this.#context.strokeStyle = isWell ? palette.line : isNew ? palette.accent : palette.tones[nodeTone(node)]
    this.#context.lineWidth = width
    // Cordoned and forecast nodes are dashed, so that it is not only the colour that tells.
    this.#context.setLineDash(node.unschedulable || isNew ? [4, 3] : [])
    this.#context.strokeRect(x + width / 2, y + width / 2, side - width, side - width)
    this.#context.setLineDash([])
  }

  #paintName({ palette, holding, layout, isFound }: Scene, node: Node, { x, y, side }: Rectangle): void {
    const context = this.#context
    const { slots, load } = holding(node.id)
    const more = slots.length > layout.grid.capacity ? ` (${load.pods})` : ''
    // A cell that was too small for a head has its name at its foot once one has come nearer.
    const top = layout.head > 0 ? y + 2 : y + side - HEAD_PX
    context.globalAlpha = isFound(node, undefined) ? 1 : 2 * DIMMED
    context.font = NAME_FONT
    context.textBaseline = 'middle'
    if (layout.head === 0) {
      context.fillStyle = palette.raised
      context.fillRect(x + 1, top, side - 2, HEAD_PX - 1)
    }
    context.fillStyle = palette.text
    context.fillText(fitted(context, node.name, { width: side - 12, end: more }), x + 6, top + HEAD_PX / 2)
    context.globalAlpha = 1
  }

  #paintHeads({ layout, view, palette }: Scene): void {
    const context = this.#context
    context.font = GROUP_FONT
    context.textBaseline = 'middle'
    for (const { name, y, top, count } of layout.groups) {
      const [from, to] = [y * view.scale + view.y, top * view.scale + view.y]
      if (to < 0 || from > this.#height) continue
      context.fillStyle = palette.text
      const text = fitted(context, name, { width: this.#width - 60, end: '' })
      context.fillText(text, 0, to - HEAD_PX / 2 - 3)
      const { width } = context.measureText(text)
      context.fillStyle = palette.muted
      context.fillText(String(count), width + 8, to - HEAD_PX / 2 - 3)
    }
  }
}

/** Without what there is no room for. @param end stays in any case */
function fitted(context: CanvasRenderingContext2D, text: string, { width, end }: { readonly width: number; readonly end: string }): string {
  if (context.measureText(text + end).width <= width) return text + end
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (context.measureText(`${text.slice(0, middle)}…${end}`).width <= width) low = middle
    else high = middle - 1
  }
  return `${text.slice(0, low)}…${end}`
}
