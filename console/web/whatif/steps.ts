/** What is asked in "what if": steps as they stand in the address, in words, and as the operation takes them. Pure. */
import type { Node } from '../../../kernel/schema/node.ts'
import type { SchedulingPolicy } from '../../../kernel/schema/pod.ts'
import { shellWord } from '../format.ts'
import { counted } from '../load.ts'
import type { Action } from '../parts/action.ts'

/** Nodes by name. */
export type Step =
  | { readonly op: 'drain' | 'remove' | 'cordon'; readonly node: string }
  | { readonly op: 'lose'; readonly label: string; readonly value: string }
  | { readonly op: 'add'; readonly like: string; readonly count: number }
  | { readonly op: 'policy'; readonly policy: SchedulingPolicy }

export const POLICIES: readonly SchedulingPolicy[] = ['spread', 'binpack', 'least_loaded', 'affinity', 'random']
const STEPS_MAX = 20
export const ADDED_MAX = 100

/** @param text as it stands in the address; what is no step is left out */
export function stepsOf(text: string): readonly Step[] {
  try {
    const steps: unknown = JSON.parse(text === '' ? '[]' : text)
    return Array.isArray(steps) ? steps.filter(isStep).slice(0, STEPS_MAX) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function isStep(step: unknown): step is Step {
  if (typeof step !== 'object' || step === null) return false
  const { op, node, label, value, like, count, policy } = step as Readonly<Record<string, unknown>>
  if (op === 'drain' || op === 'remove' || op === 'cordon') return typeof node === 'string'
  if (op === 'lose') return typeof label === 'string' && typeof value === 'string'
  if (op === 'add') return typeof like === 'string' && Number.isInteger(count) && Number(count) >= 1 && Number(count) <= ADDED_MAX
  return op === 'policy' && POLICIES.some((each) => each === policy)
}

/** "node-1 is drained" */
export function sentenceOf(step: Step): string {
  switch (step.op) {
    case 'drain':
      return `${step.node} is drained`
    case 'remove':
      return `${step.node} is lost`
    case 'cordon':
      return `${step.node} takes no new pods`
    case 'lose':
      return `all nodes with ${step.label}=${step.value} are lost`
    case 'add':
      return `${counted(step.count, 'more node')} like ${step.like}`
    case 'policy':
      return `the policy is ${step.policy}`
  }
}

/** A node that would be there. */
export type Added = Pick<Node, 'name' | 'runtimeType' | 'capabilities' | 'allocatable' | 'labels' | 'taints'>

/** @returns what the operation cluster.whatif takes. Nodes that there are not are left to it to refuse */
export function inputOf(steps: readonly Step[], nodes: readonly Node[]): readonly object[] {
  return steps.flatMap((step): readonly object[] => {
    if (step.op === 'lose') return nodes.filter((node) => isLost(node, step)).map(({ name }) => ({ op: 'remove', node: name }))
    if (step.op === 'add') return [{ op: 'add', nodes: addedBy(step, nodes) }]
    return [step]
  })
}

/** @returns ids of the nodes that would be gone */
export const lostBy = (steps: readonly Step[], nodes: readonly Node[]): readonly string[] =>
  nodes.filter((node) => steps.some((step) => isLost(node, step))).map(({ id }) => id)

function isLost({ name, labels }: Node, step: Step): boolean {
  return step.op === 'lose' ? labels[step.label] === step.value : step.op === 'remove' && step.node === name
}

/** A label that says the name of the node that they are like, such as kubernetes.io/hostname, says their own. */
export function addedBy({ like, count }: Extract<Step, { op: 'add' }>, nodes: readonly Node[]): readonly Added[] {
  const model = nodes.find(({ name }) => name === like)
  if (!model) return []
  const { runtimeType, capabilities, allocatable, taints } = model
  const taken = new Set(nodes.map(({ name }) => name))
  const names = Array.from({ length: count + taken.size }, (_, index) => `${like}-like-${index + 1}`).filter((name) => !taken.has(name))
  return names.slice(0, count).map((name) => {
    const labels = Object.fromEntries(Object.entries(model.labels).map(([key, value]) => [key, value === like ? name : value]))
    return { name, runtimeType, capabilities, allocatable, labels, taints }
  })
}

/** What does the step in reality; undefined for what only the world can do. */
export function actionOf(step: Step): Action | undefined {
  const common = { label: 'Do it', consequence: sentenceOf(step), done: `Done: ${sentenceOf(step)}` }
  switch (step.op) {
    case 'drain':
    case 'cordon':
      return {
        ...common,
        operation: `nodes.${step.op}`,
        input: { id: step.node },
        command: `npx stark node ${step.op} ${shellWord(step.node)}`,
        isDangerous: step.op === 'drain',
        undo: { steps: [{ operation: 'nodes.uncordon', input: { id: step.node } }], done: `${step.node} takes pods again` },
      }
    case 'policy':
      return {
        ...common,
        operation: 'cluster.update',
        input: { schedulingPolicy: step.policy },
        command: `npx stark cluster update --scheduling-policy ${step.policy}`,
      }
    case 'remove':
    case 'lose':
    case 'add':
      return undefined
  }
}
