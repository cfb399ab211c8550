/**
 * When a pod has to leave its node for a NoExecute taint: each taint takes the first toleration that matches, the shortest decides,
 * a pending eviction stays as it is until nothing asks for it any more.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
import type { Taint, Toleration } from '../../kernel/schema/index.ts'
import { tolerates } from './selectors.ts'

/** How a pod stands from a moment on. */
export interface Moment {
  readonly atMs: number
  /** Those of its node. */
  readonly taints: readonly Taint[]
  readonly tolerations: readonly Toleration[]
  /** It has ended, or its node is gone: nothing can be evicted. */
  readonly isOver: boolean
}

/** @returns when it is evicted, undefined for never */
export function evictedAt(moments: readonly Moment[]): number | undefined {
  let dueMs: number | undefined
  for (const { atMs, taints, tolerations, isOver } of moments) {
    if (dueMs !== undefined && dueMs < atMs) return dueMs
    const seconds = isOver ? Infinity : secondsLeft(taints, tolerations)
    if (seconds === Infinity) dueMs = undefined
    else if (seconds <= 0) return atMs
    else dueMs ??= atMs + seconds * 1000
  }
  return dueMs
}

function secondsLeft(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  const left = taints
    .filter(({ effect }) => effect === 'NoExecute')
    .map((taint) => {
      const first = tolerations.find((each) => tolerates(each, taint))
      return first ? (first.tolerationSeconds ?? Infinity) : 0
    })
  return Math.min(Infinity, ...left)
}
