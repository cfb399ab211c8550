/** What is asked of deployments. Each call changes the record; the controller does the rest. */
import { Type } from 'typebox'
import {
  clusterConfig,
  Deployment,
  DeploymentRevision,
  expectVersion,
  isEnded,
  KernelError,
  Listing,
  lookUp,
  page,
  Page,
  Ref,
  strict,
  timestamp,
  type Call,
  type Pack,
  type Patch,
  type PluginKernel,
  type Reader,
  type Transaction,
} from '../../kernel/index.ts'
import { draftOf } from './draft.ts'
import { DeploymentInput, deploymentOf, DeploymentPatch, packOf, patchOf, replicasOf } from './input.ts'
import { isLeaving } from './standing.ts'
import { currentOf, isExact, isSame, mustFindVersion, withRevision, type Runner } from './versions.ts'

const Named = { id: Ref, namespace: Type.Optional(Deployment.properties.namespace) }
type Named = { readonly id: string; readonly namespace?: string }

const find = (reader: Reader, { id, namespace = 'default' }: Named): Deployment =>
  lookUp(reader, 'deployments', { ref: id, rule: 'name', key: `${namespace}/${id}` })

/** One's own that goes on. */
function mustChange(reader: Reader, named: Named, { who }: Call): Deployment {
  const deployment = find(reader, named)
  if (deployment.createdBy !== who.id && !who.roles.includes('admin')) {
    throw new KernelError('FORBIDDEN', `deployment ${deployment.name} belongs to somebody else`)
  }
  if (deployment.deletedAt !== null) throw new KernelError('CONFLICT', `deployment ${deployment.name} is being deleted`)
  return deployment
}

const runnerOf = ({ who }: Call): Runner => ({ id: who.id, isAdmin: who.roles.includes('admin') })

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

/** A revision begins: its progress is measured from now. */
const begun = ({ status }: Deployment, revision: Patch<Deployment>, at: string): Patch<Deployment> => ({
  ...revision,
  status: { ...status, phase: 'progressing', bestAvailable: 0, progressAt: at },
})

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

export function defineRollback(kernel: PluginKernel): void {
  const { operations, state, commit, newId } = kernel
  operations.define({
    name: 'deployments.rollback',
    summary: 'Puts a deployment back to an earlier revision: to the one before, unless told which',
    http: 'POST /api/deployments/:id/rollback',
    permission: 'deployments:write',
    query: ['namespace'],
    input: strict({ ...Named, revision: Type.Optional(Type.Integer({ minimum: 1 })) }),
    output: Deployment,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'RUNTIME_MISMATCH'],
    handle({ revision, ...named }, call) {
      const before = mustChange(state, named, call)
      const target = targetOf(before, revision)
      if (target.key === currentOf(before).key) return before
      const { packName, followVersion, packVersion } = before
      const pack = mustFindVersion(state, { packName, wanted: target.packVersion }, runnerOf(call))
      mustRunThere(kernel, before, pack)
      return commit(call.origin, (transaction) => {
        const at = transaction.time
        const { template } = target
        const next = { pack, template, at, actorId: call.who.id, reason: 'RolledBack', newKey: newId().slice(-8) }
        const wanted = followVersion ? packVersion : pack.version
        return transaction.amend('deployments', before.id, {
          ...begun(before, withRevision(before, next), at),
          template,
          packVersion: wanted,
          // It would be where it was: somebody has decided.
          paused: false,
        })
      })
    },
  })
}

function targetOf(deployment: Deployment, revision: number | undefined): DeploymentRevision {
  const { revisions, name } = deployment
  const current = currentOf(deployment)
  const target =
    revision === undefined ? revisions.findLast(({ key }) => key !== current.key) : revisions.find((each) => each.revision === revision)
  if (target) return target
  const known = revisions.map((each) => each.revision).join(', ')
  throw new KernelError('NOT_FOUND', `deployment ${name} has no revision ${revision ?? 'before this one'}: it has ${known}`)
}

/** @throws KernelError RUNTIME_MISMATCH when no node where its pods are can run the pack */
function mustRunThere({ state, need }: PluginKernel, { id, name }: Deployment, pack: Pack): void {
  const alive = state.by('pods', 'deploymentId', id).filter((pod) => !isEnded(pod) && !isLeaving(pod))
  const nodes = new Set(alive.flatMap(({ nodeId }) => (nodeId === null ? [] : (state.get('nodes', nodeId) ?? []))))
  const refusals = [...nodes].map((node) => ({ node: node.name, reason: need('runtimes').refusal(pack, node) }))
  if (refusals.length === 0 || refusals.some(({ reason }) => reason === undefined)) return
  const [first] = refusals
  const message = `${pack.name}@${pack.version} cannot run where the pods of ${name} are: ${first?.node} ${first?.reason}`
  throw new KernelError('RUNTIME_MISMATCH', message, { details: { nodes: refusals } })
}

export function definePauses({ operations, state, commit }: PluginKernel): void {
  for (const [verb, paused, summary] of [
    ['pause', true, 'Holds a rollout where it is; pods that are lost are still replaced'],
    ['resume', false, 'Goes on with a rollout'],
  ] as const) {
    operations.define({
      name: `deployments.${verb}`,
      summary,
      http: `POST /api/deployments/:id/${verb}`,
      permission: 'deployments:write',
      query: ['namespace'],
      input: strict(Named),
      output: Deployment,
      errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
      handle(input, call) {
        const { id, status } = mustChange(state, input, call)
        return commit(call.origin, (transaction) =>
          transaction.amend('deployments', id, { paused, status: { ...status, progressAt: transaction.time } }),
        )
      },
    })
  }
}

export function definePromote({ operations, state, commit }: PluginKernel): void {
  operations.define({
    name: 'deployments.promote',
    summary: 'Ends a canary well: all pods move to its revision',
    http: 'POST /api/deployments/:id/promote',
    permission: 'deployments:write',
    query: ['namespace'],
    input: strict(Named),
    output: Deployment,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
    handle(input, call) {
      const deployment = mustChange(state, input, call)
      const { id, status, revisions } = deployment
      const promoted = { ...currentOf(deployment), isPromoted: true }
      return commit(call.origin, (transaction) =>
        transaction.amend('deployments', id, {
          revisions: [...revisions.slice(0, -1), promoted],
          status: { ...status, progressAt: transaction.time },
        }),
      )
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
