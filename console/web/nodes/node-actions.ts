/** What can be done to a node, and what each of it means for this one. */
import type { Node } from '../../../kernel/schema/node.ts'
import { shellWord } from '../format.ts'
import { restoring, type Action, type Step } from '../parts/action.ts'

/** @param left how many pods there would have to leave */
export function nodeActions(node: Node, left: number): readonly Action[] {
  const { id, name } = node
  const removing: Action = {
    label: 'Delete',
    operation: 'nodes.delete',
    input: { id },
    consequence: `Forgets node ${name} and ends its credential: it cannot come back without a new join token.`,
    command: `npx stark node delete ${shellWord(name)}`,
    done: `Node ${name} is deleted`,
    isDangerous: true,
  }
  return [turn(node), edit(node), drain(node, left), ...(left === 0 ? [removing] : [])]
}

const cordoning = ({ id }: Node): Step => ({
  operation: 'nodes.cordon',
  input: { id },
  expects: { kind: 'nodes', id, change: { unschedulable: true } },
})
const uncordoning = ({ id }: Node): Step => ({
  operation: 'nodes.uncordon',
  input: { id },
  expects: { kind: 'nodes', id, change: { unschedulable: false, drain: null } },
})

function turn(node: Node): Action {
  const { name, unschedulable } = node
  const cordoned = `Node ${name} is cordoned`
  const uncordoned = `Node ${name} takes pods again`
  if (unschedulable)
    return {
      ...uncordoning(node),
      label: 'Uncordon',
      consequence: `Node ${name} takes new pods again.`,
      command: `npx stark node uncordon ${shellWord(name)}`,
      done: uncordoned,
      undo: { steps: [cordoning(node)], done: cordoned },
    }
  return {
    ...cordoning(node),
    label: 'Cordon',
    consequence: `Node ${name} takes no new pods; what runs there stays.`,
    command: `npx stark node cordon ${shellWord(name)}`,
    done: cordoned,
    undo: { steps: [uncordoning(node)], done: uncordoned },
  }
}

/** Changes of labels and taints also change where pods may go, and taints who may stay. */
function edit({ id, name, labels, annotations, taints, trusted }: Node): Action {
  const before = { labels, annotations, taints, trusted }
  const changing: Step = { operation: 'nodes.update', input: { id }, expects: { kind: 'nodes', id } }
  return {
    ...changing,
    label: 'Edit',
    consequence: `Changes what the scheduler knows of node ${name}. A taint NoExecute makes pods leave that do not tolerate it.`,
    command: (filled) => `npx stark node update ${shellWord(name)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `Node ${name} is changed`,
    form: { fields: ['labels', 'taints', 'annotations', 'trusted'], value: before, isPatch: true },
    undo: (filled) => ({ steps: [restoring(changing, before, filled)], done: `Node ${name} is as it was` }),
  }
}

/** Pods that have left stay where they are then. */
function drain(node: Node, left: number): Action {
  const { name, unschedulable } = node
  const steps = unschedulable ? [uncordoning(node), cordoning(node)] : [uncordoning(node)]
  const leaving =
    left === 0
      ? 'It has no pods.'
      : `${left} ${left === 1 ? 'pod leaves' : 'pods leave'} it, each with its grace: those of deployments as fast as these promise, others at once. Daemons stay.`
  return {
    ...cordoning(node),
    operation: 'nodes.drain',
    label: 'Drain',
    consequence: `Node ${name} takes no new pods. ${leaving}`,
    command: `npx stark node drain ${shellWord(name)}`,
    done: `Node ${name} is being drained`,
    isDangerous: left > 0,
    // One that is under way was begun by somebody else.
    ...(node.drain ? {} : { undo: { steps, done: `The drain of node ${name} is ended` } }),
  }
}
