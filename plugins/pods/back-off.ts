/** Starts pods again when their back-off is over. It looks at what is, so a restart of the control plane forgets none. */
import { isBackingOff, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { afterBackOff } from './restarts.ts'

const RETRY_MS = 1_000

export function keepRestarting(kernel: PluginKernel): void {
  const { state, clock, commit, log, onApplied, onStart } = kernel
  const waiting = new Map<string, () => void>()

  const start = async (id: string): Promise<void> => {
    waiting.delete(id)
    const isDue = (pod: Pod | undefined): pod is Pod => pod !== undefined && dueAt(pod) <= clock.now()
    try {
      await commit({ actorId: 'pods' }, (transaction) => {
        const pod = state.get('pods', id)
        if (isDue(pod)) transaction.update('pods', id, afterBackOff(pod, transaction.at))
      })
    } catch (error) {
      log.warn('a pod was not started again; it will be tried again', { podId: id, error: String(error) })
      waiting.set(
        id,
        clock.after(RETRY_MS, () => start(id)),
      )
    }
  }
  const review = (id: string, pod: Pod | undefined): void => {
    waiting.get(id)?.()
    waiting.delete(id)
    const due = pod ? dueAt(pod) : Infinity
    if (due === Infinity) return
    waiting.set(
      id,
      clock.after(due - clock.now(), () => start(id)),
    )
  }

  onStart(() => {
    for (const pod of state.all('pods')) review(pod.id, pod)
  })
  onApplied(({ changes }) => {
    for (const { kind, id, before } of changes) {
      if (kind !== 'pods') continue
      const pod = state.get('pods', id)
      if (waiting.has(id) || (pod && isBackingOff(pod) && before !== pod)) review(id, pod)
    }
  })
}

/** epoch ms; Infinity when it waits for no start */
const dueAt = (pod: Pod): number => (isBackingOff(pod) && pod.backOff ? Date.parse(pod.backOff.until) : Infinity)
