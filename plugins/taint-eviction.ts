/**
 * Taint eviction: pods that do not tolerate a NoExecute taint of their node leave it, at once or when their toleration runs out.
 * Each taint takes the first toleration that matches; the shortest of those decides; one taint that is not tolerated evicts at
 * once. A pending eviction is not postponed by a longer toleration, and cancelled when nothing asks for it any more.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
import {
  isEnded,
  isLeaving,
  timestamp,
  tolerates,
  type Change,
  type Node,
  type Plugin,
  type PluginKernel,
  type Pod,
} from '../kernel/index.ts'

const RETRY_MS = 1_000

export const taintEviction = (): Plugin => ({
  name: 'taint-eviction',
  after: ['pods', 'nodes', 'health'],
  apply(kernel) {
    const evictions = new Evictions(kernel)
    kernel.onStart(() => {
      for (const pod of kernel.state.all('pods')) evictions.review(pod.id)
    })
    kernel.onApplied(({ changes }) => {
      for (const podId of concerned(changes, kernel)) evictions.review(podId)
    })
  },
})

/** The pods whose node's taints, or whose own tolerations or place, have changed. */
function concerned(changes: readonly Change[], { state }: PluginKernel): ReadonlySet<string> {
  const podIds = new Set<string>()
  for (const change of changes) {
    if (change.kind === 'pods') podIds.add(change.id)
    if (change.kind !== 'nodes') continue
    const after = change.op === 'put' ? (change.record as Node) : undefined
    if (after?.taints === (change.before as Node | undefined)?.taints) continue
    for (const pod of state.by('pods', 'nodeId', change.id)) podIds.add(pod.id)
  }
  return podIds
}

class Evictions {
  readonly #kernel: PluginKernel
  readonly #pending = new Map<string, () => void>()
  readonly #underway = new Set<string>()

  constructor(kernel: PluginKernel) {
    this.#kernel = kernel
  }

  review(podId: string): void {
    if (this.#underway.has(podId)) return
    const { state } = this.#kernel
    const pod = state.get('pods', podId)
    const node = pod && pod.nodeId !== null && !isEnded(pod) ? state.get('nodes', pod.nodeId) : undefined
    const seconds = pod && node ? secondsLeft(pod, node) : Infinity
    if (seconds === Infinity) this.#cancel(podId)
    else if (seconds <= 0) this.#schedule(podId, 0)
    // What is pending stays as it is: a change of the toleration does not begin it anew.
    else if (!this.#pending.has(podId)) this.#schedule(podId, seconds)
  }

  #schedule(podId: string, seconds: number): void {
    this.#cancel(podId)
    const cancel = this.#kernel.clock.after(seconds * 1000, () => {
      this.#pending.delete(podId)
      return this.#tryToEvict(podId)
    })
    this.#pending.set(podId, cancel)
  }

  #cancel(podId: string): void {
    this.#pending.get(podId)?.()
    this.#pending.delete(podId)
  }

  async #tryToEvict(podId: string): Promise<void> {
    const { clock, log } = this.#kernel
    this.#underway.add(podId)
    try {
      await this.#evict(podId)
    } catch (error) {
      log.warn('an eviction was not committed; it will be tried again', { podId, error: String(error) })
      clock.after(RETRY_MS, () => this.review(podId))
    } finally {
      this.#underway.delete(podId)
    }
  }

  async #evict(podId: string): Promise<void> {
    const { state, commit } = this.#kernel
    await commit({ actorId: 'taint-eviction' }, (transaction) => {
      const pod = state.get('pods', podId)
      const node = pod?.nodeId === null || !pod ? undefined : state.get('nodes', pod.nodeId)
      if (!pod || !node || isEnded(pod) || secondsLeft(pod, node) === Infinity) return
      const isReachable = node.status === 'online'
      const reason = isReachable ? 'Tainted' : 'NodeLost'
      const statusMessage = isReachable ? `${node.name} has a taint that it does not tolerate` : `${node.name} is out of touch for too long`
      // Nobody is there to stop it: when its node is back, the agent finds it unwanted and ends it.
      if (!isReachable)
        transaction.update('pods', podId, { status: 'evicted', reason, statusMessage, ready: false, stoppedAt: timestamp(transaction.at) })
      else if (!isLeaving(pod)) transaction.update('pods', podId, { status: 'stopping', reason, statusMessage, ready: false })
    })
  }
}

/** How long the pod may stay: 0 or less is not at all, Infinity for ever. */
function secondsLeft({ tolerations }: Pod, { taints }: Node): number {
  let least = Infinity
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue
    const first = tolerations.find((each) => tolerates(each, taint))
    if (!first) return 0
    least = Math.min(least, first.tolerationSeconds ?? Infinity)
  }
  return least
}
