/** Where nodes and pods are on the map, what is pointed at there, and where the arrow keys lead. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, layOut, neighbour, squareAt, type Layout, type Members } from '../../../console/web/map/layout.ts'

const membersOf = (counts: readonly number[]): readonly Members[] =>
  counts.map((count, group) => ({ name: `g${group}`, nodeIds: Array.from({ length: count }, (_, index) => `n${group}-${index}`) }))
const layouts = fc
  .record({
    counts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
    width: fc.integer({ min: 200, max: 3_000 }),
    height: fc.integer({ min: 200, max: 2_000 }),
    pods: fc.integer({ min: 1, max: 300 }),
  })
  .map(({ counts, ...size }) => ({ layout: layOut(membersOf(counts), size), counts, size }))

test('each node has one cell in its group, within the width, none on another, and is known by its place', () => {
  fc.assert(
    fc.property(layouts, ({ layout, counts, size }) => {
      expect(layout.groups.map(({ count }) => count)).toEqual(counts)
      expect(new Set(layout.cells.map(({ x, y }) => `${x} ${y}`)).size).toBe(layout.cells.length)
      layout.cells.forEach(({ x, y }, index) => {
        expect(x + layout.cell).toBeLessThanOrEqual(size.width)
        expect(at(layout, { x, y })?.cell).toBe(index)
        expect(at(layout, { x: x + layout.cell - 0.01, y: y + layout.cell - 0.01 })?.cell).toBe(index)
        expect(at(layout, { x: x + layout.cell + layout.gap / 2, y })).toBeUndefined()
      })
    }),
  )
})

test('there is a square for each pod that room was asked for, inside its cell and known by its place, but for the smallest cells', () => {
  fc.assert(
    fc.property(layouts, ({ layout, size }) => {
      const { grid, cell } = layout
      expect(cell < 20 || grid.capacity >= size.pods).toBe(true)
      const first = layout.cells[0]
      for (let index = 0; index < grid.capacity; index += 1) {
        const { x, y } = squareAt(grid, index)
        expect(Math.max(x, y) + grid.square).toBeLessThanOrEqual(cell + 0.001)
        const middle = { x: (first?.x ?? 0) + x + grid.square / 2, y: (first?.y ?? 0) + y + grid.square / 2 }
        expect(at(layout, middle)).toEqual({ cell: 0, square: index })
      }
    }),
  )
})

test('all of a map is in view where its cells need not become smaller than can be seen', () => {
  const { size, cell } = layOut(membersOf([300, 500, 200]), { width: 1_400, height: 800, pods: 16 })
  expect(size.height).toBeLessThanOrEqual(800)
  expect(cell).toBeGreaterThan(20)
})

describe('the arrow keys', () => {
  test('lead only to cells that there are, and left undoes right', () => {
    const from = fc.record({ at: layouts, share: fc.double({ min: 0, max: 0.999, noNaN: true }) })
    fc.assert(
      fc.property(from, ({ at: { layout }, share }) => {
        const here = Math.floor(share * layout.cells.length)
        for (const direction of ['left', 'right', 'up', 'down'] as const) {
          expect(layout.cells[neighbour(layout, here, direction)]).toBeDefined()
        }
        const isLast = here === layout.cells.length - 1
        expect(neighbour(layout, neighbour(layout, here, 'right'), 'left')).toBe(isLast ? Math.max(0, here - 1) : here)
      }),
    )
  })

  test('down goes through all groups to the last row, and up back to the first', () => {
    fc.assert(
      fc.property(layouts, ({ layout }) => {
        const walked = walk(layout, 0, 'down')
        expect(walked).toBeGreaterThanOrEqual(layout.groups.at(-1)?.first ?? 0)
        expect(walk(layout, walked, 'up')).toBeLessThan(layout.columns)
      }),
    )
  })
})

function walk(layout: Layout, from: number, direction: 'up' | 'down'): number {
  const next = neighbour(layout, from, direction)
  return next === from ? from : walk(layout, next, direction)
}
