/**
 * The test kit for plugins: `import { aNode, aPod, explain } from 'stark/testing'`. It needs no server: the rules are asked by the
 * real scheduler, on nodes and pods that the test makes.
 */
import type { Node, Pod } from '../../../kernel/index.ts'
import { sentence } from '../referee.ts'
import type { Exported } from '../rule.ts'
import { ask, type Answer, type Situation } from './ask.ts'

export { aNode, aPod, type NodeFields, type PodFields } from './builders.ts'
export type { Answer, Situation } from './ask.ts'

/**
 * What these plugins, and no others, say of each node for a pod.
 * @throws Error when one of them throws or says something that makes no sense, as the server would find it
 */
export function explain(plugins: readonly Exported[], nodes: readonly Node[], pod: Pod, situation: Situation = {}): Answer {
  const { answer, faults } = ask(plugins, nodes, pod, situation)
  const [first] = faults
  if (first) throw new Error(`${first.plugin}: ${sentence(first.fault)}`, { cause: first.fault.error })
  return answer
}
