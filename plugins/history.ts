/**
 * What happened to each pod: one entry per change of status, version or node, with who did it and why. Append-only.
 * Taps persist, before the store, so that an entry is durable with the change that it tells of; adds the operation pods.history.
 */
import { Type } from 'typebox'
import {
  KernelError,
  Listing,
  page,
  Page,
  PodHistory,
  Ref,
  strict,
  timestamp,
  type Change,
  type Draft,
  type Plugin,
  type Pod,
  type PodStatus,
} from '../kernel/index.ts'

export const history = (): Plugin => ({
  name: 'history',
  after: ['pods'],
  apply({ kinds, hooks, operations, durable }) {
    kinds.define<PodHistory>('podHistory', {
      schema: PodHistory,
      indexes: { podId: ({ podId }) => podId },
    })
    hooks.persist.tap('history', (draft) => {
      for (const change of draft.changes) if (change.kind === 'pods') record(change, draft)
    })
    operations.define({
      name: 'pods.history',
      summary: 'What happened to a pod, oldest first; it can still be read by the id of a pod that is gone',
      http: 'GET /api/pods/:id/history',
      permission: 'pods:read',
      input: strict({ id: Ref, namespace: Type.Optional(Type.String()), ...Page }),
      output: Listing(PodHistory),
      errors: ['NOT_FOUND'],
      handle({ id, namespace = 'default', ...request }, { who }) {
        const pod = durable.get('pods', id) ?? durable.find('pods', 'name', `${namespace}/${id}`)
        const entries = durable.by('podHistory', 'podId', pod?.id ?? id)
        // A node sees what is bound to it, and nothing of what is gone.
        const isSeen = who.kind === 'node' ? pod?.nodeId === who.id : entries.length > 0
        if (!isSeen) throw new KernelError('NOT_FOUND', `there is no pod "${id}"`)
        return page(entries, request)
      },
    })
  },
})

function record(change: Change, draft: Draft): void {
  const before = change.before as Pod | undefined
  const after = change.op === 'put' ? (change.record as Pod) : undefined
  const pod = after ?? before
  if (!pod || (before && after && isSame(before, after))) return
  draft.create('podHistory', {
    podId: pod.id,
    podName: pod.name,
    namespace: pod.namespace,
    action: actionOf(before, after),
    at: timestamp(draft.at),
    actorId: draft.origin.actorId,
    previousStatus: before?.status ?? null,
    newStatus: after?.status ?? null,
    previousVersion: before?.packVersion ?? null,
    newVersion: after?.packVersion ?? null,
    previousNodeId: before?.nodeId ?? null,
    newNodeId: after?.nodeId ?? null,
    reason: after ? after.reason : 'Deleted',
    message: after?.statusMessage ?? '',
  } satisfies Omit<PodHistory, 'id' | 'createdAt' | 'updatedAt' | 'resourceVersion'>)
}

const isSame = (before: Pod, after: Pod): boolean =>
  before.status === after.status &&
  before.packVersion === after.packVersion &&
  before.nodeId === after.nodeId &&
  before.incarnation === after.incarnation &&
  before.reason === after.reason

const ACTIONS: Record<PodStatus, string> = {
  pending: 'Pending',
  scheduled: 'Scheduled',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  succeeded: 'Succeeded',
  failed: 'Failed',
  stopped: 'Stopped',
  evicted: 'Evicted',
  unknown: 'OutOfTouch',
}

function actionOf(before: Pod | undefined, after: Pod | undefined): string {
  if (!before) return 'Created'
  return after ? ACTIONS[after.status] : 'Deleted'
}
