/** How a deployment stands: its pods as members, where a daemon belongs, and what that makes of its status. */
import {
  isBackingOff,
  isEnded,
  isLeaving,
  matchesNodeRules,
  timestamp,
  tolerates,
  type Deployment,
  type DeploymentStatus,
  type Node,
  type Pack,
  type Pod,
  type Reader,
  type Share,
  type Toleration,
} from '../../kernel/index.ts'
import type { Runtimes } from '../services.ts'
import type { DaemonMember, Place } from './daemon.ts'
import type { Aim } from './replicated.ts'
import { currentOf, goodOf } from './versions.ts'

/** The label by which a pod says which revision it was made from. */
export const REVISION_LABEL = 'stark/revision'

/** Daemon pods stay on a node that is out of touch: they belong to it. */
export const STAYS: Toleration = { key: 'stark/unreachable', operator: 'Exists', effect: 'NoExecute' }

/** epoch ms from which a pod counts as available; Infinity while nothing says so */
function availableAt(pod: Pod, { strategy: { readyDelaySeconds } }: Deployment): number {
  if (pod.status !== 'running' || isLeaving(pod)) return Infinity
  if (pod.ready) return 0
  return readyDelaySeconds === null || pod.startedAt === null ? Infinity : Date.parse(pod.startedAt) + readyDelaySeconds * 1000
}

/** @param node where it is, if it is anywhere */
export function memberOf(
  pod: Pod,
  { deployment, node, now }: { deployment: Deployment; node: Node | undefined; now: number },
): DaemonMember {
  const { mode, strategy } = deployment
  const isAvailable = availableAt(pod, deployment) <= now
  const isOverdue = now - Date.parse(pod.createdAt) >= strategy.progressDeadlineSeconds * 1000
  return {
    id: pod.id,
    key: pod.labels[REVISION_LABEL] ?? '',
    isAvailable,
    sinceMs: sinceOf(pod),
    // Daemons belong to their nodes.
    isDeparting: mode === 'replicated' && Boolean(node?.drain),
    isComing: !isAvailable && !isOverdue && pod.reason !== 'Unschedulable' && pod.status !== 'unknown' && !isBackingOff(pod),
    nodeId: pod.nodeId ?? pod.nodeName ?? undefined,
  }
}

/** It is out of touch, and another one serves in its place until it is back. */
export const isReplaced = (pod: Pod, node: Node | undefined): boolean =>
  pod.status === 'unknown' && pod.disconnect?.replace === true && !node?.drain

/** epoch ms, from which it counts when one of two has to leave; Infinity for one that was away and is to give way to its replacement */
function sinceOf({ createdAt, startedAt, disconnect, disconnectedAt }: Pod): number {
  if (disconnect?.reconcile === 'keep-replacement' && disconnectedAt) return Infinity
  return Date.parse(disconnect?.reconcile === 'keep-longest-running' ? (startedAt ?? createdAt) : createdAt)
}

/** The nodes that should have a pod: those that fit, and those where one is and may stay. */
export function placesFor(
  deployment: Deployment,
  { reader, pods, pack, runtimes }: { reader: Reader; pods: readonly Pod[]; pack: Pack; runtimes: Runtimes },
): Place[] {
  const { scheduling = {}, tolerations: given = [] } = currentOf(deployment).template
  const tolerations = [...given, STAYS]
  const alive = pods.filter((pod) => !isEnded(pod))
  const occupied = new Set(alive.filter(isLeaving).map(({ nodeId }) => nodeId))
  const kept = new Set(alive.filter((pod) => !isLeaving(pod)).map(({ nodeId, nodeName }) => nodeId ?? nodeName))
  const bears = ({ taints }: Node, effect: string) =>
    taints.every((taint) => taint.effect !== effect || tolerations.some((each) => tolerates(each, taint)))
  return [...reader.all('nodes')].flatMap((node) => {
    const mayStay = matchesNodeRules(scheduling, node) && runtimes.refusal(pack, node) === undefined && bears(node, 'NoExecute')
    const isOpen = mayStay && node.status === 'online' && !node.unschedulable && bears(node, 'NoSchedule')
    return isOpen || (mayStay && kept.has(node.id)) ? [{ nodeId: node.id, isOpen, isOccupied: occupied.has(node.id) }] : []
  })
}

/** @param desired how many there should be */
export function aimOf(deployment: Deployment, desired: number): Aim {
  const { strategy, mode, paused } = deployment
  const current = currentOf(deployment)
  const good = goodOf(deployment)
  const maxSurge = amount(strategy.maxSurge, desired, Math.ceil)
  const maxUnavailable = amount(strategy.maxUnavailable, desired, mode === 'daemon' ? Math.ceil : Math.floor)
  const canary = good === undefined || current.isPromoted ? null : strategy.canary
  return {
    desired,
    maxSurge,
    // With neither, nothing could ever move.
    maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable,
    current: current.key,
    good: good?.key,
    updatedMost: canary ? Math.min(desired, Math.max(1, amount(canary.share, desired, Math.ceil))) : desired,
    isPaused: paused && !current.isGood,
  }
}

function amount(share: Share, of: number, round: (value: number) => number): number {
  return typeof share === 'number' ? share : round((of * Number(share.slice(0, -1))) / 100)
}

export function statusOf(
  deployment: Deployment,
  { aim, members, now, trouble }: { aim: Aim; members: readonly DaemonMember[]; now: number; trouble: string | undefined },
): DeploymentStatus {
  const { status: before, paused, deletedAt } = deployment
  const current = currentOf(deployment)
  const updated = members.filter(({ key }) => key === aim.current)
  const available = members.filter(({ isAvailable }) => isAvailable).length
  const updatedAvailable = updated.filter(({ isAvailable }) => isAvailable).length
  const isMore = updatedAvailable > before.bestAvailable
  const isComplete = updatedAvailable >= aim.desired && members.length === updated.length && updated.length === aim.desired
  const isCanary = aim.updatedMost < aim.desired && updatedAvailable >= aim.updatedMost && available >= aim.desired
  const phase = ((): DeploymentStatus['phase'] => {
    if (deletedAt !== null) return 'deleting'
    if (isComplete) return 'complete'
    if (current.isGood && available < aim.desired) return 'degraded'
    if (paused) return 'paused'
    if (isCanary) return 'canary'
    return current.hasFailed && !isMore ? 'failed' : 'progressing'
  })()
  return {
    phase,
    message: trouble ?? sentence(phase, { aim, updatedAvailable, available, others: members.length - updated.length }),
    version: current.packVersion,
    desired: aim.desired,
    total: members.length,
    updated: updated.length,
    ready: available,
    available,
    updatedAvailable,
    bestAvailable: Math.max(before.bestAvailable, updatedAvailable),
    // A canary may wait for ever: its deadline begins when it is disturbed.
    progressAt: isMore || (phase === 'canary') !== (before.phase === 'canary') ? timestamp(now) : before.progressAt,
  }
}

function sentence(
  phase: DeploymentStatus['phase'],
  { aim, updatedAvailable, available, others }: { aim: Aim; updatedAvailable: number; available: number; others: number },
): string {
  const have = `${updatedAvailable} of ${aim.desired} are up to date and available`
  if (phase === 'complete') return ''
  if (phase === 'degraded') return `${available} of ${aim.desired} are available`
  if (phase === 'canary') return `${aim.updatedMost} of ${aim.desired} try the new revision: promote it, or roll it back`
  if (phase === 'failed') return `${have}, and there was no progress within the deadline`
  if (phase === 'deleting') return 'its pods are being stopped'
  return others > 0 ? `${have}, ${others} of an older revision are left` : have
}
