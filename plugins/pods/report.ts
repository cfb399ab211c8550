/**
 * What a node reports of its pods, and what that makes of them. A report of an older incarnation, of another node's pod, or of
 * a pod that has ended is ignored and answered so; nothing that a late report says can revive a pod.
 */
import { Type, type Static } from 'typebox'
import {
  Exit,
  Id,
  isBackingOff,
  isEnded,
  isLeaving,
  isStartingAgain,
  Pod,
  strict,
  timestamp,
  type Patch,
  type PodStatus,
  type Reader,
  type Transaction,
} from '../../kernel/index.ts'
import type { SourceMaps } from '../services.ts'
import { afterCrash, mayStartAgain, startAgain } from './restarts.ts'

const STACK_CHARACTERS_MAX = 16_384

export const Report = strict({
  id: Id,
  incarnation: Pod.properties.incarnation,
  status: Type.Enum(['starting', 'running', 'succeeded', 'failed', 'stopped']),
  reason: Type.Optional(Type.String({ maxLength: 64 })),
  message: Type.Optional(Type.String({ maxLength: 2000 })),
  ready: Type.Optional(Type.Boolean()),
  exit: Type.Optional(Exit),
})
export type Report = Static<typeof Report>

/** Reasons for stopping a pod that make it `evicted` and not `stopped`: somebody other than its owner wanted its place. */
const EVICTIONS: readonly string[] = ['Preempted', 'Drained', 'Tainted', 'NodeLost']
const REASONS: Record<Report['status'], string> = {
  starting: 'Starting',
  running: 'Started',
  succeeded: 'Completed',
  failed: 'Error',
  stopped: 'Stopped',
}

export function isCurrent(pod: Pod | undefined, report: Pick<Report, 'incarnation'>, nodeId: string): pod is Pod {
  return pod !== undefined && pod.nodeId === nodeId && pod.incarnation === report.incarnation && !isEnded(pod) && !isBackingOff(pod)
}

/** The same, with the author's lines in its stack trace. */
export async function withSources(report: Report, { state, sourceMaps }: { state: Reader; sourceMaps: SourceMaps }): Promise<Report> {
  const error = report.exit?.error
  const packId = state.get('pods', report.id)?.packId
  if (!report.exit || !error || packId === undefined) return report
  const stack = (await sourceMaps.translate(packId, error.stack)).slice(0, STACK_CHARACTERS_MAX)
  return { ...report, exit: { ...report.exit, error: { ...error, stack } } }
}

/** What the report changes, or undefined when the pod is as reported already. */
export function changeFor(pod: Pod, report: Report, at: number): Patch<Pod> | undefined {
  const hasEnded = report.status === 'succeeded' || report.status === 'failed' || report.status === 'stopped'
  if (!hasEnded && pod.status === 'stopping') return undefined
  if (hasEnded && isStartingAgain(pod)) return startAgain(pod, at)
  if (hasEnded && mayStartAgain(pod, report)) return afterCrash(pod, report, at)
  const status = statusFor(pod, report)
  const patch: Patch<Pod> = {
    status,
    reason: hasEnded && pod.status === 'stopping' ? pod.reason : (report.reason ?? REASONS[report.status]),
    statusMessage: report.message ?? '',
    ready: !hasEnded && (report.ready ?? pod.ready),
    startedAt: report.status === 'running' ? (pod.startedAt ?? timestamp(at)) : pod.startedAt,
    ...(hasEnded ? { stoppedAt: timestamp(at), exit: report.exit ?? null } : {}),
  }
  const isNews = (Object.keys(patch) as (keyof typeof patch)[]).some((field) => pod[field] !== patch[field])
  return isNews ? patch : undefined
}

function statusFor(pod: Pod, { status }: Report): PodStatus {
  if (status !== 'stopped' && status !== 'failed') return status
  if (pod.status !== 'stopping') return status
  return EVICTIONS.includes(pod.reason ?? '') ? 'evicted' : 'stopped'
}

/** Removes a pod, or asks its node to stop it: it is removed once it has ended. */
export function remove(transaction: Transaction, pod: Pod, why: { reason: string; message: string }): void {
  if (isEnded(stop(transaction, pod, why))) transaction.delete('pods', pod.id)
  else transaction.update('pods', pod.id, { deletedAt: pod.deletedAt ?? timestamp(transaction.at) })
}

/** As `stop`, for somebody other than its owner: it ends as evicted. */
export function evict(transaction: Transaction, pod: Pod, why: { reason: string; message: string }): void {
  if (isEnded(pod)) return
  const { status } = stop(transaction, pod, why)
  if (status === 'stopped') transaction.update('pods', pod.id, { status: 'evicted' })
}

/** Ends a pod that runs nowhere, or asks its node to stop it. */
export function stop(transaction: Transaction, pod: Pod, { reason, message }: { reason: string; message: string }): Pod {
  if (isEnded(pod)) return pod
  const isNowhere = pod.nodeId === null || isBackingOff(pod)
  return transaction.update('pods', pod.id, {
    status: isNowhere ? 'stopped' : 'stopping',
    reason: isLeaving(pod) ? pod.reason : reason,
    statusMessage: message,
    ready: false,
    stoppedAt: isNowhere ? timestamp(transaction.at) : null,
    ...askedBy(transaction),
  })
}

/** Whose request it was: its node's log names it. What nobody asked for says nothing of it. */
export const askedBy = ({ origin: { correlationId } }: Pick<Transaction, 'origin'>): Patch<Pod> =>
  correlationId === undefined ? {} : { correlationId }
