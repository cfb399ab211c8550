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
  return [turn(node, !unschedulable), drain, ...(left === 0 ? [removing] : [])]
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
