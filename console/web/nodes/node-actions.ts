/** What can be done to a node, and what each of it means for this one. */
import type { Node } from '../../../kernel/schema/node.ts'
import { shellWord } from '../format.ts'
import type { Action } from '../parts/action.ts'

/** @param left how many pods there would have to leave */
export function nodeActions(node: Node, left: number): readonly Action[] {
  const { id, name, unschedulable } = node
  const leaving =
    left === 0
      ? 'It has no pods.'
      : `${left} ${left === 1 ? 'pod leaves' : 'pods leave'} it, each with its grace: those of deployments as fast as these promise, others at once. Daemons stay.`
  const removing: Action = {
    label: 'Delete',
    operation: 'nodes.delete',
    input: { id },
    consequence: `Forgets node ${name} and ends its credential: it cannot come back without a new join token.`,
    command: `npx stark node delete ${shellWord(name)}`,
    done: `Node ${name} is deleted`,
    isDangerous: true,
  }
  const drain: Action = {
    label: 'Drain',
    operation: 'nodes.drain',
    input: { id },
    consequence: `Node ${name} takes no new pods. ${leaving}`,
    command: `npx stark node drain ${shellWord(name)}`,
    done: `Node ${name} is being drained`,
    isDangerous: left > 0,
  }
  return [turn(node, !unschedulable), edit(node), drain, ...(left === 0 ? [removing] : [])]
}

/** Changes of labels and taints also change where pods may go, and taints who may stay. */
function edit({ id, name, labels, annotations, taints, trusted }: Node): Action {
  const before = { labels, annotations, taints, trusted }
  return {
    label: 'Edit',
    operation: 'nodes.update',
    input: { id },
    consequence: `Changes what the scheduler knows of node ${name}. A taint NoExecute makes pods leave that do not tolerate it.`,
    command: (filled) => `npx stark node update ${shellWord(name)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `Node ${name} is changed`,
    form: { fields: ['labels', 'taints', 'annotations', 'trusted'], value: before, isPatch: true },
    undo: { operation: 'nodes.update', input: { id, ...before }, done: `Node ${name} is as it was` },
  }
}

function turn({ id, name }: Node, isCordoning: boolean): Action {
  const cordoned = { operation: 'nodes.cordon', input: { id }, done: `Node ${name} is cordoned` }
  const uncordoned = { operation: 'nodes.uncordon', input: { id }, done: `Node ${name} takes pods again` }
  return isCordoning
    ? {
        ...cordoned,
        label: 'Cordon',
        consequence: `Node ${name} takes no new pods; what runs there stays.`,
        command: `npx stark node cordon ${shellWord(name)}`,
        undo: uncordoned,
      }
    : {
        ...uncordoned,
        label: 'Uncordon',
        consequence: `Node ${name} takes new pods again.`,
        command: `npx stark node uncordon ${shellWord(name)}`,
        undo: cordoned,
      }
}
