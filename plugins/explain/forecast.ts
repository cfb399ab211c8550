/** Does the steps of a what-if on a fork, and tells what has become of whom. */
import {
  isEnded,
  KernelError,
  lookUp,
  tolerates,
  type Call,
  type Fork,
  type Node,
  type Pod,
  type SchedulingPolicy,
  type Taint,
  type Transaction,
} from '../../kernel/index.ts'
import type { PodDrafts } from '../services.ts'
import { askedAgain, nameOf, ORIGIN, settle } from './hypothesis.ts'
import { mergePatch } from './merge-patch.ts'
import { nodeOf } from './new-node.ts'
import type { Forecast, Step } from './what-if.ts'

/** Each round, pods make way for more important ones; a plugin that proposes otherwise would go on for ever. */
const ROUNDS_MAX = 100

export interface Scene {
  readonly fork: Fork
  readonly drafts: PodDrafts
  readonly call: Call
}

/** A pod that lost its node, by the name that it keeps when it is asked for again. */
interface Loss {
  readonly from: string
  readonly reason: string
  /** Why it cannot be asked for again. */
  refusal?: string
}

/** @throws KernelError what a step is refused with */
export function forecast(scene: Scene, steps: readonly Step[]): Forecast {
  const { fork } = scene
  // What is under way already is no consequence of the steps.
  settle(fork)
  const before = new Map([...fork.state.all('pods')].map((pod) => [keyOf(pod), pod]))
  const losses = new Map<string, Loss>()
  const names = new Map<string, string>()
  const learnNames = () => {
    for (const { id, name } of fork.state.all('nodes')) names.set(id, name)
  }
  steps.forEach((step, index) => {
    learnNames()
    take(scene, step, `what-if-${index + 1}`)
    learnNames()
    settle(fork)
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const lost = lostIn(fork, before, losses)
      if (lost.length === 0) return
      for (const pod of lost) remake(fork, pod, losses, names)
      settle(fork)
    }
    throw new Error(`pods were still evicting each other after ${ROUNDS_MAX} rounds`)
  })
  return outcome(fork, before, losses)
}

const keyOf = ({ namespace, name }: Pod): string => `${namespace}/${name}`

/** @param label names pods that were given no name */
function take({ fork, drafts, call }: Scene, step: Step, label: string): void {
  const { state, commit } = fork
  const node = 'node' in step ? lookUp(state, 'nodes', { ref: step.node, rule: 'name' }) : undefined
  // Pods are judged as their maker's, everything else as what-if's own.
  commit(step.op === 'create' ? call.origin : ORIGIN, (transaction) => {
    if (step.op === 'add') for (const each of step.nodes) transaction.add('nodes', nodeOf(each))
    if (step.op === 'policy') usePolicy(fork, transaction, step.policy)
    if (step.op === 'create') {
      step.pods.forEach((input, index) =>
        transaction.add('pods', drafts.of(input, { state, who: call.who, suffix: `${label}-${index + 1}` })),
      )
    }
    if (node) takeOnNode(fork, transaction, node, step)
  })
}

function takeOnNode(fork: Fork, transaction: Transaction, node: Node, step: Step): void {
  if (step.op === 'cordon' || step.op === 'drain') transaction.amend('nodes', node.id, { unschedulable: true })
  if (step.op === 'label') transaction.amend('nodes', node.id, { labels: mergePatch(node.labels, step.labels) })
  if (step.op === 'drain') evict(fork, transaction, node, 'Drained')
  if (step.op === 'remove') {
    evict(fork, transaction, node, 'NodeLost')
    transaction.delete('nodes', node.id)
  }
  if (step.op === 'taint') {
    const replaced = ({ key, effect }: Taint) => step.taints.some((taint) => taint.key === key && taint.effect === effect)
    const taints = [...node.taints.filter((each) => !replaced(each)), ...step.taints]
    transaction.amend('nodes', node.id, { taints })
    evict(fork, transaction, node, 'Tainted', ({ tolerations }) => !taints.every((taint) => staysWith(taint, tolerations)))
  }
}

/** Whether a pod may stay with the taint for ever. The first toleration that matches decides. */
function staysWith(taint: Taint, tolerations: Pod['tolerations']): boolean {
  if (taint.effect !== 'NoExecute') return true
  const first = tolerations.find((each) => tolerates(each, taint))
  return first !== undefined && first.tolerationSeconds === undefined
}

function evict({ state }: Fork, transaction: Transaction, node: Node, reason: string, isLeaving: (pod: Pod) => boolean = () => true): void {
  for (const pod of state.by('pods', 'nodeId', node.id)) {
    if (!isEnded(pod) && isLeaving(pod)) transaction.update('pods', pod.id, { status: 'evicted', reason })
  }
}

function usePolicy({ state }: Fork, transaction: Transaction, schedulingPolicy: SchedulingPolicy): void {
  for (const { id } of state.all('clusterConfigs')) transaction.amend('clusterConfigs', id, { schedulingPolicy })
}

/** Those that were evicted and not asked for again, oldest first. */
function lostIn({ state }: Fork, before: ReadonlyMap<string, Pod>, losses: ReadonlyMap<string, Loss>): Pod[] {
  const isLost = (pod: Pod): boolean =>
    pod.status === 'evicted' && before.get(keyOf(pod)) !== pod && losses.get(keyOf(pod))?.refusal === undefined
  return [...state.all('pods')].filter(isLost).toSorted(oldestFirst)
}

const oldestFirst = (a: Pod, b: Pod): number => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1)

function remake({ state, commit }: Fork, pod: Pod, losses: Map<string, Loss>, nodes: ReadonlyMap<string, string>): void {
  const from = (pod.nodeId === null ? undefined : nodes.get(pod.nodeId)) ?? ''
  const loss: Loss = losses.get(keyOf(pod)) ?? { from, reason: pod.reason ?? '' }
  losses.set(keyOf(pod), loss)
  try {
    commit(ORIGIN, (transaction) => {
      const { id: _id, ...fields } = askedAgain(pod, state)
      transaction.delete('pods', pod.id)
      transaction.add('pods', fields)
    })
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    loss.refusal = error.message
  }
}

function outcome({ state }: Fork, before: ReadonlyMap<string, Pod>, losses: ReadonlyMap<string, Loss>): Forecast {
  const moves: Forecast['moves'] = []
  const pending: Forecast['pending'] = []
  const evicted: Forecast['evicted'] = []
  for (const pod of [...state.all('pods')].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const name = nameOf(pod, state)
    const loss = losses.get(keyOf(pod))
    if (loss) evicted.push({ pod: name, from: loss.from, reason: loss.reason })
    if (loss?.refusal !== undefined) pending.push({ pod: name, reason: loss.refusal })
    else if (pod.status === 'pending') pending.push({ pod: name, reason: pod.statusMessage })
    const to = pod.nodeId === null || isEnded(pod) ? undefined : state.get('nodes', pod.nodeId)?.name
    const from = loss?.from ?? null
    const hadNode = !loss && before.get(keyOf(pod))?.nodeId === pod.nodeId
    if (to !== undefined && to !== from && !hadNode) moves.push({ pod: name, from, to, reason: loss?.reason ?? 'Scheduled' })
  }
  return { moves, pending, evicted, hash: hashOf(JSON.stringify([moves, pending, evicted])) }
}

/** FNV-1a twice, from two beginnings: the same everywhere. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x1b873593]
    .map((begin) => {
      let value = begin
      for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
      return (value >>> 0).toString(16).padStart(8, '0')
    })
    .join('')
}
