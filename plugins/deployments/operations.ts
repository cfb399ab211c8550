/** What is asked of deployments. Each call changes the record; the controller does the rest. */
import { Type } from 'typebox'
import {
  clusterConfig,
  Deployment,
  DeploymentRevision,
  expectVersion,
  KernelError,
  Listing,
  page,
  Page,
  strict,
  timestamp,
  type PluginKernel,
  type Transaction,
} from '../../kernel/index.ts'
import { draftOf } from './draft.ts'
import { DeploymentInput, deploymentOf, DeploymentPatch, packOf, patchOf, replicasOf } from './input.ts'
import { begun, find, mustChange, Named, runnerOf } from './named.ts'
import { currentOf, isExact, isSame, mustFindVersion, withRevision } from './versions.ts'

export function defineReads({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'deployments.list',
    summary: 'Deployments',
    http: 'GET /api/deployments',
    permission: 'deployments:read',
    input: strict({
      ...Page,
      labelSelector: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      pack: Type.Optional(Type.String({ description: "a pack's name" })),
    }),
    output: Listing(Deployment),
    handle({ namespace, pack, ...request }) {
      const isWanted = (each: Deployment) =>
        (namespace === undefined || each.namespace === namespace) && (pack === undefined || each.packName === pack)
      return page([...durable.all('deployments')].filter(isWanted), request)
    },
  })
  operations.define({
    name: 'deployments.get',
    summary: 'One deployment, by id, or by name in its namespace',
    http: 'GET /api/deployments/:id',
    permission: 'deployments:read',
    input: strict(Named),
    output: Deployment,
    errors: ['NOT_FOUND'],
    handle: (input) => find(durable, input),
  })
  operations.define({
    name: 'deployments.revisions',
    summary: 'The revisions that a deployment has had and can go back to, oldest first',
    http: 'GET /api/deployments/:id/revisions',
    permission: 'deployments:read',
    input: strict(Named),
    output: Listing(DeploymentRevision),
    errors: ['NOT_FOUND'],
    handle: (input) => ({ items: [...find(durable, input).revisions], nextCursor: null }),
  })
}

export function defineCreate(kernel: PluginKernel): void {
  const { operations, state, commit, newId } = kernel
  operations.define({
    name: 'deployments.create',
    summary: 'Keeps so many pods of a pack, or one on each node that fits',
    http: 'POST /api/deployments',
    permission: 'deployments:write',
    status: 201,
    isIdempotent: true,
    input: DeploymentInput,
    output: Deployment,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'FORBIDDEN', 'LIMIT_RANGE', 'NAMESPACE_TERMINATING'],
    handle(input, call) {
      const { packName, version } = packOf(input)
      const pack = mustFindVersion(state, { packName, wanted: version ?? 'latest' }, runnerOf(call))
      const namespace = input.namespace ?? clusterConfig(state).defaultNamespace
      return commit(call.origin, (transaction) => {
        const circumstances = { input, pack, wanted: version, namespace, who: call.who, at: transaction.time, newKey: newId().slice(-8) }
        const deployment = transaction.add('deployments', deploymentOf(circumstances))
        mustBeAdmitted(kernel, transaction, deployment)
        return deployment
      })
    },
  })
}

/** Whoever asks must be allowed a pod like its pods: the controller, which makes them, may do more. A full quota may have room later. */
function mustBeAdmitted(kernel: PluginKernel, transaction: Transaction, deployment: Deployment): void {
  try {
    const draft = draftOf(kernel, deployment, { revision: currentOf(deployment), nodeId: undefined })
    transaction.delete('pods', transaction.add('pods', draft).id)
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== 'QUOTA_EXCEEDED') throw error
  }
}

export function defineUpdate(kernel: PluginKernel): void {
  const { operations, state, commit, newId } = kernel
  operations.define({
    name: 'deployments.update',
    summary: 'Changes a deployment; another version or template makes a revision, and its pods move to that',
    http: 'PATCH /api/deployments/:id',
    permission: 'deployments:write',
    query: ['namespace'],
    input: strict({ ...DeploymentPatch.properties, ...Named }),
    output: Deployment,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'PRECONDITION_FAILED', 'INVALID', 'LIMIT_RANGE'],
    handle({ id, namespace, ...input }, call) {
      const before = mustChange(state, { id, ...(namespace === undefined ? {} : { namespace }) }, call)
      expectVersion(before, call.ifMatch)
      const changed = { ...before, ...patchOf(before, input) }
      const wanted = versionAsked(before, input)
      const pack = mustFindVersion(state, { packName: before.packName, wanted: wanted ?? currentOf(before).packVersion }, runnerOf(call))
      const current = currentOf(before)
      const isNew = pack.id !== current.packId || !isSame(changed.template, current.template)
      return commit(call.origin, (transaction) => {
        const version = wanted === undefined ? {} : { packVersion: changed.followVersion ? wanted : pack.version }
        const at = transaction.time
        const next = { pack, template: changed.template, at, actorId: call.who.id, reason: 'Updated', newKey: newId().slice(-8) }
        const revision = isNew ? begun(changed, withRevision(changed, next), at) : {}
        const after = transaction.amend('deployments', before.id, { ...patchOf(before, input), ...version, ...revision })
        if (isNew) mustBeAdmitted(kernel, transaction, after)
        return after
      })
    },
  })
}

function versionAsked({ packName, packVersion }: Deployment, input: DeploymentPatch): string | undefined {
  if (input.pack === undefined) return input.packVersion ?? (input.followVersion === true && isExact(packVersion) ? 'latest' : undefined)
  const named = packOf(input)
  if (named.packName === packName) return named.version ?? 'latest'
  const message = `is ${packName} for good: make another deployment for ${named.packName}`
  throw new KernelError('INVALID', `the pack of a deployment ${message}`, { errors: [{ path: '/pack', message }] })
}

export function defineScale({ operations, state, commit }: PluginKernel): void {
  operations.define({
    name: 'deployments.scale',
    summary: 'Sets how many pods a deployment has',
    http: 'POST /api/deployments/:id/scale',
    permission: 'deployments:write',
    query: ['namespace'],
    input: strict({ ...Named, replicas: Type.Integer({ minimum: 0, maximum: 10_000 }) }),
    output: Deployment,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'INVALID'],
    handle({ replicas, ...named }, call) {
      const { id, mode } = mustChange(state, named, call)
      const patch = { replicas: replicasOf(mode, replicas) }
      return commit(call.origin, (transaction) => transaction.amend('deployments', id, patch))
    },
  })
}

export function defineDelete({ operations, state, durable, commit }: PluginKernel): void {
  operations.define({
    name: 'deployments.delete',
    summary: 'Stops the pods of a deployment, then removes it: 202 while they have to stop first, else 204',
    http: 'DELETE /api/deployments/:id',
    permission: 'deployments:write',
    status: 204,
    input: strict(Named),
    output: Type.Union([Deployment, Type.Null()]),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'PRECONDITION_FAILED'],
    async handle(input, call) {
      const deployment = mustChange(state, input, call)
      const { id, status } = deployment
      expectVersion(deployment, call.ifMatch)
      await commit(call.origin, (transaction) => {
        const isEmpty = state.by('pods', 'deploymentId', id).length === 0
        if (isEmpty) transaction.delete('deployments', id)
        else transaction.amend('deployments', id, { deletedAt: timestamp(transaction.at), status: { ...status, phase: 'deleting' } })
      })
      const left = durable.get('deployments', id)
      call.status = left ? 202 : 204
      return left ?? null
    },
  })
}
