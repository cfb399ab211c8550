/**
 * Where everything is on the map: groups below one another, in each its nodes as cells, in each cell its pods as squares. The cells are
 * as large as they can be with all of them in view. Pure, so that drawing and pointing agree, and a map is as easily tested as a sum.
 */

const CELL_PX_MAX = 168
const CELL_PX_MIN = 8
const GROUP_HEAD_PX = 26
const GROUP_GAP_PX = 8
/** Smaller cells have no room for a name. */
const NAMED_FROM_PX = 64
const CELL_HEAD_PX = 20
const POD_PX_MAX = 22
const SQUARES_IN_ROW_MAX = 64

export interface Members {
  readonly name: string
  /** In the order in which they are shown. */
  readonly nodeIds: readonly string[]
}
export interface Size {
  readonly width: number
  readonly height: number
}
export interface Point {
  readonly x: number
  readonly y: number
}
export interface Group {
  readonly name: string
  readonly y: number
  /** Below its head. */
  readonly top: number
  readonly first: number
  readonly count: number
}
/** A node in a group. By namespace, a node is in each group of which it has pods. */
export interface Cell {
  readonly nodeId: string
  readonly group: string
  readonly x: number
  readonly y: number
}
export interface Grid {
  readonly columns: number
  readonly capacity: number
  /** From one square to the next. */
  readonly step: number
  readonly square: number
  readonly left: number
  readonly top: number
}
export interface Layout {
  readonly groups: readonly Group[]
  readonly cells: readonly Cell[]
  readonly size: Size
  readonly columns: number
  readonly cell: number
  readonly gap: number
  /** Of each cell; 0 where it has no name. */
  readonly head: number
  readonly grid: Grid
  /** Of how many pods a cell is full. */
  readonly room: number
}

/** @param pods how many squares a cell should have room for */
export function layOut(groups: readonly Members[], { width, height, pods }: Size & { readonly pods: number }): Layout {
  const cell = largestCell(groups, { width, height })
  const gap = gapOf(cell)
  const columns = columnsOf(cell, width)
  const head = cell >= NAMED_FROM_PX ? CELL_HEAD_PX : 0
  const placed: Group[] = []
  const cells: Cell[] = []
  let y = 0
  for (const { name, nodeIds } of groups) {
    const top = y + GROUP_HEAD_PX
    placed.push({ name, y, top, first: cells.length, count: nodeIds.length })
    nodeIds.forEach((nodeId, index) => {
      const row = Math.floor(index / columns)
      cells.push({ nodeId, group: name, x: (index % columns) * (cell + gap), y: top + row * (cell + gap) })
    })
    y = top + heightOf(nodeIds.length, columns, cell + gap) + GROUP_GAP_PX
  }
  return { groups: placed, cells, size: { width, height: y }, columns, cell, gap, head, grid: gridOf({ cell, head, pods }), room: pods }
}

const gapOf = (cell: number): number => (cell >= 48 ? 8 : cell >= 28 ? 4 : cell >= 14 ? 2 : 1)
const columnsOf = (cell: number, width: number): number => Math.max(1, Math.floor((width + gapOf(cell)) / (cell + gapOf(cell))))
const heightOf = (count: number, columns: number, step: number): number => Math.ceil(count / columns) * step

function largestCell(groups: readonly Members[], { width, height }: Size): number {
  const fits = (cell: number): boolean => {
    const columns = columnsOf(cell, width)
    const needed = groups.reduce(
      (sum, { nodeIds }) => sum + GROUP_HEAD_PX + GROUP_GAP_PX + heightOf(nodeIds.length, columns, cell + gapOf(cell)),
      0,
    )
    return needed <= height && cell <= width
  }
  for (let cell = CELL_PX_MAX; cell > CELL_PX_MIN; cell -= 1) if (fits(cell)) return cell
  return CELL_PX_MIN
}

/** The largest squares of which a cell holds as many as are wanted; in the smallest cells as many as it can. */
function gridOf({ cell, head, pods }: { readonly cell: number; readonly head: number; readonly pods: number }): Grid {
  const inset = cell >= NAMED_FROM_PX ? 6 : cell >= 20 ? 2 : 1
  const [width, height] = [cell - 2 * inset, cell - head - (head > 0 ? inset : 2 * inset)]
  const rowsOf = (columns: number): number => Math.max(1, Math.floor(height / (width / columns)))
  let columns = Math.max(1, Math.ceil(width / POD_PX_MAX))
  while (columns < SQUARES_IN_ROW_MAX && columns * rowsOf(columns) < pods) columns += 1
  const step = width / columns
  const between = step >= 4 ? 1 : step / 4
  return { columns, capacity: columns * rowsOf(columns), step, square: step - between, left: inset, top: head > 0 ? head : inset }
}

/** Where a square is in its cell. */
export function squareAt({ columns, step, left, top }: Grid, index: number): Point {
  return { x: left + (index % columns) * step, y: top + Math.floor(index / columns) * step }
}

export interface Pointed {
  /** Among the layout's cells. */
  readonly cell: number
  /** Which of its squares, if one. */
  readonly square: number | undefined
}

export function at(layout: Layout, { x, y }: Point): Pointed | undefined {
  const { groups, columns, cell, gap, grid } = layout
  const group = lastAbove(groups, y)
  if (!group || y < group.top || x < 0) return undefined
  const step = cell + gap
  const [column, row] = [Math.floor(x / step), Math.floor((y - group.top) / step)]
  const index = row * columns + column
  if (column >= columns || index >= group.count) return undefined
  const [inX, inY] = [x - column * step, y - group.top - row * step]
  if (inX >= cell || inY >= cell) return undefined
  const [gridX, gridY] = [Math.floor((inX - grid.left) / grid.step), Math.floor((inY - grid.top) / grid.step)]
  const square = gridY * grid.columns + gridX
  const isSquare = gridX >= 0 && gridX < grid.columns && gridY >= 0 && square < grid.capacity
  return { cell: group.first + index, square: isSquare ? square : undefined }
}

/** By halving: there can be thousands of groups. */
function lastAbove(groups: readonly Group[], y: number): Group | undefined {
  let [low, high] = [0, groups.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((groups[middle]?.y ?? 0) <= y) low = middle + 1
    else high = middle
  }
  return groups[low - 1]
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The cell that an arrow key leads to; up and down go on in the next group. */
export function neighbour({ groups, columns, cells }: Layout, from: number, direction: Direction): number {
  if (direction === 'left') return Math.max(0, from - 1)
  if (direction === 'right') return Math.min(cells.length - 1, from + 1)
  const here = groups.findIndex(({ first, count }) => from >= first && from < first + count)
  const group = groups[here]
  if (!group) return from
  const index = from - group.first
  const column = index % columns
  const isDown = direction === 'down'
  const next = index + (isDown ? columns : -columns)
  if (next >= 0 && next < group.count) return group.first + next
  // The last row is shorter: down from above where it ends leads to its end.
  if (isDown && Math.floor(index / columns) < Math.floor((group.count - 1) / columns)) return group.first + group.count - 1
  const other = groups[here + (isDown ? 1 : -1)]
  if (!other) return from
  const lastRow = Math.floor((other.count - 1) / columns) * columns
  return other.first + Math.min((isDown ? 0 : lastRow) + column, other.count - 1)
}
