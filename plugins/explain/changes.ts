/**
 * Counterfactuals: single changes that place a pod that fits nowhere. Whatever is proposed is tried first: applied to a fork
 * through admission, and the pod really scheduled there among everybody else who waits.
 */
import { KernelError, type Fork, type Node, type Origin, type PluginKernel, type Pod, type State } from '../../kernel/index.ts'
import type { Change } from './explanation.ts'
import { askedAgain, ORIGIN, settle, stoppingIn, takeOut } from './hypothesis.ts'
import { mergePatch } from './merge-patch.ts'
import { nodeOf, type NewNode } from './new-node.ts'
import { proposals, type Alternatives, type Question } from './proposals.ts'

/** Each is a fork of the whole cluster. */
const TRIED_MAX = 16
const CHANGES_MAX = 8
/** Others are served after so much work in one go. */
const PAUSE_AFTER_MS = 20

/** Whom the changes are for. */
export interface Subject {
  readonly pod: Pod
  /** Who asks for the pod, for admission. */
  readonly origin: Origin
}

/** What is worth trying: of changes to the pod itself, only those with which it would go somewhere. To be asked on a fork without the pod. */
export function worthTrying({ scheduler }: Fork, question: Question): Alternatives[] {
  const wouldGo = (change: Change): boolean => {
    const pod = patched(question.pod, change.patch, question.state)
    return pod !== undefined && (scheduler.judge(pod).best ?? scheduler.nominate(pod)) !== undefined
  }
  const found: Alternatives[] = []
  let count = 0
  for (const alternatives of proposals(question)) {
    const plausible = alternatives.filter((change) => change.kind !== 'pod' || wouldGo(change)).slice(0, TRIED_MAX - count)
    count += plausible.length
    found.push(plausible)
    if (count === TRIED_MAX) break
  }
  return found
}

/** The changes that do place the pod, in the order given: of alternatives the first. */
export async function tried({ fork, clock }: PluginKernel, subject: Subject, proposed: readonly Alternatives[]): Promise<Change[]> {
  const found: Change[] = []
  let since = clock.now()
  for (const alternatives of proposed) {
    if (found.length === CHANGES_MAX) break
    for (const change of alternatives) {
      const isEnough = fork((each) => isPlacedBy(each, subject, change))
      if (clock.now() - since >= PAUSE_AFTER_MS) {
        await new Promise<void>((resolve) => clock.after(0, resolve))
        since = clock.now()
      }
      if (!isEnough) continue
      found.push(change)
      break
    }
  }
  return found
}

/** Whether the pod is placed without any change, as soon as those have left who are leaving already. */
export const isPlacedByWaiting = ({ fork, state }: PluginKernel, subject: Subject): boolean =>
  stoppingIn(state).length > 0 && fork((each) => isPlacedBy(each, subject, undefined))

function isPlacedBy(fork: Fork, { pod, origin }: Subject, change: Change | undefined): boolean {
  const { state, commit } = fork
  try {
    if (change && change.kind !== 'pod') apply(fork, change)
    const wanted = change?.kind === 'pod' ? patched(pod, change.patch, state) : pod
    const isWaiting = state.get('pods', pod.id)?.status === 'pending'
    if (!wanted) return false
    if (wanted !== pod || !isWaiting) {
      takeOut(fork, pod)
      commit(origin, (transaction) => transaction.add('pods', askedAgain(wanted, state)))
    }
  } catch (error) {
    // Admission has the last word: such a change cannot be made.
    if (error instanceof KernelError) return false
    throw error
  }
  settle(fork)
  const placed = state.get('pods', pod.id)
  return placed !== undefined && placed.nodeId !== null && placed.status === 'scheduled'
}

/** Makes the change. @throws KernelError what admission refuses with */
export function apply({ state, commit }: Fork, { kind, patch }: Change): void {
  commit(ORIGIN, (transaction) => {
    if (kind === 'cluster') for (const { id } of state.all('clusterConfigs')) transaction.amend('clusterConfigs', id, patch)
    const name = typeof patch['name'] === 'string' ? patch['name'] : ''
    const namespace = kind === 'namespace' ? state.find('namespaces', 'name', name) : undefined
    if (namespace) transaction.amend('namespaces', namespace.id, mergePatch(namespace, patch))
    const node: Node | undefined = kind === 'node' ? state.find('nodes', 'name', name) : undefined
    if (node) transaction.amend('nodes', node.id, mergePatch(node, patch))
    else if (kind === 'node') transaction.add('nodes', nodeOf(patch as NewNode))
  })
}

/** The pod as a patch of the input that made it would make it; undefined when there is no such version or class. */
function patched(pod: Pod, { pack, ...patch }: Change['patch'], state: State): Pod | undefined {
  const changed = { ...mergePatch(pod, patch), nodeName: 'nodeName' in patch ? null : pod.nodeName }
  if ('priorityClassName' in patch) {
    const named = state.find('priorityClasses', 'name', changed.priorityClassName ?? '')
    return named && { ...changed, priority: named.value, preemptionPolicy: named.preemptionPolicy }
  }
  if (typeof pack !== 'string') return changed
  const version = state.find('packs', 'version', pack)
  return version && { ...changed, packId: version.id, packName: version.name, packVersion: version.version }
}
