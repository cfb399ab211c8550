/** How a pod came to run, step by step, from its history. Pure. */
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'

const STEPS = [
  ['accepted', 'pending'],
  ['scheduled', 'scheduled'],
  ['starting', 'starting'],
  ['running', 'running'],
] as const

export interface Step {
  readonly name: string
  readonly state: 'done' | 'next' | 'later'
  /** RFC 3339 */
  readonly at: string | undefined
  /** Since the step before. */
  readonly tookMs: number | undefined
}

type Entry = Pick<PodHistory, 'at' | 'newStatus'>

/** Of the last time that it was started: what came before its last wait for a node, or for the end of its back-off, is history. */
export function stepsOf({ createdAt, status }: Pick<Pod, 'createdAt' | 'status'>, history: readonly Entry[]): readonly Step[] {
  const restart = history.findLastIndex(({ newStatus }) => newStatus === 'pending')
  const current = restart > 0 ? history.slice(restart) : history
  const times = STEPS.map(
    ([, reached], index) => current.find((each) => each.newStatus === reached)?.at ?? (index === 0 ? createdAt : undefined),
  )
  const last = times.findLastIndex((at) => at !== undefined)
  const isUnderWay = status === 'pending' || status === 'scheduled' || status === 'starting'
  return STEPS.map(([name], index) => {
    const at = times[index]
    const before = times.slice(0, index).findLast((each) => each !== undefined)
    const tookMs = at === undefined || before === undefined ? undefined : Date.parse(at) - Date.parse(before)
    return { name, at, tookMs, state: at !== undefined ? 'done' : index === last + 1 && isUnderWay ? 'next' : 'later' }
  })
}

export const durationText = (ms: number): string =>
  ms < 1_000 ? `${ms} ms` : ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} m`
