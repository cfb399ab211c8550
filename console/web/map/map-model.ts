/**
 * The map as it stands: which cells there are and where, and which of them have changed since they were drawn. Laid out anew only
 * when nodes come, go or change their group; where what they hold decides their group, at most once a second.
 */
import type { Node } from '../../../kernel/schema/node.ts'
import type { FleetChanges, Holding } from '../fleet.ts'
import { collator, grouped, groupsOf, isRestless } from './grouping.ts'
import { layOut, type Cell, type Layout, type Size } from './layout.ts'

const RESTLESS_MS = 1_000
/** Room is made in steps, so that one pod more seldom moves all squares. */
const ROOMS = [4, 9, 16, 25, 36, 49, 64, 81, 100, 144, 196, 256, 400, 576, 1_024]

/** What the map is of. */
export interface Ground {
  readonly nodes: { readonly get: (id: string) => Node | undefined; readonly values: () => Iterable<Node> }
  readonly holdingOf: (id: string) => Holding
}

export class MapModel {
  readonly #ground: Ground
  #by = ''
  #size: Size = { width: 1, height: 1 }
  #layout: Layout = layOut([], { width: 1, height: 1, pods: 1 })
  #cellsOf = new Map<string, readonly Cell[]>()
  #order: readonly Node[] | undefined
  #isStale = true
  /** Of another group, and it need not be shown at once. */
  #isUnsettled = false
  #laidOutMs = Number.NEGATIVE_INFINITY
  readonly #dirty = new Set<string>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  get layout(): Layout {
    return this.#layout
  }

  /** Cells of nodes that are not as they were drawn. */
  takeDirty(): readonly Cell[] {
    const cells = [...this.#dirty].flatMap((id) => this.cellsOf(id))
    this.#dirty.clear()
    return cells
  }

  cellsOf(nodeId: string): readonly Cell[] {
    return this.#cellsOf.get(nodeId) ?? []
  }

  arrange(by: string, size: Size): void {
    if (by === this.#by && size.width === this.#size.width && size.height === this.#size.height) return
    this.#by = by
    this.#size = size
    this.#isStale = true
  }

  change({ nodes }: Pick<FleetChanges, 'nodes'>): void {
    for (const id of nodes) {
      this.#dirty.add(id)
      const node = this.#ground.nodes.get(id)
      const cells = this.cellsOf(id)
      if ((node === undefined) !== (cells.length === 0)) {
        this.#order = undefined
        this.#isStale = true
      } else if (node) this.#review(node, cells)
    }
  }

  /** @returns whether everything is to be drawn anew */
  settle(now: number): boolean {
    const isDue = this.#isUnsettled && now - this.#laidOutMs >= RESTLESS_MS
    if (!this.#isStale && !isDue) return false
    this.#isStale = false
    this.#isUnsettled = false
    this.#laidOutMs = now
    this.#layOut()
    return true
  }

  /** Whether something is still to be laid out, once it is time. */
  get isUnsettled(): boolean {
    return this.#isUnsettled
  }

  #review(node: Node, cells: readonly Cell[]): void {
    const holding = this.#ground.holdingOf(node.id)
    if (holding.slots.length > this.#layout.grid.capacity) this.#isStale = true
    const groups = groupsOf(node, holding, this.#by)
    if (groups.length === cells.length && groups.every((name) => cells.some(({ group }) => group === name))) return
    if (isRestless(this.#by)) this.#isUnsettled = true
    else this.#isStale = true
  }

  #layOut(): void {
    const { nodes, holdingOf } = this.#ground
    this.#order ??= [...nodes.values()].sort((a, b) => collator.compare(a.name, b.name))
    const current = this.#order.flatMap(({ id }) => nodes.get(id) ?? [])
    const most = current.reduce((pods, { id }) => Math.max(pods, holdingOf(id).slots.length), 0)
    const pods = ROOMS.find((room) => room >= most) ?? most
    this.#layout = layOut(grouped(current, this.#by, holdingOf), { ...this.#size, pods })
    this.#cellsOf = new Map()
    for (const cell of this.#layout.cells) this.#cellsOf.set(cell.nodeId, [...(this.#cellsOf.get(cell.nodeId) ?? []), cell])
  }
}
