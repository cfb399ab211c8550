/** What can be done to a deployment, and what each of it means for this one. */
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import { shellWord } from '../format.ts'
import type { Action } from '../parts/action.ts'
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
  return {
    label: 'Scale',
    operation: 'deployments.scale',
    input: { id },
    consequence: `Deployment ${name} has ${before} ${before === 1 ? 'pod' : 'pods'} now. Those that are too many are stopped, the least ready first.`,
    command: ({ replicas: wanted }) => `npx stark scale ${wordsOf(deployment)} --replicas ${typeof wanted === 'number' ? wanted : before}`,
    done: `Deployment ${name} is being scaled`,
    form: {
      schema: { type: 'object', properties: { replicas: { type: 'integer', minimum: 0, maximum: 10_000 } }, required: ['replicas'] },
      value: { replicas: before },
    },
    undo: { operation: 'deployments.scale', input: { id, replicas: before }, done: `Deployment ${name} goes back to ${before}` },
  }
}

const EDITED = ['packVersion', 'followVersion', 'template', 'strategy', 'revisionHistoryLimit', 'labels', 'annotations'] as const

/** Another version or template is a revision, which is taken back as any other. */
const edit = (deployment: Deployment): Action => {
  const { id, name } = deployment
  return {
    label: 'Edit',
    operation: 'deployments.update',
    input: { id },
    consequence: `Another version or template makes a revision of ${name}, and its pods move to that as fast as its strategy allows.`,
    command: (filled) => `npx stark deployment update ${wordsOf(deployment)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `Deployment ${name} is changed`,
    form: { fields: EDITED, value: Object.fromEntries(EDITED.map((field) => [field, deployment[field]])), isPatch: true },
  }
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
    undo: { operation: 'deployments.rollback', input: { id, revision }, done: `Deployment ${name} goes back to revision ${revision}` },
  }
}

const rollBack = (deployment: Deployment): Action => {
  const { id, name, revision } = deployment
  return {
    label: 'Roll back',
    operation: 'deployments.rollback',
    input: { id },
    consequence: `Puts ${name} back from revision ${revision} to the one before; its pods move there as fast as its strategy allows.`,
    command: `npx stark rollback ${wordsOf(deployment)}`,
    done: `Deployment ${name} is being rolled back`,
    undo: { operation: 'deployments.rollback', input: { id, revision }, done: `Deployment ${name} goes back to revision ${revision}` },
  }
}

/** To one that was chosen from the list. */
export const rollBackTo = (deployment: Deployment, to: number): Action => ({
  ...rollBack(deployment),
  label: `Roll back to ${to}`,
  input: { id: deployment.id, revision: to },
  consequence: `Puts ${deployment.name} back from revision ${deployment.revision} to revision ${to}; its pods move there as fast as its strategy allows.`,
  command: `npx stark rollback ${wordsOf(deployment)} --revision ${to}`,
})

function pause(deployment: Deployment): Action {
  const { id, name } = deployment
  return {
    label: 'Pause',
    operation: 'deployments.pause',
    input: { id },
    consequence: `Holds the rollout of ${name} where it is. Pods that are lost are still replaced.`,
    command: `npx stark deployment pause ${wordsOf(deployment)}`,
    done: `Deployment ${name} is paused`,
    undo: { operation: 'deployments.resume', input: { id }, done: `Deployment ${name} goes on` },
  }
}

function resume(deployment: Deployment): Action {
  const { id, name } = deployment
  return {
    label: 'Resume',
    operation: 'deployments.resume',
    input: { id },
    consequence: `Goes on with the rollout of ${name}.`,
    command: `npx stark deployment resume ${wordsOf(deployment)}`,
    done: `Deployment ${name} goes on`,
    undo: { operation: 'deployments.pause', input: { id }, done: `Deployment ${name} is paused` },
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
