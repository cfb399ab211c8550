/**
 * What happened to each pod: one entry per change of status, version or node, with who did it and why. Append-only.
 * Taps persist, before the store, so that an entry is durable with the change that it tells of; adds pods.history, history.list and history.follow.
 * How long and how many is gc.ts.
 */
import { Type, type Static } from 'typebox'
import {
  Followers,
  KernelError,
  Listing,
  page,
  Page,
  PodHistory,
  Ref,
  strict,
  Time,
  timestamp,
  type Change,
  type Draft,
  type Plugin,
  type PluginKernel,
  type Pod,
  type PodStatus,
} from '../kernel/index.ts'

const Filter = strict({
  pod: Type.Optional(Type.String({ maxLength: 253, description: "a pod's id or name" })),
  namespace: Type.Optional(Type.String({ maxLength: 63 })),
  node: Type.Optional(Type.String({ maxLength: 36, description: "a node's id: what came to it, and what left it" })),
  actor: Type.Optional(Type.String({ maxLength: 128, description: 'who did it: the id of a user or node, or the name of a plugin' })),
  reason: Type.Optional(Type.String({ maxLength: 64 })),
  since: Type.Optional(Time),
  until: Type.Optional(Time),
})
type Filter = Static<typeof Filter>

export const history = (): Plugin => ({
  name: 'history',
  after: ['pods'],
  apply(kernel) {
    const { kinds, hooks } = kernel
    kinds.define<PodHistory>('podHistory', {
      schema: PodHistory,
      indexes: { podId: ({ podId }) => podId },
    })
    hooks.persist.tap('history', (draft) => {
      for (const change of draft.changes) if (change.kind === 'pods') record(change, draft)
    })
    defineOfPod(kernel)
    defineReads(kernel)
  },
})

function defineOfPod({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'pods.history',
    summary: 'What happened to a pod, oldest first; it can still be read by the id of a pod that is gone',
    http: 'GET /api/pods/:id/history',
    permission: 'pods:read',
    input: strict({ id: Ref, namespace: Type.Optional(Type.String()), since: Type.Optional(Time), until: Type.Optional(Time), ...Page }),
    output: Listing(PodHistory),
    errors: ['NOT_FOUND'],
    handle({ id, namespace = 'default', since, until, ...request }, { who }) {
      const pod = durable.get('pods', id) ?? durable.find('pods', 'name', `${namespace}/${id}`)
      const entries = durable.by('podHistory', 'podId', pod?.id ?? id)
      // A node sees what is bound to it, and nothing of what is gone.
      const isSeen = who.kind === 'node' ? pod?.nodeId === who.id : entries.length > 0
      if (!isSeen) throw new KernelError('NOT_FOUND', `there is no pod "${id}"`)
      return page(entries.filter(matcherOf(timesOf(since, until))), request)
    },
  })
}

function defineReads({ operations, durable, onDurable }: PluginKernel): void {
  const followers = new Followers<PodHistory>()
  onDurable(({ changes }) =>
    followers.tell(changes.flatMap((change) => (change.kind === 'podHistory' && change.op === 'put' ? [change.record as PodHistory] : []))),
  )
  operations.define({
    name: 'history.list',
    summary: 'What happened to pods, oldest first',
    http: 'GET /api/history',
    permission: 'events:read',
    input: strict({ ...Page, ...Filter.properties }),
    output: Listing(PodHistory),
    handle: ({ limit, cursor, ...filter }) =>
      page([...durable.all('podHistory')].filter(matcherOf(filter)), {
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  operations.define({
    name: 'history.follow',
    summary: 'What happens to pods from now on, as lines of JSON; with since also what happened after that',
    http: 'GET /api/history/follow',
    permission: 'events:read',
    gives: 'lines',
    input: Filter,
    output: PodHistory,
    handle(filter, { signal }) {
      const isWanted = matcherOf(filter)
      const known = filter.since === undefined ? [] : [...durable.all('podHistory')].filter(isWanted)
      const first = known.toSorted((a, b) => a.resourceVersion - b.resourceVersion)
      return followers.follow(first, { isWanted, signal })
    },
  })
}

const timesOf = (since: string | undefined, until: string | undefined): Filter => ({
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
})

const matcherOf =
  ({ pod, namespace, node, actor, reason, since, until }: Filter) =>
  (entry: PodHistory): boolean =>
    (pod === undefined || entry.podId === pod || entry.podName === pod) &&
    (namespace === undefined || entry.namespace === namespace) &&
    (node === undefined || entry.newNodeId === node || entry.previousNodeId === node) &&
    (actor === undefined || entry.actorId === actor) &&
    (reason === undefined || entry.reason === reason) &&
    (since === undefined || Date.parse(entry.at) >= Date.parse(since)) &&
    (until === undefined || Date.parse(entry.at) <= Date.parse(until))

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
