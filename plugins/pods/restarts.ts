/**
 * Whether and when a pod that has ended is started again, on the node where it is. Crashes in a row back off: 10 s, doubling to
 * 5 minutes; a run of 10 minutes is health, and the next crash is the first again.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
import { timestamp, type Exit, type Patch, type Pod } from '../../kernel/index.ts'

const FIRST_MS = 10_000
const LONGEST_MS = 300_000
const HEALTHY_MS = 600_000
const BACK_OFF = 'CrashLoopBackOff'
const MESSAGE_CHARACTERS_MAX = 2000

interface End {
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly exit?: Exit
}

/** What its restart policy says. Nobody asked it to stop, and its time is not over. */
export function mayStartAgain({ restartPolicy, status, deletedAt }: Pod, end: End): boolean {
  if (status === 'stopping' || deletedAt !== null || end.status === 'stopped' || end.reason === 'DeadlineExceeded') return false
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && end.status === 'failed')
}

/** It keeps its place on the node and waits there for its next start, which is another incarnation already: no late report reaches it. */
export function afterCrash(pod: Pod, { message = '', reason = 'Error', exit }: End, at: number): Patch<Pod> {
  const isHealthy = pod.startedAt !== null && at - Date.parse(pod.startedAt) >= HEALTHY_MS
  const crashes = isHealthy ? 1 : (pod.backOff?.crashes ?? 0) + 1
  const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (crashes - 1))
  const why = message === '' ? reason : message
  return {
    status: 'pending',
    reason: BACK_OFF,
    statusMessage: `starts again in ${waitMs / 1000} s: ${why}`.slice(0, MESSAGE_CHARACTERS_MAX),
    ready: false,
    incarnation: pod.incarnation + 1,
    stoppedAt: timestamp(at),
    exit: exit ?? null,
    backOff: { crashes, until: timestamp(at + waitMs) },
  }
}

/** After a crash: what it waits for is over. */
export const afterBackOff = (pod: Pod, at: number): Patch<Pod> => ({
  ...begun(at),
  reason: 'Restarted',
  restarts: pod.restarts + 1,
})

/** After it was stopped for this; crashes before somebody took it in hand do not count. */
export const startAgain = (pod: Pod, at: number): Patch<Pod> => ({
  ...begun(at),
  reason: pod.reason,
  incarnation: pod.incarnation + 1,
  restarts: pod.reason === 'Restarted' ? pod.restarts + 1 : pod.restarts,
  backOff: null,
})

const begun = (at: number): Patch<Pod> => ({
  status: 'scheduled',
  statusMessage: 'starts again on its node',
  ready: false,
  scheduledAt: timestamp(at),
  startedAt: null,
  stoppedAt: null,
  exit: null,
})
