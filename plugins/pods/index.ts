/**
 * Pods: one run of a pack on a node. Created here, placed by the scheduler, run by an agent that watches for what is bound to
 * its node and reports what becomes of it.
 * Adds the kind pods and its operations, and provides podDrafts and podEnds; taps filter, so that a pod that names a node goes to no other.
 */
import { Type } from 'typebox'
import {
  expectVersion,
  Id,
  isEnded,
  KernelError,
  Listing,
  lookUp,
  page,
  Page,
  Pod,
  PodStatus,
  Ref,
  requestsByNamespace,
  strict,
  type Call,
  type New,
  type Plugin,
  type PluginKernel,
  type Principal,
  type Reader,
} from '../../kernel/index.ts'
import { PodInput, podOf, withoutClass } from './create.ts'
import { keepRestarting } from './back-off.ts'
import { changeFor, evict, isCurrent, remove, Report, stop, withSources } from './report.ts'
import { defineRestart, defineRollback } from './swap.ts'

/** How many pods one namespace or node may be asked to stop in one commit. */
const STOPS_PER_COMMIT = 500

/** The stage of a tap that fills what nobody else has. */
const LAST = 100

const Named = { id: Ref, namespace: Type.Optional(Pod.properties.namespace) }

export const pods = (): Plugin => ({
  name: 'pods',
  after: ['namespaces', 'packs', 'nodes'],
  apply(kernel) {
    kernel.kinds.define<Pod>('pods', {
      schema: Pod,
      unique: { name: ({ namespace, name }) => `${namespace}/${name}` },
      indexes: {
        nodeId: ({ nodeId }) => nodeId,
        packId: ({ packId }) => packId,
        deploymentId: ({ deploymentId }) => deploymentId,
        namespace: ({ namespace }) => namespace,
        deletion: ({ deletedAt }) => (deletedAt === null ? null : 'asked'),
      },
      sums: { requests: requestsByNamespace },
      watch: { permission: 'pods:read', view: (pod, who) => (isSeenBy(pod, who) ? pod : undefined) },
    })
    kernel.hooks.admit.tap({ name: 'pods', stage: LAST }, (record, { kind }) => (kind === 'pods' ? withoutClass(record as Pod) : undefined))
    kernel.hooks.filter.tap('pods', (candidates) => {
      const { nodeName } = candidates.pod
      if (nodeName === null) return
      candidates.where(({ id, name }) => id === nodeName || name === nodeName || 'are not the node that the pod names', {
        isFixed: true,
        sharedAs: nodeName,
      })
      candidates.retryOn('nodes:put')
    })
    kernel.provide('podDrafts', { of: (input, context) => podOf(input as PodInput, context) as New<Pod> })
    kernel.provide('podEnds', { remove, evict })
    defineReads(kernel)
    defineCreate(kernel)
    defineStops(kernel)
    defineReport(kernel)
    const choose = (input: { readonly id: string; readonly namespace?: string }, call: Call): Pod => {
      const pod = find(kernel.state, input, call)
      mustOwn(pod, call)
      return pod
    }
    defineRestart(kernel, choose)
    defineRollback(kernel, choose)
    keepRestarting(kernel)
    kernel.onStart(() => tidy(kernel))
    kernel.onDurable(({ changes }) => (changes.some(({ kind }) => kind === 'pods' || kind === 'namespaces') ? tidy(kernel) : undefined))
  },
})

/** A node sees the pods that are bound to it. */
const isSeenBy = (pod: Pod, who: Principal): boolean => who.kind !== 'node' || pod.nodeId === who.id

function find(reader: Reader, { id, namespace = 'default' }: { id: string; namespace?: string }, { who }: Call): Pod {
  const pod = lookUp(reader, 'pods', { ref: id, rule: 'name', key: `${namespace}/${id}` })
  if (!isSeenBy(pod, who)) throw new KernelError('NOT_FOUND', `there is no pod "${id}"`, { details: { kind: 'pods', ref: id } })
  return pod
}

function mustOwn({ createdBy, name }: Pod, { who }: Call): void {
  if (createdBy === who.id || who.roles.includes('admin')) return
  throw new KernelError('FORBIDDEN', `pod ${name} belongs to somebody else`)
}

function defineReads({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'pods.list',
    summary: 'Pods',
    http: 'GET /api/pods',
    permission: 'pods:read',
    input: strict({
      ...Page,
      labelSelector: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      status: Type.Optional(PodStatus),
      node: Type.Optional(Type.String({ description: "a node's id" })),
      pack: Type.Optional(Type.String({ description: "a pack's name" })),
    }),
    output: Listing(Pod),
    handle({ namespace, status, node, pack, ...request }, { who }) {
      const isWanted = (pod: Pod) =>
        (status === undefined || pod.status === status) && (pack === undefined || pod.packName === pack) && isSeenBy(pod, who)
      return page(wanted(narrow(durable, { namespace, node }), isWanted), request)
    },
  })
  operations.define({
    name: 'pods.get',
    summary: 'One pod, by id, or by name in its namespace',
    http: 'GET /api/pods/:id',
    permission: 'pods:read',
    input: strict(Named),
    output: Pod,
    errors: ['NOT_FOUND'],
    handle: (input, call) => find(durable, input, call),
  })
  operations.define({
    name: 'pods.status',
    summary: "A pod's status, in short",
    http: 'GET /api/pods/:id/status',
    permission: 'pods:read',
    input: strict(Named),
    output: Type.Pick(Pod, [
      'id',
      'name',
      'namespace',
      'status',
      'statusMessage',
      'reason',
      'nodeId',
      'ready',
      'incarnation',
      'restarts',
      'exit',
    ]),
    errors: ['NOT_FOUND'],
    handle(input, call) {
      const { id, name, namespace, status, statusMessage, reason, nodeId, ready, incarnation, restarts, exit } = find(durable, input, call)
      return { id, name, namespace, status, statusMessage, reason, nodeId, ready, incarnation, restarts, exit }
    },
  })
}

/** The fewest records that an index gives for these filters. */
function* narrow(reader: Reader, { namespace, node }: { namespace: string | undefined; node: string | undefined }): Iterable<Pod> {
  const records =
    node === undefined
      ? namespace === undefined
        ? reader.all('pods')
        : reader.by('pods', 'namespace', namespace)
      : reader.by('pods', 'nodeId', node)
  for (const pod of records) if (namespace === undefined || pod.namespace === namespace) yield pod
}

function* wanted<T>(records: Iterable<T>, isWanted: (record: T) => boolean): Iterable<T> {
  for (const record of records) if (isWanted(record)) yield record
}

function defineCreate({ operations, state, commit, newId }: PluginKernel): void {
  operations.define({
    name: 'pods.create',
    summary: 'Runs a pack: the scheduler finds a node for it',
    http: 'POST /api/pods',
    permission: 'pods:write',
    status: 201,
    isIdempotent: true,
    input: PodInput,
    output: Pod,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'BUNDLE_MISSING', 'RUNTIME_MISMATCH', 'QUOTA_EXCEEDED', 'LIMIT_RANGE', 'NAMESPACE_TERMINATING'],
    handle(input, { who, origin }) {
      const suffix = newId().slice(-8)
      const { correlationId = null } = origin
      return commit(origin, (transaction) =>
        transaction.add('pods', { ...podOf(input, { state, who, suffix }), correlationId } as New<Pod>),
      )
    },
  })
}

function defineStops({ operations, state, durable, commit }: PluginKernel): void {
  operations.define({
    name: 'pods.stop',
    summary: 'Stops a pod: its signal is aborted, and what is left after the grace period is killed',
    http: 'POST /api/pods/:id/stop',
    permission: 'pods:write',
    query: ['namespace'],
    input: strict(Named),
    output: Pod,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    handle(input, call) {
      const pod = find(state, input, call)
      mustOwn(pod, call)
      return commit(call.origin, (transaction) => stop(transaction, pod, { reason: 'UserStopped', message: `stopped by ${call.who.name}` }))
    },
  })
  operations.define({
    name: 'pods.delete',
    summary: 'Stops a pod, then removes it: 202 with the pod while it has to stop first, else 204',
    http: 'DELETE /api/pods/:id',
    permission: 'pods:write',
    status: 204,
    input: strict(Named),
    output: Type.Union([Pod, Type.Null()]),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'PRECONDITION_FAILED'],
    async handle(input, call) {
      const pod = find(state, input, call)
      mustOwn(pod, call)
      expectVersion(pod, call.ifMatch)
      await commit(call.origin, (transaction) =>
        remove(transaction, pod, { reason: 'UserStopped', message: `deleted by ${call.who.name}` }),
      )
      const left = durable.get('pods', pod.id)
      call.status = left ? 202 : 204
      return left ?? null
    },
  })
}

function defineReport({ operations, state, commit, need }: PluginKernel): void {
  operations.define({
    name: 'pods.report',
    summary: 'A node reports what became of a pod; a report that is out of date is answered so and ignored',
    http: 'POST /api/pods/:id/report',
    permission: 'pods:report',
    takesAnyText: true,
    input: Report,
    output: strict({ isCurrent: Type.Boolean(), id: Id }),
    async handle(reported, { who, origin }) {
      const report = await withSources(reported, { state, sourceMaps: need('sourceMaps') })
      const pod = state.get('pods', report.id)
      if (!isCurrent(pod, report, who.id)) return { id: report.id, isCurrent: false }
      await commit(origin, (transaction) => {
        const patch = changeFor(pod, report, transaction.at)
        if (patch) transaction.update('pods', pod.id, patch)
      })
      return { id: report.id, isCurrent: true }
    },
  })
}

/**
 * Removes what was to be deleted and has ended, and stops what is in a namespace that is being deleted. It looks at what is,
 * not at what happened, so nothing is forgotten over a restart.
 */
async function tidy({ state, commit }: PluginKernel): Promise<void> {
  const ended = state.by('pods', 'deletion', 'asked').filter(isEnded)
  const condemned = state.has('namespaces') ? [...state.all('namespaces')].filter(({ phase }) => phase === 'terminating') : []
  const inside = condemned.flatMap(({ name }) => state.by('pods', 'namespace', name)).filter(({ deletedAt }) => deletedAt === null)
  if (ended.length + inside.length === 0) return
  await commit({ actorId: 'pods' }, (transaction) => {
    for (const { id } of ended) if (state.get('pods', id)) transaction.delete('pods', id)
    for (const { id } of inside.slice(0, STOPS_PER_COMMIT)) {
      const pod = state.get('pods', id)
      if (pod) remove(transaction, pod, { reason: 'UserStopped', message: 'its namespace is being deleted' })
    }
  })
}
