/**
 * What follows when a node is out of touch. Silence for heartbeatTimeoutMs: the node is unhealthy, gets the taint
 * stark/unreachable:NoExecute, and its pods are unknown. A goodbye that is not taken back within 10 s: its pods are lost at
 * once. Back in touch: the taint goes, and the agent reports its pods anew.
 * Taps admit (each pod tolerates the taint for a while) and filter (only nodes in touch take new pods).
 */
import {
  clusterConfig,
  isEnded,
  timestamp,
  type Node,
  type Plugin,
  type PluginKernel,
  type Pod,
  type Taint,
  type Toleration,
} from '../kernel/index.ts'

const CHECK_MS = 1_000
const GOODBYE_GRACE_MS = 10_000
const UNREACHABLE = 'stark/unreachable'

export const health = (): Plugin => ({
  name: 'health',
  after: ['nodes', 'pods'],
  apply(kernel) {
    const { hooks, state, clock } = kernel
    let leadsSince = clock.now()
    hooks.admit.tap('health', (record, { kind, before }) => {
      if (kind !== 'pods' || before) return undefined
      const pod = record as Pod
      const seconds = pod.disconnect?.lostAfterSeconds ?? clusterConfig(state).unreachableTolerationSeconds
      const tolerations = withUnreachable(pod.tolerations, seconds)
      return { ...pod, tolerations }
    })
    hooks.filter.tap('health', (candidates) => {
      candidates.where((node) => node.status === 'online' || `are ${node.status}`, { isFixed: true, sharedAs: '' })
      candidates.retryOn('nodes:put')
    })
    kernel.onStart(() => {
      leadsSince = clock.now()
    })
    clock.every(CHECK_MS, () => check(kernel, leadsSince))
  },
})

function withUnreachable(tolerations: readonly Toleration[], tolerationSeconds: number): Toleration[] {
  const isOwn = tolerations.some(
    ({ key = '', effect = '' }) => (key === UNREACHABLE || key === '') && (effect === '' || effect === 'NoExecute'),
  )
  if (isOwn) return [...tolerations]
  return [...tolerations, { key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }]
}

interface Findings {
  readonly silent: Node[]
  readonly back: Node[]
  readonly gone: Node[]
}

async function check(kernel: PluginKernel, leadsSince: number): Promise<void> {
  if (!kernel.isReady()) return
  const { silent, back, gone } = examine(kernel, leadsSince)
  const lost = gone.flatMap((node) => livePods(kernel, node.id))
  if (silent.length + back.length + lost.length === 0) return
  const { commit, state } = kernel
  await commit({ actorId: 'health' }, (transaction) => {
    const timeAdded = timestamp(transaction.at)
    for (const node of silent) {
      const taint: Taint = { key: UNREACHABLE, effect: 'NoExecute', timeAdded }
      transaction.update('nodes', node.id, {
        status: node.status === 'offline' ? 'offline' : 'unhealthy',
        taints: [...withoutTaint(node), taint],
      })
      for (const pod of state.by('pods', 'nodeId', node.id)) {
        if (pod.status !== 'starting' && pod.status !== 'running') continue
        const statusMessage = `${node.name} is out of touch`
        transaction.update('pods', pod.id, { status: 'unknown', reason: 'NodeUnreachable', statusMessage, disconnectedAt: timeAdded })
      }
    }
    for (const node of back) transaction.update('nodes', node.id, { status: 'online', taints: withoutTaint(node) })
    for (const pod of lost) {
      const statusMessage = 'its node said goodbye and did not come back'
      transaction.update('pods', pod.id, { status: 'evicted', reason: 'NodeLost', statusMessage, stoppedAt: timeAdded })
    }
  })
}

function examine(kernel: PluginKernel, leadsSince: number): Findings {
  const { state, clock, need } = kernel
  const heartbeats = need('heartbeats')
  const { heartbeatTimeoutMs } = clusterConfig(state)
  const now = clock.now()
  const findings: Findings = { silent: [], back: [], gone: [] }
  for (const node of state.all('nodes')) {
    const last = Math.max(heartbeats.last(node.id) ?? 0, leadsSince)
    const isTainted = node.taints.some(({ key }) => key === UNREACHABLE)
    const goodbye = heartbeats.goodbye(node.id)
    if (goodbye !== undefined && now - goodbye >= GOODBYE_GRACE_MS) findings.gone.push(node)
    if (heartbeats.isSuspended(node.id) || now - last >= heartbeatTimeoutMs) {
      if (!isTainted) findings.silent.push(node)
    } else if (isTainted && heartbeats.last(node.id) !== undefined) findings.back.push(node)
  }
  return findings
}

const livePods = ({ state }: PluginKernel, nodeId: string): Pod[] => state.by('pods', 'nodeId', nodeId).filter((pod) => !isEnded(pod))

const withoutTaint = ({ taints }: Node): Taint[] => taints.filter(({ key }) => key !== UNREACHABLE)
