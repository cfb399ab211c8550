/** One look at one deployment, inside a commit: what it should have, what it has, and what is to be done next. */
import {
  isEnded,
  isLeaving,
  KernelError,
  timestamp,
  type Deployment,
  type PluginKernel,
  type Pod,
  type Transaction,
} from '../../kernel/index.ts'
import { planDaemon, type DaemonMember } from './daemon.ts'
import { draftOf } from './draft.ts'
import { planReplicated } from './replicated.ts'
import { aimOf, isReplaced, memberOf, placesFor, REVISION_LABEL, statusOf } from './standing.ts'
import { currentOf, goodOf, isSame, versionToFollow, withRevision, type Runner } from './versions.ts'

/** Of one commit; the next follows at once. */
const PODS_PER_COMMIT = 100
/** Of a deployment: enough to see why they ended, and to know how often. */
const ENDED_KEPT = 10
/** Pods that end by themselves are replaced at once the first time, then more and more slowly. */
const REPLACE_FIRST_MS = 10_000
const REPLACE_LONGEST_MS = 300_000
const REMEMBERED_MS = 600_000

export class Turn {
  readonly #kernel: PluginKernel
  readonly #transaction: Transaction
  readonly #id: string
  #trouble: string | undefined
  /** Something refused a pod, and would refuse the next one. */
  #isRefused = false
  /** A pod that there should be cannot be made now. */
  #isShort = false
  #made = 0

  constructor(kernel: PluginKernel, transaction: Transaction, id: string) {
    this.#kernel = kernel
    this.#transaction = transaction
    this.#id = id
  }

  run(): void {
    const { state } = this.#kernel
    const found = state.get('deployments', this.#id)
    if (!found) return
    const isCondemned = state.find('namespaces', 'name', found.namespace)?.phase !== 'active'
    if (found.deletedAt !== null || isCondemned) return this.#end(isCondemned)
    this.#follow(found)
    const deployment = this.#deployment
    const pods = this.#pods
    this.#forgetEnded(pods)
    const desired = deployment.mode === 'daemon' ? this.#daemon(deployment, pods) : this.#replicated(deployment, pods)
    this.#settle(desired)
  }

  get #deployment(): Deployment {
    const deployment = this.#kernel.state.get('deployments', this.#id)
    if (!deployment) throw new Error(`deployment ${this.#id} is gone`)
    return deployment
  }

  get #pods(): Pod[] {
    return this.#kernel.state.by('pods', 'deploymentId', this.#id)
  }

  /** Its pods go first; in a namespace that is being deleted they go with that. */
  #end(isCondemned: boolean): void {
    const pods = this.#pods
    const alive = pods.filter((pod) => !isEnded(pod))
    for (const pod of alive.filter((each) => !isLeaving(each)).slice(0, PODS_PER_COMMIT)) {
      this.#kernel.need('podEnds').remove(this.#transaction, pod, { reason: 'DeploymentDeleted', message: 'its deployment is deleted' })
    }
    if (!isCondemned && this.#pods.some((pod) => !isEnded(pod))) return
    for (const { id } of this.#pods.filter(isEnded)) this.#transaction.delete('pods', id)
    this.#transaction.delete('deployments', this.#id)
  }

  #follow(deployment: Deployment): void {
    const { state, newId } = this.#kernel
    if (!deployment.followVersion) return
    const pack = versionToFollow(state, deployment, this.#runner(deployment))
    if (!pack) return
    const { template } = deployment
    const [at, actorId, reason, newKey] = [this.#transaction.time, 'deployments', 'VersionFollowed', newId().slice(-8)]
    this.#begin(withRevision(deployment, { pack, template, at, actorId, reason, newKey }))
  }

  #runner({ createdBy }: Deployment): Runner {
    const { state } = this.#kernel
    const user = createdBy !== null && state.has('users') ? state.get('users', createdBy) : undefined
    return { id: createdBy, isAdmin: user?.roles.includes('admin') ?? false }
  }

  #begin(patch: Partial<Deployment>): void {
    const { status } = this.#deployment
    this.#transaction.update('deployments', this.#id, {
      ...patch,
      status: { ...status, bestAvailable: 0, progressAt: this.#transaction.time },
    })
  }

  /** @returns how many there should be */
  #replicated(deployment: Deployment, pods: readonly Pod[]): number {
    const desired = deployment.replicas ?? 0
    const aim = aimOf(deployment, desired)
    const members = this.#members(deployment, pods)
    const { create, remove } = planReplicated(aim, members)
    for (const { key, count } of create) for (let made = 0; made < count; made += 1) this.#create(deployment, { key, pods })
    // None can be made beside those that leave their nodes: these are not to wait for it.
    const removed = this.#isShort ? planReplicated({ ...aim, maxSurge: 0 }, members).remove : remove
    for (const id of removed) {
      const member = members.find((each) => each.id === id)
      if (member?.isDeparting) this.#moveOff(id)
      else this.#remove(id, member?.key === aim.current ? 'ScaledDown' : 'Replaced')
    }
    return desired
  }

  #daemon(deployment: Deployment, pods: readonly Pod[]): number {
    const { state, need } = this.#kernel
    const pack = state.get('packs', currentOf(deployment).packId)
    if (!pack) {
      this.#trouble = `there is no ${deployment.packName}@${currentOf(deployment).packVersion} any more`
      return deployment.status.desired
    }
    const places = placesFor(deployment, { reader: state, pods, pack, runtimes: need('runtimes') })
    const { create, remove } = planDaemon(aimOf(deployment, places.length), this.#members(deployment, pods), places)
    for (const { key, nodeId } of create) this.#create(deployment, { key, pods, nodeId })
    for (const id of remove) this.#remove(id, 'Replaced')
    return places.length
  }

  #members(deployment: Deployment, pods: readonly Pod[]): DaemonMember[] {
    const { state, clock } = this.#kernel
    const now = clock.now()
    const nodeOf = ({ nodeId }: Pod) => (nodeId === null ? undefined : state.get('nodes', nodeId))
    const isAway = (pod: Pod) => deployment.mode === 'replicated' && isReplaced(pod, nodeOf(pod))
    return pods
      .filter((pod) => !isEnded(pod) && !isLeaving(pod) && !isAway(pod))
      .map((pod) => memberOf(pod, { deployment, node: nodeOf(pod), now }))
  }

  #create(deployment: Deployment, { key, pods, nodeId }: { key: string; pods: readonly Pod[]; nodeId?: string }): void {
    const revision = deployment.revisions.findLast((each) => each.key === key)
    if (!revision || this.#isRefused || this.#made >= PODS_PER_COMMIT) return
    const dueMs = replaceableAt(
      pods.filter((pod) => isEnded(pod) && pod.labels[REVISION_LABEL] === key && (!nodeId || pod.nodeId === nodeId)),
    )
    const waitMs = dueMs - this.#kernel.clock.now()
    if (waitMs > 0) {
      this.#isShort = true
      this.#trouble = `its pods end by themselves: the next one is made at ${timestamp(dueMs)}`
      return
    }
    try {
      this.#transaction.add('pods', draftOf(this.#kernel, deployment, { revision, nodeId }))
      this.#made += 1
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      this.#isRefused = true
      this.#isShort = true
      this.#trouble = `no pod could be made: ${error.message}`.slice(0, 2000)
    }
  }

  /** Its node is drained. */
  #moveOff(id: string): void {
    const { state, need } = this.#kernel
    const pod = state.get('pods', id)
    const node = pod?.nodeId ? state.get('nodes', pod.nodeId) : undefined
    if (!pod || !node?.drain) return
    need('podEnds').evict(this.#transaction, pod, { reason: 'Drained', message: `${node.name} is drained by ${node.drain.by}` })
  }

  #remove(id: string, reason: string): void {
    const pod = this.#kernel.state.get('pods', id)
    const message = reason === 'Replaced' ? 'its deployment has moved on' : 'its deployment needs fewer'
    if (pod) this.#kernel.need('podEnds').remove(this.#transaction, pod, { reason, message })
  }

  /** Only the last few are kept. */
  #forgetEnded(pods: readonly Pod[]): void {
    const ended = pods.filter(isEnded).toSorted((a, b) => ((a.stoppedAt ?? '') < (b.stoppedAt ?? '') ? 1 : -1))
    for (const { id } of ended.slice(ENDED_KEPT)) this.#transaction.delete('pods', id)
  }

  /** Writes down how it stands, and what follows from it: a revision is good, has failed, is promoted, or gives way. */
  #settle(desired: number): void {
    const deployment = this.#deployment
    const now = this.#kernel.clock.now()
    const aim = aimOf(deployment, desired)
    const members = this.#members(deployment, this.#pods)
    const status = statusOf(deployment, { aim, members, now, trouble: this.#trouble })
    const current = currentOf(deployment)
    const mark = (fields: Partial<typeof current>) => [...deployment.revisions.slice(0, -1), { ...current, ...fields }]
    if (status.phase === 'complete' && !current.isGood) {
      this.#transaction.update('deployments', this.#id, { status, revisions: mark({ isGood: true, hasFailed: false, isPromoted: true }) })
    } else if (this.#isHealthyCanary(deployment, status, now)) {
      const promoted = { ...status, progressAt: this.#transaction.time }
      this.#transaction.update('deployments', this.#id, { revisions: mark({ isPromoted: true }), status: promoted })
    } else if (isOverdue(deployment, status, now)) this.#fail(deployment, mark({ hasFailed: true }))
    else if (!isSame(status, deployment.status)) this.#transaction.update('deployments', this.#id, { status })
  }

  #isHealthyCanary({ strategy, revisions, name }: Deployment, { phase, progressAt }: Deployment['status'], now: number): boolean {
    const seconds = strategy.canary?.promoteAfterSeconds ?? null
    const isTrying = phase === 'canary' && !currentOf({ revisions, name }).isPromoted
    return isTrying && seconds !== null && now - Date.parse(progressAt) >= seconds * 1000
  }

  #fail(deployment: Deployment, revisions: Deployment['revisions']): void {
    const { newId } = this.#kernel
    const good = goodOf(deployment)
    if (!good || !deployment.strategy.autoRollback) {
      this.#transaction.update('deployments', this.#id, { revisions })
      return
    }
    const { packId, packVersion, template } = good
    const [at, actorId, reason, newKey] = [this.#transaction.time, 'deployments', 'AutoRolledBack', newId().slice(-8)]
    const next = { pack: { id: packId, version: packVersion }, template, at, actorId, reason, newKey }
    const wanted = deployment.followVersion ? deployment.packVersion : packVersion
    this.#begin({ ...withRevision({ ...deployment, revisions }, next), template, packVersion: wanted })
  }
}

function isOverdue({ strategy, revisions, name, paused }: Deployment, { phase, progressAt }: Deployment['status'], now: number): boolean {
  const current = currentOf({ revisions, name })
  if (phase !== 'progressing' || current.isGood || current.hasFailed || paused) return false
  return now - Date.parse(progressAt) >= strategy.progressDeadlineSeconds * 1000
}

/** epoch ms from which what ended by itself is replaced */
function replaceableAt(ended: readonly Pod[]): number {
  const ends = ended
    .filter(({ status }) => status === 'succeeded' || status === 'failed')
    .map(({ stoppedAt }) => Date.parse(stoppedAt ?? '') || 0)
    .toSorted((a, b) => b - a)
  const [last = 0] = ends
  const recent = ends.filter((at) => last - at < REMEMBERED_MS).length
  return recent < 2 ? 0 : last + Math.min(REPLACE_LONGEST_MS, REPLACE_FIRST_MS * 2 ** (recent - 2))
}
