/** Which part of the map is in view: a scale and an offset, and what zooming and panning make of them. Pure. */
import type { Point, Size } from './layout.ts'

/** A point of the map is on the screen at `scale * point + offset`. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}
export interface Bounds {
  /** Of the whole map, unscaled. */
  readonly map: Size
  readonly screen: Size
  readonly scaleMax: number
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 }

export const toMap = ({ scale, x, y }: View, point: Point): Point => ({ x: (point.x - x) / scale, y: (point.y - y) / scale })
export const toScreen = ({ scale, x, y }: View, point: Point): Point => ({ x: point.x * scale + x, y: point.y * scale + y })

/** What is under the point stays there. */
export function zoom(view: View, { by, around }: { readonly by: number; readonly around: Point }, bounds: Bounds): View {
  const scale = Math.min(Math.max(view.scale * by, 1), bounds.scaleMax)
  const fixed = toMap(view, around)
  return kept({ scale, x: around.x - fixed.x * scale, y: around.y - fixed.y * scale }, bounds)
}

export const pan = (view: View, by: Point, bounds: Bounds): View => kept({ ...view, x: view.x + by.x, y: view.y + by.y }, bounds)

/** So far that the rectangle is in view, if it is not. */
export function reveal(view: View, { x, y, side }: Point & { readonly side: number }, bounds: Bounds): View {
  const near = toScreen(view, { x, y })
  const far = toScreen(view, { x: x + side, y: y + side })
  const missing = (from: number, to: number, length: number): number => (from < 0 ? -from : to > length ? length - to : 0)
  const by = { x: missing(near.x, far.x, bounds.screen.width), y: missing(near.y, far.y, bounds.screen.height) }
  return pan(view, by, bounds)
}

/** Without empty space beside a map that could fill it. */
export function kept({ scale, x, y }: View, { map, screen }: Bounds): View {
  const inside = (offset: number, length: number, room: number): number => Math.min(0, Math.max(offset, Math.min(0, room - length)))
  return { scale, x: inside(x, map.width * scale, screen.width), y: inside(y, map.height * scale, screen.height) }
}
