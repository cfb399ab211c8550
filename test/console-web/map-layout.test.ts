/** Where nodes and pods are on the map, and what is pointed at there. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, CELL_PX, layOut, PODS_MAX, squareAt } from '../../console/web/map-layout.ts'
import { aNode } from '../support/builders.ts'

describe('the map', () => {
  test('groups nodes by a label, those without it apart, and counts them', () => {
    const nodes = [
      aNode({ labels: { zone: 'b' } }),
      aNode({ labels: {} }),
      aNode({ labels: { zone: 'a' } }),
      aNode({ labels: { zone: 'b' } }),
    ]
    const { groups } = layOut(nodes, { by: 'zone', width: 800 })
    expect(groups.map(({ name, count }) => [name, count])).toEqual([
      ['a', 1],
      ['b', 2],
      ['without zone', 1],
    ])
  })

  test('has each node once, no two on each other, in its width however narrow, and knows each by its place', () => {
    const sizes = fc.record({ count: fc.integer({ min: 1, max: 60 }), width: fc.integer({ min: 1, max: 2_000 }) })
    fc.assert(
      fc.property(sizes, ({ count, width }) => {
        const nodes = Array.from({ length: count }, () => aNode())
        const layout = layOut(nodes, { by: '', width })
        expect(new Set(layout.cells.map(({ node }) => node.id)).size).toBe(count)
        for (const { node, x, y } of layout.cells) {
          expect(x === 0 || x + CELL_PX <= width).toBe(true)
          expect(y + CELL_PX).toBeLessThanOrEqual(layout.height)
          expect(at(layout, { x, y })?.node).toBe(node)
          expect(at(layout, { x: x + CELL_PX - 1, y: y + CELL_PX - 1 })?.node).toBe(node)
        }
      }),
    )
  })

  test('knows each square of a cell, all of which are inside it', () => {
    const layout = layOut([aNode()], { by: '', width: 400 })
    const [cell] = layout.cells
    for (let index = 0; index < PODS_MAX; index++) {
      const square = squareAt(index)
      expect(at(layout, { x: (cell?.x ?? 0) + square.x + 1, y: (cell?.y ?? 0) + square.y + 1 })?.square).toBe(index)
      expect(square.x + 10).toBeLessThanOrEqual(CELL_PX)
      expect(square.y + 10).toBeLessThanOrEqual(CELL_PX)
    }
  })

  test('has nothing between its cells', () => {
    expect(at(layOut([aNode()], { by: '', width: 400 }), { x: 300, y: 60 })).toBeUndefined()
  })
})
