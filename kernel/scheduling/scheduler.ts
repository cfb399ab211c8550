/**
 * The scheduling loop: takes waiting pods in order, asks the plugins where each may and would rather run, and binds, preempts,
 * or parks it with the reason. It works in passes of bounded size and gives way between them; each pass is one commit.
 */
import type { Change } from '../changes.ts'
import type { Clock } from '../clock.ts'
import { timestamp } from '../clock.ts'
import type { Committer } from '../commit.ts'
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import { isEnded, type Node, type Pod } from '../schema/index.ts'
import type { State } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import type { Cause, ClassPod, NodeFacts } from './candidates.ts'
import { Books } from './books.ts'
import type { Judgement } from './judgement.ts'
import { Placement, type Explanation } from './placement.ts'
import type { Nomination } from './preemption.ts'
import { Queue } from './queue.ts'
import type { Usage } from './usage.ts'

const PODS_PER_PASS = 256
const CLASSES_MAX = 1_000
const STORE_RETRY_MS = 1_000
const PREEMPTED = 'Preempted'

export interface SchedulerOptions {
  readonly state: State
  readonly committer: Committer
  readonly hooks: () => Hooks
  readonly clock: Clock
  readonly log: Log
}

export class Scheduler {
  readonly #books = new Books()
  readonly #options: SchedulerOptions
  readonly #queue: Queue
  readonly #classes = new Map<string, Placement>()
  #classesOf: Hooks | undefined
  readonly #nominated = new Map<string, readonly string[]>()
  /** Victims that were on their way out when this began: for whom is not known any more, so all wait for them. */
  readonly #leaving = new Set<string>()
  #isRunning = false
  #isScheduled = false
  #isPassing = false
  #isPaused = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#queue = new Queue(options.clock, () => this.#wake())
    options.committer.onApplied(({ changes }) => this.#observe(changes))
  }

  /** What the pods on each node hold. */
  get usage(): Usage {
    return this.#books.usage
  }

  /** How many pods wait for a node. */
  get pending(): number {
    return this.#queue.size
  }

  /** Counts what is there and begins. */
  start(): void {
    for (const node of this.#options.state.all('nodes')) this.#books.setNode(node.id, node)
    for (const pod of this.#options.state.all('pods')) {
      this.#books.add(pod)
      if (pod.status === 'stopping' && pod.reason === PREEMPTED) this.#leaving.add(pod.id)
      if (isWaiting(pod)) this.#queue.put(pod, { isNews: true })
    }
    this.#isRunning = true
    this.#wake()
  }

  stop(): void {
    this.#isRunning = false
  }

  /** What plugins say has changed by itself: they are asked anew, for every pod that waits. */
  reconsider(): void {
    if (!this.#isRunning) return
    this.#forgetClasses()
    // Every parked pod waits for this, whoever refused it.
    this.#queue.wake(new Set(['nodes:put']))
  }

  /** Where a pod would go now, and why not elsewhere. Changes nothing. */
  judge(pod: ClassPod & { readonly id?: string }): Judgement {
    return this.#placement(pod).judge(pod.id)
  }

  /** Everything that every plugin says of every node for a pod. Changes nothing. @param only these plugins; all unless told */
  explain(pod: ClassPod, only?: ReadonlySet<string>): Explanation[] {
    return this.#briefly(pod, only, (placement) => placement.explain())
  }

  /** Each plugin's score of some nodes for a pod, whether they are feasible or not. Changes nothing. */
  scores(
    pod: ClassPod,
    among: readonly NodeFacts[],
    only?: ReadonlySet<string>,
  ): Map<NodeFacts, { scores: Record<string, number>; total: number }> {
    return this.#briefly(pod, only, (placement) => placement.scores(among))
  }

  /** All nodes as plugins see them. */
  facts(): readonly NodeFacts[] {
    return [...this.#books.nodes.all()]
  }

  /** Whom preemption would evict for a pod that fits nowhere. Changes nothing. */
  nominate(pod: Pod): Nomination | undefined {
    return this.judge(pod).best ? undefined : this.#preempt(pod)
  }

  #briefly<T>(pod: ClassPod, only: ReadonlySet<string> | undefined, ask: (placement: Placement) => T): T {
    const { hooks, log } = this.#options
    const placement = new Placement(pod, { hooks: hooks(), books: this.#books, log, ...(only ? { only } : {}) })
    try {
      return ask(placement)
    } finally {
      placement.close()
    }
  }

  #observe(changes: readonly Change[]): void {
    if (!this.#isRunning) return
    this.#books.apply(changes)
    const happened = new Set<Cause>()
    if (changes.some(({ kind }) => this.#options.state.kinds.get(kind)?.shapesPlacement)) {
      this.#forgetClasses()
      // Every parked pod waits for this too, whoever refused it.
      happened.add('nodes:put')
    }
    for (const change of changes) {
      happened.add(`${change.kind}:${change.op}`)
      if (change.kind === 'pods') this.#observePod(change, happened)
    }
    this.#queue.wake(happened)
  }

  #observePod(change: Change, happened: Set<Cause>): void {
    const before = change.before as Pod | undefined
    const after = change.op === 'put' ? (change.record as Pod) : undefined
    const held = before !== undefined && before.nodeId !== null && !isEnded(before)
    if (held && (!after || isEnded(after) || after.nodeId !== before.nodeId)) happened.add('pods:release')
    if (!after || !isWaiting(after)) {
      this.#nominated.delete(change.id)
      return this.#queue.remove(change.id)
    }
    const isNews = !before || !isWaiting(before) || classKey(before) !== classKey(after) || before.priority !== after.priority
    return this.#queue.put(after, { isNews })
  }

  #wake(): void {
    if (!this.#isRunning || this.#isPaused || this.#isScheduled || this.#isPassing || !this.#queue.hasReady) return
    this.#isScheduled = true
    this.#options.clock.after(0, () => {
      this.#isScheduled = false
      void this.#pass()
    })
  }

  async #pass(): Promise<void> {
    if (!this.#isRunning || this.#isPaused) return
    this.#isPassing = true
    const pods = this.#queue.take(PODS_PER_PASS)
    const { committer, clock, log } = this.#options
    const committed = committer.commit({ actorId: 'scheduler' }, (transaction) => this.#placeAll(pods, transaction))
    // The next pass need not wait for the store: it works on the state as this one left it.
    this.#isPassing = false
    this.#wake()
    try {
      await committed
    } catch (error) {
      log.warn('placements were not committed; they will be tried again', { pods: pods.length, error: String(error) })
      // What was undone is waiting again already: without a pause a store that is away would be asked without end.
      this.#isPaused = true
      clock.after(STORE_RETRY_MS, () => this.#retry(pods))
    }
  }

  #retry(pods: readonly Pod[]): void {
    this.#isPaused = false
    for (const { id } of pods) {
      const pod = this.#options.state.get('pods', id)
      if (pod && isWaiting(pod)) this.#queue.put(pod, { isNews: true })
    }
    this.#wake()
  }

  /** Each pod sees the places that those before it in this pass have taken; the commit then counts them for good. */
  #placeAll(pods: readonly Pod[], transaction: Transaction): void {
    const bound: Pod[] = []
    try {
      for (const { id } of pods) {
        const placed = this.#place(id, transaction)
        if (!placed) continue
        bound.push(placed)
        this.#books.add(placed)
      }
    } finally {
      for (const pod of bound) this.#books.remove(pod)
    }
  }

  /** @returns the pod as bound, or undefined when it was left waiting */
  #place(podId: string, transaction: Transaction): Pod | undefined {
    const pod = this.#options.state.get('pods', podId)
    if (!pod || !isWaiting(pod)) return undefined
    const judgement = this.judge(pod)
    if (judgement.best) return bind(pod, judgement.best, transaction)
    const nomination = this.#isMadeRoomFor(pod) ? undefined : this.#preempt(pod)
    if (nomination) this.#evict(pod, nomination, transaction)
    const statusMessage = judgement.summary
    if (pod.statusMessage !== statusMessage || pod.reason !== 'Unschedulable') {
      transaction.update('pods', pod.id, { statusMessage, reason: 'Unschedulable' })
    }
    this.#queue.park(pod.id, judgement.causes)
    return undefined
  }

  #preempt(pod: Pod): Nomination | undefined {
    const { preempt } = this.#options.hooks()
    if (pod.preemptionPolicy === 'Never' || !preempt.isUsed() || !this.#books.hasBelow(pod.priority)) return undefined
    const placement = this.#placement(pod)
    return preempt.call({
      pod,
      nodes: this.facts(),
      isHopeless: (node) => placement.isHopeless(node),
      podsOn: (node) => [...this.#books.podsOn(node.id)],
      recall: (node, compute) => placement.recall(node, compute),
      fitsWithout: (node, victims) => placement.fitsWithout(node, victims),
    })
  }

  /** Whether pods are on their way out for this one: they are waited for before others are asked to go. */
  #isMadeRoomFor({ id }: Pod): boolean {
    const isStopping = (victimId: string) => this.#options.state.get('pods', victimId)?.status === 'stopping'
    for (const victimId of this.#leaving) if (!isStopping(victimId)) this.#leaving.delete(victimId)
    const isAnyLeft = this.#leaving.size > 0 || (this.#nominated.get(id) ?? []).some(isStopping)
    if (!isAnyLeft) this.#nominated.delete(id)
    return isAnyLeft
  }

  #evict(pod: Pod, { victims }: Nomination, transaction: Transaction): void {
    this.#nominated.set(
      pod.id,
      victims.map(({ id }) => id),
    )
    for (const victim of victims) {
      transaction.update('pods', victim.id, {
        status: 'stopping',
        reason: PREEMPTED,
        statusMessage: `makes way for ${pod.namespace}/${pod.name}`,
      })
    }
  }

  #forgetClasses(): void {
    for (const placement of this.#classes.values()) placement.close()
    this.#classes.clear()
  }

  #placement(pod: ClassPod): Placement {
    const hooks = this.#options.hooks()
    if (this.#classesOf !== hooks || this.#classes.size >= CLASSES_MAX) {
      this.#forgetClasses()
      this.#classesOf = hooks
    }
    const key = classKey(pod)
    const known = this.#classes.get(key)
    if (known) return known
    const made = new Placement(pod, { hooks, books: this.#books, log: this.#options.log })
    this.#classes.set(key, made)
    return made
  }
}

function bind(pod: Pod, node: Node, transaction: Transaction): Pod {
  return transaction.update('pods', pod.id, {
    nodeId: node.id,
    status: 'scheduled',
    incarnation: pod.incarnation + 1,
    scheduledAt: timestamp(transaction.at),
    statusMessage: `bound to ${node.name}`,
    reason: 'Scheduled',
  })
}

const isWaiting = (pod: Pod): boolean => pod.status === 'pending' && pod.nodeId === null && pod.deletedAt === null

/** Pods with the same key are judged alike. */
function classKey(pod: ClassPod): string {
  const { namespace, packId, nodeName, labels, tolerations, resources, scheduling, priority, preemptionPolicy, deploymentId } = pod
  return JSON.stringify([namespace, packId, nodeName, labels, tolerations, resources, scheduling, priority, preemptionPolicy, deploymentId])
}
