/**
 * Where everything is on the map: nodes as cells in groups, pods as squares inside their node. Pure, so that drawing and pointing
 * agree, and a map is as easily tested as a sum.
 */
import type { Node } from '../../kernel/schema/node.ts'

export const CELL_PX = 96
export const HEAD_PX = 18
export const POD_PX = 10
const GAP_PX = 8
const GROUP_HEAD_PX = 24
/** Squares in a row of a cell. */
const PODS_IN_ROW = 8
/** What a cell has room for; the others are a number. */
export const PODS_MAX = 56

export interface Placed {
  readonly node: Node
  readonly x: number
  readonly y: number
}
export interface Group {
  readonly name: string
  readonly y: number
  readonly count: number
}
export interface Layout {
  readonly groups: readonly Group[]
  readonly cells: readonly Placed[]
  readonly height: number
}

/** What a node is grouped by: its runtime, its status, or one of its labels. */
function groupOf(node: Node, by: string): string {
  if (by === 'runtime') return node.runtimeType
  if (by === 'status') return node.status
  return by === '' ? 'All nodes' : (node.labels[by] ?? `without ${by}`)
}

/** Groups and nodes by name, so that a node stays where it is while others change. @param width px */
export function layOut(nodes: Iterable<Node>, { by, width }: { readonly by: string; readonly width: number }): Layout {
  const columns = Math.max(1, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)))
  const groups: Group[] = []
  const cells: Placed[] = []
  let y = 0
  for (const [name, members] of grouped(nodes, by)) {
    groups.push({ name, y, count: members.length })
    y += GROUP_HEAD_PX
    members.forEach((node, index) => {
      const row = Math.floor(index / columns)
      cells.push({ node, x: (index % columns) * (CELL_PX + GAP_PX), y: y + row * (CELL_PX + GAP_PX) })
    })
    y += Math.ceil(members.length / columns) * (CELL_PX + GAP_PX) + GAP_PX
  }
  return { groups, cells, height: y }
}

function grouped(nodes: Iterable<Node>, by: string): readonly (readonly [string, Node[]])[] {
  const found = new Map<string, Node[]>()
  for (const node of nodes) {
    const name = groupOf(node, by)
    const members = found.get(name)
    if (members) members.push(node)
    else found.set(name, [node])
  }
  for (const members of found.values()) members.sort(byName)
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

const byName = (a: Node, b: Node): number => (a.name < b.name ? -1 : 1)

export interface Pointed {
  readonly node: Node
  /** Which of its squares, if one. */
  readonly square: number | undefined
}

export function at({ cells }: Layout, { x, y }: { readonly x: number; readonly y: number }): Pointed | undefined {
  const cell = cells.find((each) => x >= each.x && x < each.x + CELL_PX && y >= each.y && y < each.y + CELL_PX)
  if (!cell) return undefined
  const column = Math.floor((x - cell.x - SQUARES_LEFT_PX) / SQUARE_STEP_PX)
  const row = Math.floor((y - cell.y - HEAD_PX) / SQUARE_STEP_PX)
  const isSquare = column >= 0 && column < PODS_IN_ROW && row >= 0
  return { node: cell.node, square: isSquare ? row * PODS_IN_ROW + column : undefined }
}

const SQUARE_STEP_PX = POD_PX + 1
const SQUARES_LEFT_PX = 4

/** Where a square is in its cell. */
export const squareAt = (index: number): { readonly x: number; readonly y: number } => ({
  x: SQUARES_LEFT_PX + (index % PODS_IN_ROW) * SQUARE_STEP_PX,
  y: HEAD_PX + Math.floor(index / PODS_IN_ROW) * SQUARE_STEP_PX,
})
