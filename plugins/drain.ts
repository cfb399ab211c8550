/**
 * Drain: a node is cordoned, and its pods leave, each with its grace period. Those that nobody keeps leave at once; those of a deployment
 * as fast as it promised (plugins/deployments moves them); those of a daemon stay. It is a state of the node, looked at anew after each
 * change, until somebody uncordons the node. Taps admit (an uncordon ends it) and filter (no exception comes in); adds nodes.drain.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 */
import { Type } from 'typebox'
import {
  isEnded,
  isLeaving,
  lookUp,
  Node,
  Ref,
  strict,
  timestamp,
  type Change,
  type Drain,
  type Plugin,
  type PluginKernel,
  type Pod,
  type Transaction,
} from '../kernel/index.ts'

/** What happens within this time is looked at together. */
const REVIEW_MS = 100
const RETRY_MS = 1_000
/** Of one node; the next follow at once. */
const PODS_PER_COMMIT = 500
const WAITS_MAX = 32
const REASON_CHARACTERS_MAX = 2000

export const drain = (): Plugin => ({
  name: 'drain',
  after: ['nodes', 'pods', 'cordon'],
  apply(kernel) {
    const { hooks, onApplied, onStart } = kernel
    hooks.admit.tap('drain', (record, { kind }) => {
      const { drain: underway, unschedulable } = record as Node
      return kind === 'nodes' && underway && !unschedulable ? ({ ...record, drain: null } as Node) : undefined
    })
    // Beside the cordon: a pod that tolerates that would come back for ever.
    hooks.filter.tap('drain', (candidates) => {
      candidates.where((node) => !node.drain || 'are drained', { isFixed: true, sharedAs: '' })
      candidates.retryOn('nodes:put')
    })
    define(kernel)
    const review = reviewer(kernel)
    onStart(review)
    onApplied(({ changes }) => {
      if (kernel.state.table('nodes').idsBy('drain', 'asked').size > 0 && changes.some(isOfInterest)) review()
    })
  },
})

const isOfInterest = ({ kind }: Change): boolean => kind === 'pods' || kind === 'deployments' || kind === 'nodes'

function define(kernel: PluginKernel): void {
  const { operations, state, commit } = kernel
  operations.define({
    name: 'nodes.drain',
    summary: 'Cordons a node and moves its pods off it, as fast as their deployments allow; nodes.uncordon ends it',
    http: 'POST /api/nodes/:id/drain',
    permission: 'nodes:write',
    input: strict({
      id: Ref,
      force: Type.Optional(Type.Boolean({ description: 'at once, whatever their deployments promise' })),
    }),
    output: strict({ node: Node, evicting: Type.Integer({ description: 'how many pods were asked to leave at once' }) }),
    errors: ['NOT_FOUND'],
    handle({ id, force = false }, { origin, who }) {
      const { id: nodeId, drain: underway } = lookUp(state, 'nodes', { ref: id, rule: 'name' })
      return commit(origin, (transaction) => {
        const isForced = force || (underway?.isForced ?? false)
        const begun: Drain = underway ?? {
          since: transaction.time,
          by: who.name,
          isForced,
          doneAt: null,
          leaving: 0,
          daemons: 0,
          waitsFor: [],
        }
        const before = transaction.amend('nodes', nodeId, { unschedulable: true, drain: { ...begun, isForced } })
        const evicting = moveOff(kernel, transaction, before)
        return { node: state.get('nodes', nodeId) ?? before, evicting }
      })
    },
  })
}

/** Looks at all nodes that are drained, soon, and once for whatever happens until then. */
function reviewer(kernel: PluginKernel): () => void {
  const { state, clock, commit, log, isReady } = kernel
  let isDue = false
  const review = (waitMs: number): void => {
    if (isDue) return
    isDue = true
    clock.after(waitMs, async () => {
      isDue = false
      if (!isReady()) return
      try {
        await commit({ actorId: 'drain' }, (transaction) => {
          for (const node of state.by('nodes', 'drain', 'asked')) moveOff(kernel, transaction, node)
        })
      } catch (error) {
        log.warn('drains were not brought further; it will be tried again', { error: String(error) })
        review(RETRY_MS)
      }
    })
  }
  return () => review(REVIEW_MS)
}

type Hold = 'free' | 'kept' | 'daemon'

/** Asks those to leave that may go now, and writes down what the others wait for. @returns how many were asked */
function moveOff({ state, need }: PluginKernel, transaction: Transaction, node: Node): number {
  const { id, name, drain: underway } = node
  if (!underway) return 0
  const alive = state.by('pods', 'nodeId', id).filter((pod) => !isEnded(pod))
  const holdOf = (pod: Pod): Hold => {
    const deployment = pod.deploymentId !== null && state.has('deployments') ? state.get('deployments', pod.deploymentId) : undefined
    if (deployment?.mode === 'daemon') return 'daemon'
    return deployment && !underway.isForced ? 'kept' : 'free'
  }
  const staying = alive.filter((pod) => !isLeaving(pod))
  const held = (hold: Hold) => staying.filter((pod) => holdOf(pod) === hold)
  const free = held('free')
  const message = `${name} is drained by ${underway.by}`
  for (const pod of free.slice(0, PODS_PER_COMMIT)) need('podEnds').evict(transaction, pod, { reason: 'Drained', message })
  const waitsFor = waitsOf(state, held('kept'))
  const leaving = state.by('pods', 'nodeId', id).filter((pod) => !isEnded(pod) && isLeaving(pod)).length
  const isDone = leaving === 0 && waitsFor.length === 0 && free.length <= PODS_PER_COMMIT
  const doneAt = isDone ? (underway.doneAt ?? timestamp(transaction.at)) : null
  const next: Drain = { ...underway, doneAt, leaving, daemons: held('daemon').length, waitsFor }
  if (textOf(next) !== textOf(underway)) transaction.update('nodes', id, { drain: next })
  return free.length
}

/** By deployment, in the order of their names. */
function waitsOf(state: PluginKernel['state'], pods: readonly Pod[]): Drain['waitsFor'] {
  const deploymentIds = new Set(pods.flatMap(({ deploymentId }) => deploymentId ?? []))
  const waits = [...deploymentIds].flatMap((deploymentId) => {
    const deployment = state.get('deployments', deploymentId)
    if (!deployment) return []
    const { namespace, name, status } = deployment
    const { length } = pods.filter((pod) => pod.deploymentId === deploymentId)
    const stranded = state
      .by('pods', 'deploymentId', deploymentId)
      .find((pod) => pod.status === 'pending' && pod.reason === 'Unschedulable')
    const standing = `${status.available} of ${status.desired} available`
    const reason = stranded ? `${standing}; its next pod waits: ${stranded.statusMessage}` : standing
    return { deployment: `${namespace}/${name}`, pods: length, reason: reason.slice(0, REASON_CHARACTERS_MAX) }
  })
  return waits.toSorted((a, b) => (a.deployment < b.deployment ? -1 : 1)).slice(0, WAITS_MAX)
}

/** In one order of fields: the store has one of its own. */
const textOf = ({ isForced, doneAt, leaving, daemons, waitsFor }: Drain): string =>
  JSON.stringify([isForced, doneAt, leaving, daemons, waitsFor.map(({ deployment, pods, reason }) => [deployment, pods, reason])])
