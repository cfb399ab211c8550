/** Which changes are worth an event, and how it is told. The usual steps of a pod are its history, and no events. Pure. */
import type { Change, Deployment, Node, Pack, Pod } from '../../kernel/index.ts'

export interface Occasion {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

const USUAL: readonly (string | null)[] = [null, 'Scheduled', 'Starting', 'Started']
const PHASES: Partial<Readonly<Record<Deployment['status']['phase'], Occasion['type']>>> = {
  complete: 'Normal',
  canary: 'Normal',
  degraded: 'Warning',
  failed: 'Warning',
}

export function occasionOf({ kind, before, ...change }: Change): Occasion | undefined {
  const after = change.op === 'put' && 'record' in change ? change.record : undefined
  if (kind === 'pods') return ofPod(before as Pod | undefined, after as Pod | undefined)
  if (kind === 'nodes') return ofNode(before as Node | undefined, after as Node | undefined)
  if (kind === 'deployments') return ofDeployment(before as Deployment | undefined, after as Deployment | undefined)
  if (kind === 'packs') return ofPack(before as Pack | undefined, after as Pack | undefined)
  return undefined
}

function ofPod(before: Pod | undefined, after: Pod | undefined): Occasion | undefined {
  if (!after || !before || (before.reason === after.reason && before.status === after.status) || USUAL.includes(after.reason))
    return undefined
  const isBad = ['failed', 'evicted', 'unknown'].includes(after.status) || after.status === 'pending'
  return { type: isBad ? 'Warning' : 'Normal', reason: after.reason ?? after.status, message: after.statusMessage }
}

function ofNode(before: Node | undefined, after: Node | undefined): Occasion | undefined {
  if (!before) return { type: 'Normal', reason: 'Joined', message: `a ${after?.runtimeType ?? ''} node has joined` }
  if (!after) return { type: 'Normal', reason: 'Removed', message: 'the node was removed' }
  if (before.status !== after.status) {
    const reason = { online: 'Online', unhealthy: 'Unhealthy', offline: 'Offline' }[after.status]
    return { type: after.status === 'online' ? 'Normal' : 'Warning', reason, message: `was ${before.status}` }
  }
  const ofDrain = drainOccasion(before.drain, after.drain)
  if (ofDrain) return ofDrain
  if (before.unschedulable === after.unschedulable) return undefined
  return after.unschedulable
    ? { type: 'Normal', reason: 'Cordoned', message: 'takes no new pods' }
    : { type: 'Normal', reason: 'Uncordoned', message: 'takes new pods again' }
}

function drainOccasion(before: Node['drain'], after: Node['drain']): Occasion | undefined {
  if (after && !before) return { type: 'Normal', reason: 'Draining', message: `its pods leave, as ${after.by} wants` }
  if (before && !after) return { type: 'Normal', reason: 'Uncordoned', message: 'takes new pods again, and is not drained any more' }
  if (!after?.doneAt || before?.doneAt) return undefined
  const stay = after.daemons === 0 ? '' : `; ${after.daemons} of daemons stay`
  return { type: 'Normal', reason: 'Drained', message: `its pods have left${stay}` }
}

function ofDeployment(before: Deployment | undefined, after: Deployment | undefined): Occasion | undefined {
  const revision = after?.revisions.at(-1)
  if (!after || !revision) return { type: 'Normal', reason: 'Removed', message: 'the deployment was removed' }
  if (before?.revision !== after.revision) {
    const message = `revision ${revision.revision}: ${after.packName}@${revision.packVersion}`
    return { type: revision.reason === 'AutoRolledBack' ? 'Warning' : 'Normal', reason: revision.reason, message }
  }
  const { phase, message, available, desired } = after.status
  const type = PHASES[phase]
  if (before.status.phase === phase || !type) return undefined
  const reason = `${phase.charAt(0).toUpperCase()}${phase.slice(1)}`
  return { type, reason, message: message === '' ? `${available} of ${desired} are available` : message }
}

function ofPack(before: Pack | undefined, after: Pack | undefined): Occasion | undefined {
  if (!after?.bundle || before?.bundle) return undefined
  return { type: 'Normal', reason: 'Published', message: `version ${after.version} has its bundle` }
}
