/** What moves a deployment between its revisions, or holds it: rollback, pause, resume, promote. */
import { Type } from 'typebox'
import {
  Deployment,
  isEnded,
  isLeaving,
  KernelError,
  strict,
  type DeploymentRevision,
  type Pack,
  type PluginKernel,
} from '../../kernel/index.ts'
import { begun, mustChange, Named, runnerOf } from './named.ts'
import { currentOf, mustFindVersion, withRevision } from './versions.ts'

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
