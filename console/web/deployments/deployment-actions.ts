/** What can be done to a deployment, and what each of it means for this one. */
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import { shellWord } from '../format.ts'
import type { Value } from '../forms/value.ts'
import { restoring, type Action, type Step } from '../parts/action.ts'
import { wordsOf } from '../pods/pod-actions.ts'

export function deploymentActions(deployment: Deployment): readonly Action[] {
  if (deployment.deletedAt !== null) return []
  const { mode, status, revisions } = deployment
  return [
    ...(mode === 'replicated' ? [scale(deployment)] : []),
    ...(status.phase === 'canary' ? [promote(deployment)] : []),
    edit(deployment),
    restart(deployment),
    ...(revisions.length > 1 ? [rollBack(deployment)] : []),
    deployment.paused ? resume(deployment) : pause(deployment),
    remove(deployment),
  ]
}

const scale = (deployment: Deployment): Action => {
  const { id, name, replicas } = deployment
  const before = replicas ?? 0
  const scaling: Step = { operation: 'deployments.scale', input: { id }, expects: { kind: 'deployments', id } }
  return {
    ...scaling,
    label: 'Scale',
    consequence: `Deployment ${name} has ${before} ${before === 1 ? 'pod' : 'pods'} now. Those that are too many are stopped, the least ready first.`,
    command: ({ replicas: wanted }) => `npx stark scale ${wordsOf(deployment)} --replicas ${typeof wanted === 'number' ? wanted : before}`,
    done: `Deployment ${name} is being scaled`,
    form: {
      schema: { type: 'object', properties: { replicas: { type: 'integer', minimum: 0, maximum: 10_000 } }, required: ['replicas'] },
      value: { replicas: before },
    },
    undo: (filled) => ({ steps: [restoring(scaling, { replicas: before }, filled)], done: `Deployment ${name} goes back to ${before}` }),
  }
}

const EDITED = ['packVersion', 'followVersion', 'template', 'strategy', 'revisionHistoryLimit', 'labels', 'annotations'] as const

/** Another version or template is a revision, which is taken back as any other. */
const edit = (deployment: Deployment): Action => {
  const { name } = deployment
  const before: Value = Object.fromEntries(EDITED.map((field) => [field, deployment[field]]))
  return {
    ...changing(deployment),
    label: 'Edit',
    consequence: `Another version or template makes a revision of ${name}, and its pods move to that as fast as its strategy allows.`,
    command: (filled) => `npx stark deployment update ${wordsOf(deployment)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `Deployment ${name} is changed`,
    form: { fields: EDITED, value: before, isPatch: true },
    undo: (filled) => ({ steps: stepsBack(deployment, before, filled), done: `Deployment ${name} goes back to what it was` }),
  }
}

const changing = ({ id }: Deployment): Step => ({ operation: 'deployments.update', input: { id }, expects: { kind: 'deployments', id } })

const rollingBack = ({ id }: Deployment, revision?: number): Step => ({
  operation: 'deployments.rollback',
  input: { id, ...(revision === undefined ? {} : { revision }) },
})

/**
 * What made a revision is rolled back; the rest is put as it was. A range that is followed goes first, because a rollback keeps it and
 * does not follow it to where it was taken from.
 */
function stepsBack(deployment: Deployment, before: Value, filled: Value): readonly Step[] {
  const isFollowing = deployment.followVersion || 'followVersion' in filled
  const { template, packVersion, ...others } = filled
  const restored = isFollowing && packVersion !== undefined ? { ...others, packVersion } : others
  const hasRevision = template !== undefined || packVersion !== undefined || 'followVersion' in filled
  return [
    ...(Object.keys(restored).length > 0 ? [restoring(changing(deployment), before, restored)] : []),
    ...(hasRevision ? [rollingBack(deployment, deployment.revision)] : []),
  ]
}

const promote = (deployment: Deployment): Action => ({
  label: 'Promote',
  operation: 'deployments.promote',
  input: { id: deployment.id },
  consequence: `Ends the canary of ${deployment.name} well: all of its pods move to revision ${deployment.revision}.`,
  command: `npx stark deployment promote ${wordsOf(deployment)}`,
  done: `Deployment ${deployment.name} is promoted`,
})

/** The annotation is a change of its template, so its pods are replaced as for any other. */
const RESTARTED_AT = 'stark/restarted-at'

const restart = (deployment: Deployment): Action => {
  const { id, name, template, revision } = deployment
  const changed = { ...template, annotations: { ...template.annotations, [RESTARTED_AT]: new Date().toISOString() } }
  return {
    label: 'Restart',
    operation: 'deployments.update',
    input: { id, template: changed },
    consequence: `Replaces all pods of ${name} by new ones, as fast as its strategy allows. It makes a revision.`,
    command: `npx stark deployment update ${wordsOf(deployment)} --template ${shellWord(JSON.stringify(changed))}`,
    done: `Deployment ${name} is being restarted`,
    undo: { steps: [rollingBack(deployment, revision)], done: `Deployment ${name} goes back to revision ${revision}` },
  }
}

const rollBack = (deployment: Deployment): Action => {
  const { name, revision } = deployment
  return {
    ...rollingBack(deployment),
    label: 'Roll back',
    consequence: `Puts ${name} back from revision ${revision} to the one before; its pods move there as fast as its strategy allows.`,
    command: `npx stark rollback ${wordsOf(deployment)}`,
    done: `Deployment ${name} is being rolled back`,
    undo: { steps: [rollingBack(deployment, revision)], done: `Deployment ${name} goes back to revision ${revision}` },
  }
}

/** To one that was chosen from the list. */
export const rollBackTo = (deployment: Deployment, to: number): Action => ({
  ...rollBack(deployment),
  ...rollingBack(deployment, to),
  label: `Roll back to ${to}`,
  consequence: `Puts ${deployment.name} back from revision ${deployment.revision} to revision ${to}; its pods move there as fast as its strategy allows.`,
  command: `npx stark rollback ${wordsOf(deployment)} --revision ${to}`,
})

const holding = ({ id }: Deployment, paused: boolean): Step => ({
  operation: paused ? 'deployments.pause' : 'deployments.resume',
  input: { id },
  expects: { kind: 'deployments', id, change: { paused } },
})

function pause(deployment: Deployment): Action {
  const { name } = deployment
  return {
    ...holding(deployment, true),
    label: 'Pause',
    consequence: `Holds the rollout of ${name} where it is. Pods that are lost are still replaced.`,
    command: `npx stark deployment pause ${wordsOf(deployment)}`,
    done: `Deployment ${name} is paused`,
    undo: { steps: [holding(deployment, false)], done: `Deployment ${name} goes on` },
  }
}

function resume(deployment: Deployment): Action {
  const { name } = deployment
  return {
    ...holding(deployment, false),
    label: 'Resume',
    consequence: `Goes on with the rollout of ${name}.`,
    command: `npx stark deployment resume ${wordsOf(deployment)}`,
    done: `Deployment ${name} goes on`,
    undo: { steps: [holding(deployment, true)], done: `Deployment ${name} is paused` },
  }
}

const remove = (deployment: Deployment): Action => ({
  label: 'Delete',
  operation: 'deployments.delete',
  input: { id: deployment.id },
  consequence: `Stops the ${deployment.status.total} pods of ${deployment.name}, each with its grace, then removes them and the deployment.`,
  command: `npx stark deployment delete ${wordsOf(deployment)}`,
  done: `Deployment ${deployment.name} is being deleted`,
  isDangerous: true,
})
