/** What is drawn above the cells and changes while they do not: pods in flight, what is pointed at or chosen, and forecast moves. */
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Flight } from './flights.ts'
import { squareAt, type Cell, type Layout, type Point } from './layout.ts'
import type { Palette } from './palette.ts'
import { toScreen, type View } from './view.ts'

/** So many pods that would go from one node to another; null is from waiting, or to nowhere. */
export interface Arrow {
  readonly from: string | null
  readonly to: string | null
  readonly pods: number
}

export interface Above {
  readonly layout: Layout
  readonly view: View
  readonly palette: Palette
  readonly width: number
  readonly height: number
  /** The cell of a node; by namespace the one of the pod's. */
  readonly cellOf: (nodeId: string, pod?: Pod) => Cell | undefined
  readonly colourOf: (pod: Pod) => string
  readonly flights: readonly (Flight & { readonly progress: number })[]
  readonly hovered: Cell | undefined
  readonly selected: Cell | undefined
  readonly arrows: readonly Arrow[]
  /** Nodes that would be gone. */
  readonly lost: readonly string[]
}

/** Beyond these nobody can follow them; the list beside the map has all. */
const ARROWS_MAX = 300
const ARROW_PX_MAX = 5
const HEAD_PX = 7
const FLYING_PX_MIN = 6

export function paintAbove(context: CanvasRenderingContext2D, above: Above): void {
  context.clearRect(0, 0, above.width, above.height)
  if (above.hovered) outline(context, above, { cell: above.hovered, width: 1.5, colour: above.palette.text })
  if (above.selected) outline(context, above, { cell: above.selected, width: 3, colour: above.palette.accent })
  for (const id of above.lost) paintLost(context, above, id)
  for (const flight of above.flights) paintFlight(context, above, flight)
  for (const arrow of above.arrows.slice(0, ARROWS_MAX)) paintArrow(context, above, arrow)
}

function outline(
  context: CanvasRenderingContext2D,
  { view, layout }: Above,
  { cell, width, colour }: { readonly cell: Cell; readonly width: number; readonly colour: string },
): void {
  const { x, y } = toScreen(view, cell)
  const side = layout.cell * view.scale
  context.strokeStyle = colour
  context.lineWidth = width
  context.strokeRect(x + width / 2, y + width / 2, side - width, side - width)
}

/** Crossed out from corner to corner. */
function paintLost(context: CanvasRenderingContext2D, above: Above, nodeId: string): void {
  const cell = above.cellOf(nodeId)
  if (!cell) return
  const { x, y } = toScreen(above.view, cell)
  const side = above.layout.cell * above.view.scale
  context.strokeStyle = above.palette.tones.bad
  context.lineWidth = Math.min(3, side / 6)
  context.strokeRect(x, y, side, side)
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x + side, y + side)
  context.moveTo(x + side, y)
  context.lineTo(x, y + side)
  context.stroke()
}

function paintFlight(context: CanvasRenderingContext2D, above: Above, { from, to, progress }: Above['flights'][number]): void {
  const end = squareOf(above, to)
  if (!end) return
  const begin = (from && squareOf(above, from)) ?? { x: end.x, y: -FLYING_PX_MIN }
  const side = Math.max(FLYING_PX_MIN, above.layout.grid.square * above.view.scale)
  const x = begin.x + (end.x - begin.x) * progress
  const y = begin.y + (end.y - begin.y) * progress
  context.fillStyle = above.colourOf(to.pod)
  context.strokeStyle = above.palette.text
  context.lineWidth = 1
  context.fillRect(x, y, side, side)
  context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1)
}

function squareOf({ layout, view, cellOf }: Above, { nodeId, slot, pod }: Flight['to']): Point | undefined {
  const cell = cellOf(nodeId, pod)
  if (!cell) return undefined
  const { x, y } = squareAt(layout.grid, Math.min(slot, layout.grid.capacity - 1))
  return toScreen(view, { x: cell.x + x, y: cell.y + y })
}

/** A bow from cell to cell, thicker for more pods. What goes nowhere ends in a cross, what waited begins with a dot above. */
function paintArrow(context: CanvasRenderingContext2D, above: Above, { from, to, pods }: Arrow): void {
  const [begin, end] = [from === null ? undefined : middleOf(above, from), to === null ? undefined : middleOf(above, to)]
  context.strokeStyle = above.palette.accent
  context.fillStyle = above.palette.accent
  context.lineWidth = Math.min(ARROW_PX_MAX, 2 + Math.log2(pods))
  if (begin && end) paintBow(context, begin, end)
  else if (begin) paintCross(context, begin, above.palette.tones.bad)
  else if (end) paintBow(context, { x: end.x, y: -HEAD_PX }, end)
}

function middleOf({ layout, view, cellOf }: Above, nodeId: string): Point | undefined {
  const cell = cellOf(nodeId)
  return cell && toScreen(view, { x: cell.x + layout.cell / 2, y: cell.y + layout.cell / 2 })
}

function paintBow(context: CanvasRenderingContext2D, begin: Point, end: Point): void {
  const [dx, dy] = [end.x - begin.x, end.y - begin.y]
  const bend = { x: (begin.x + end.x) / 2 - dy / 6, y: (begin.y + end.y) / 2 + dx / 6 }
  context.beginPath()
  context.moveTo(begin.x, begin.y)
  context.quadraticCurveTo(bend.x, bend.y, end.x, end.y)
  context.stroke()
  const angle = Math.atan2(end.y - bend.y, end.x - bend.x)
  const wing = (turn: number): [number, number] => [
    end.x - HEAD_PX * 1.6 * Math.cos(angle + turn),
    end.y - HEAD_PX * 1.6 * Math.sin(angle + turn),
  ]
  context.beginPath()
  context.moveTo(end.x, end.y)
  context.lineTo(...wing(0.45))
  context.lineTo(...wing(-0.45))
  context.fill()
}

function paintCross(context: CanvasRenderingContext2D, { x, y }: Point, colour: string): void {
  context.strokeStyle = colour
  context.lineWidth = 3
  context.beginPath()
  context.moveTo(x - HEAD_PX, y - HEAD_PX)
  context.lineTo(x + HEAD_PX, y + HEAD_PX)
  context.moveTo(x + HEAD_PX, y - HEAD_PX)
  context.lineTo(x - HEAD_PX, y + HEAD_PX)
  context.stroke()
}
