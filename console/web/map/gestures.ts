/**
 * What fingers, mouse, wheel and keys mean on the map: zooming and moving the view, and pointing. One finger or the mouse moves, two
 * fingers or the wheel zoom around what is between or under them; a press that hardly moved is a click.
 */
import type { Point } from './layout.ts'

export interface GestureListener {
  readonly onZoom: (by: number, around: Point) => void
  readonly onPan: (by: Point) => void
  readonly onClick: (at: Point) => void
  readonly onOpen: (at: Point) => void
  /** Undefined: it points at nothing any more. */
  readonly onPoint: (at: Point | undefined) => void
}

const CLICK_PX_MAX = 6
const WHEEL_SPEED = 0.0016
/** Two fingers on a touchpad come as a wheel with Ctrl, and with smaller numbers. */
const PINCH_SPEED = 0.01
const WHEEL_LINE_PX = 16

/** @returns what ends it */
export function followGestures(element: HTMLElement, listener: GestureListener): () => void {
  const pressed = new Map<number, Point>()
  let travelled = 0
  const placeOf = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const handlers = {
    pointerdown(event: PointerEvent) {
      if (event.button !== 0) return
      element.setPointerCapture(event.pointerId)
      if (pressed.size === 0) travelled = 0
      pressed.set(event.pointerId, placeOf(event))
    },
    pointermove(event: PointerEvent) {
      const at = placeOf(event)
      const before = pressed.get(event.pointerId)
      if (!before) return listener.onPoint(at)
      travelled += distance(before, at)
      const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1]
      pressed.set(event.pointerId, at)
      if (other) pinch(listener, { before, at, other })
      else if (travelled > CLICK_PX_MAX) listener.onPan({ x: at.x - before.x, y: at.y - before.y })
    },
    pointerup(event: PointerEvent) {
      const isClick = pressed.delete(event.pointerId) && pressed.size === 0 && travelled <= CLICK_PX_MAX
      if (isClick) listener.onClick(placeOf(event))
    },
    pointercancel: (event: PointerEvent) => void pressed.delete(event.pointerId),
    pointerleave: () => listener.onPoint(undefined),
    dblclick: (event: MouseEvent) => listener.onOpen(placeOf(event)),
    wheel(event: WheelEvent) {
      event.preventDefault()
      const px = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * WHEEL_LINE_PX
      listener.onZoom(Math.exp(-px * (event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED)), placeOf(event))
    },
  }
  const all = Object.entries(handlers) as [string, EventListener][]
  for (const [type, handler] of all) element.addEventListener(type, handler, { passive: false })
  return () => {
    for (const [type, handler] of all) element.removeEventListener(type, handler)
  }
}

function pinch(listener: GestureListener, { before, at, other }: { before: Point; at: Point; other: Point }): void {
  const [was, is] = [distance(before, other), distance(at, other)]
  const [from, to] = [between(before, other), between(at, other)]
  if (was > 0) listener.onZoom(is / was, to)
  listener.onPan({ x: to.x - from.x, y: to.y - from.y })
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)
const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
