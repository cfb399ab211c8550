/** Zooming and moving the map. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kept, pan, reveal, toMap, toScreen, WHOLE, zoom, type Bounds } from '../../../console/web/map/view.ts'

const length = fc.integer({ min: 50, max: 4_000 })
const size = fc.record({ width: length, height: length })
const boundaries: fc.Arbitrary<Bounds> = fc.record({ map: size, screen: size, scaleMax: fc.integer({ min: 1, max: 30 }) })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const views = fc
  .record({ bounds: boundaries, by: fc.double({ min: 1, max: 30, noNaN: true }), x: share, y: share })
  .map(({ bounds, by, x, y }) => ({
    bounds,
    view: zoom(WHOLE, { by, around: { x: x * bounds.screen.width, y: y * bounds.screen.height } }, bounds),
  }))

test('a point on the screen is one of the map, and back', () => {
  fc.assert(
    fc.property(views, share, share, ({ view }, x, y) => {
      const back = toScreen(view, toMap(view, { x, y }))
      expect([back.x, back.y]).toEqual([expect.closeTo(x, 5), expect.closeTo(y, 5)])
    }),
  )
})

test('whatever is done, the scale stays in its bounds and no empty space is beside a map that could fill it', () => {
  const steps = fc.array(fc.record({ by: fc.double({ min: 0.2, max: 5, noNaN: true }), x: fc.integer({ min: -500, max: 500 }) }), {
    maxLength: 10,
  })
  fc.assert(
    fc.property(views, steps, ({ bounds, view }, moves) => {
      const end = moves.reduce((at, { by, x }) => pan(zoom(at, { by, around: { x: 10, y: 10 } }, bounds), { x, y: -x }, bounds), view)
      expect(end.scale).toBeGreaterThanOrEqual(1)
      expect(end.scale).toBeLessThanOrEqual(bounds.scaleMax)
      expect(end.x).toBeLessThanOrEqual(0)
      const right = end.x + bounds.map.width * end.scale
      expect(right).toBeGreaterThanOrEqual(Math.min(bounds.screen.width, bounds.map.width * end.scale) - 0.001)
      expect(kept(end, bounds)).toEqual(end)
    }),
  )
})

test('what is revealed is in view, where it is smaller than the screen', () => {
  fc.assert(
    fc.property(views, share, share, ({ bounds, view }, left, top) => {
      const side = 8
      const cell = { x: left * (bounds.map.width - side), y: top * (bounds.map.height - side), side }
      const after = reveal(view, cell, bounds)
      const { x, y } = toScreen(after, cell)
      if (side * view.scale > Math.min(bounds.screen.width, bounds.screen.height)) return
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(-0.001)
      expect(x + side * after.scale).toBeLessThanOrEqual(bounds.screen.width + 0.001)
      expect(y + side * after.scale).toBeLessThanOrEqual(bounds.screen.height + 0.001)
    }),
  )
})
