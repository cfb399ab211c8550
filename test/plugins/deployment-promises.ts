/**
 * What must hold after each commit, told in other words than the code under test has for it: by whoever made the commit. And a model of
 * the back-off of crashed pods, which knows nothing but when they began and when they crashed.
 */
import { isEnded, isLeaving, tolerates, type Change, type Deployment, type Node, type Pod, type Reader } from '../../kernel/index.ts'

export interface PodChange {
  readonly before: Pod | undefined
  readonly after: Pod | undefined
}

export const podChange = (change: Change): PodChange => ({
  before: change.before as Pod | undefined,
  after: change.op === 'put' ? (change.record as Pod) : undefined,
})

export const isAvailable = (pod: Pod | undefined): boolean =>
  pod !== undefined && pod.status === 'running' && pod.ready && pod.deletedAt === null

/** @returns a sentence for each promise that this commit broke */
export function brokenBy(state: Reader, { actor, pods }: { actor: string; pods: readonly PodChange[] }): string[] {
  const concerned = new Set(pods.flatMap(({ before, after }) => (after ?? before)?.deploymentId ?? []))
  const deployments = [...concerned].flatMap((id) => state.get('deployments', id) ?? []).filter(({ deletedAt }) => deletedAt === null)
  return [
    ...pods.flatMap(moved),
    ...(actor === 'deployments' ? [] : pods.flatMap((each) => takenByDrain(state, each))),
    ...(actor === 'deployments'
      ? deployments.flatMap((each) => [...tooFew(state, each, pods), ...tooEarly(state, each, pods), ...tooMany(state, each, pods)])
      : []),
    ...(actor === 'deployments' ? pods.flatMap((each) => misplaced(state, each)) : []),
  ]
}

/** A pod is one run at a time, on one node for ever. */
function moved({ before, after }: PodChange): string[] {
  if (!before || !after) return []
  if (before.nodeId !== null && after.nodeId !== before.nodeId) return [`${after.name} has moved from its node`]
  if (after.incarnation < before.incarnation) return [`${after.name} went back to an older incarnation`]
  return isEnded(before) && !isEnded(after) ? [`${after.name} was ${before.status}, and lives again`] : []
}

/** A drain without force leaves the pods of deployments to these. */
function takenByDrain(state: Reader, { before, after }: PodChange): string[] {
  const node = state.get('nodes', before?.nodeId ?? '')
  const isTaken = before?.deploymentId && after?.reason === 'Drained' && before.reason !== 'Drained'
  return isTaken && !isEnded(before) && !node?.drain?.isForced ? [`${after.name} was evicted by the drain itself`] : []
}

const liveOf = (state: Reader, { id }: Deployment): Pod[] =>
  state.by('pods', 'deploymentId', id).filter((pod) => !isEnded(pod) && !isLeaving(pod))

/** What the deployments took away must not have been promised. Shares are whole pods here, as the tests give them. */
function tooFew(state: Reader, deployment: Deployment, pods: readonly PodChange[]): string[] {
  const taken = pods.flatMap(({ before, after }) =>
    before?.deploymentId === deployment.id && isAvailable(before) && !isAvailable(after) ? [before] : [],
  )
  const { maxUnavailable, maxSurge } = deployment.strategy
  const least = desiredOf(deployment) - Math.max(Number(maxUnavailable), maxSurge === 0 ? 1 : 0)
  // Of daemons nodes are promised, and not pods.
  const served = (serving: readonly Pod[]) => new Set(serving.map(({ id, nodeId }) => (deployment.mode === 'daemon' ? nodeId : id))).size
  const left = liveOf(state, deployment).filter(isAvailable)
  const [before, after] = [served([...left, ...taken]), served(left)]
  return after < before && after < least ? [`${after} of at least ${least} are left`] : []
}

/** Where there may be more for a while, a pod that leaves a drained node leaves no gap, unless those that should fill it are stuck. */
function tooEarly(state: Reader, deployment: Deployment, pods: readonly PodChange[]): string[] {
  const { strategy, id } = deployment
  const taken = pods.filter(({ before, after }) => before?.deploymentId === id && isAvailable(before) && !isAvailable(after))
  // What a rollout takes at the same time is its own affair.
  const isTaken = taken.length > 0 && taken.every(({ after }) => after?.reason === 'Drained')
  const live = liveOf(state, deployment)
  const madeLast = Date.parse(deployment.updatedAt) - strategy.progressDeadlineSeconds * 1000
  const isStuck = live.some(
    (pod) => !isAvailable(pod) && (STUCK.includes(pod.reason) || pod.status === 'unknown' || Date.parse(pod.createdAt) <= madeLast),
  )
  const available = live.filter(isAvailable).length
  return isTaken && strategy.maxSurge !== 0 && !isStuck && available < desiredOf(deployment)
    ? [`${available} of ${desiredOf(deployment)} are left, and another could have come first`]
    : []
}
/** Daemons have as many as there are nodes for them. */
const desiredOf = ({ mode, replicas, status }: Deployment): number => (mode === 'daemon' ? status.desired : (replicas ?? 0))
const STUCK: readonly (string | null)[] = ['Unschedulable', 'CrashLoopBackOff']

/** What they made must have been allowed: so many beside those that there should be, and so many of a canary. */
function tooMany(state: Reader, deployment: Deployment, pods: readonly PodChange[]): string[] {
  const { mode, strategy, replicas, revisions } = deployment
  const current = revisions.at(-1)
  const made = pods.flatMap(({ before, after }) => (!before && after?.deploymentId === deployment.id ? [after] : []))
  if (made.length === 0 || mode === 'daemon' || !current) return []
  // Out of touch and replaced, it counts again when it is back.
  const here = liveOf(state, deployment).filter(({ status, disconnect }) => !(status === 'unknown' && disconnect?.replace))
  const most = (replicas ?? 0) + Number(strategy.maxSurge)
  const surplus = here.length > most ? [`${here.length} pods, and ${most} is the most`] : []
  const share =
    strategy.canary && !current.isPromoted && !current.isGood && revisions.some(({ isGood }) => isGood) ? strategy.canary.share : undefined
  const tries =
    share === undefined
      ? Infinity
      : Math.max(1, typeof share === 'number' ? share : Math.ceil(((replicas ?? 0) * Number(share.slice(0, -1))) / 100))
  const tried = here.filter(({ labels }) => labels['stark/revision'] === current.key).length
  const isTrying = made.some(({ labels }) => labels['stark/revision'] === current.key)
  return isTrying && tried > tries ? [...surplus, `${tried} pods try the canary, and ${tries} is the most`] : surplus
}

/** A daemon is made for a node that takes pods, and never a third one for the same. */
function misplaced(state: Reader, { before, after }: PodChange): string[] {
  const deployment = state.get('deployments', after?.deploymentId ?? '')
  if (before || !after || deployment?.mode !== 'daemon') return []
  const node = state.get('nodes', after.nodeName ?? '')
  if (!node) return [`${after.name} was made for no node`]
  const refusal = refusalOf(node, after)
  if (refusal) return [`${after.name} was made for ${node.name}, which ${refusal}`]
  const others = liveOf(state, deployment).filter((pod) => pod.id !== after.id && (pod.nodeId ?? pod.nodeName) === node.id)
  return others.length > 1 || (others.length === 1 && Number(deployment.strategy.maxSurge) === 0)
    ? [`${node.name} has ${others.length} others already`]
    : []
}

function refusalOf({ status, unschedulable, drain, taints }: Node, { tolerations }: Pod): string | undefined {
  if (status !== 'online') return `is ${status}`
  if (unschedulable || drain) return 'is cordoned'
  const taint = taints.find((each) => each.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, each)))
  return taint && `has the taint ${taint.key}`
}

const FIRST_MS = 10_000
const LONGEST_MS = 300_000
const HEALTHY_MS = 600_000
/** Of the virtual clock's steps, and of what waits for one. */
const LATE_MS = 2_000

/** When crashed pods may start again: 10 s after the first crash, twice as long after each, 5 minutes at most; ten minutes of health forget them. */
export class BackOffs {
  readonly #crashes = new Map<string, number>()
  readonly #runsSince = new Map<string, number>()
  readonly #dueAt = new Map<string, number>()

  judge({ before, after }: PodChange, at: number, violations: string[]): void {
    if (!before || !after) return
    const { id, name } = after
    if (before.status === 'starting' && after.status === 'running') this.#runsSince.set(id, at)
    if (after.reason === 'CrashLoopBackOff' && before.reason !== 'CrashLoopBackOff') {
      const ranFor = at - (this.#runsSince.get(id) ?? at)
      const crashes = ranFor >= HEALTHY_MS ? 1 : (this.#crashes.get(id) ?? 0) + 1
      this.#crashes.set(id, crashes)
      this.#dueAt.set(id, at + Math.min(LONGEST_MS, FIRST_MS * 2 ** (crashes - 1)))
    }
    if (before.reason !== 'CrashLoopBackOff' || after.status !== 'scheduled') return
    const late = at - (this.#dueAt.get(id) ?? 0)
    if (late < 0 || late > LATE_MS)
      violations.push(`${name} started again ${late} ms after it was due, after ${this.#crashes.get(id)} crashes`)
  }
}
