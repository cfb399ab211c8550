/**
 * The scheduling loop: takes waiting pods in order, asks the plugins where each may and would rather run, and binds, preempts,
 * or parks it with the reason. It works in passes of bounded size and gives way between them; each pass is one commit.
 */
import type { Change, ChangeSet } from '../changes.ts'
import type { Clock } from '../clock.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { Committer } from '../commit.ts'
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import { isEnded, type Node, type Pod } from '../schema/index.ts'
import type { State } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { Books } from './books.ts'
import type { Cause, ClassPod, NodeFacts } from './candidates.ts'
import { CLASS_FIELDS, Classes } from './classes.ts'
import type { Held } from './columns.ts'
import type { Judgement } from './judgement.ts'
import { Meter, type Stopwatch } from './meter.ts'
import type { Card, Explanation, Placement } from './placement.ts'
import type { Nomination } from './preemption.ts'
import { Queue, type Waiting } from './queue.ts'

const PODS_PER_PASS = 256
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
  readonly #meter = new Meter()
  readonly #options: SchedulerOptions
  readonly #queue: Queue
  readonly #classes: Classes
  readonly #nominated = new Map<string, readonly string[]>()
  /** Victims that were on their way out when this began: for whom is not known any more, so all wait for them. */
  readonly #leaving = new Set<string>()
  /** Pods of passes that were not committed. */
  readonly #refused: string[] = []
  #revision = 0
  #isRunning = false
  #isScheduled = false
  #isPassing = false
  #isPaused = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#queue = new Queue(options.clock, () => this.#wake())
    this.#classes = new Classes({
      ...options,
      books: this.#books,
      meter: this.#meter,
      weightOf: (plugin) => clusterConfig(options.state).scoreWeights?.[plugin],
    })
    options.committer.onApplied((changeSet) => this.#observe(changeSet))
  }

  /** What the pods on a node hold. @returns a live view: its numbers change with the cluster */
  usageOf(nodeId: string): Held {
    return this.#books.usageOf(nodeId)
  }

  /** How many pods wait for a node. */
  get pending(): number {
    return this.#queue.size
  }

  /** Times what plugins take from now on, now and then. @returns what ends it. @throws Error when somebody measures already */
  measure(stopwatch: Stopwatch): () => void {
    return this.#meter.use(stopwatch)
  }

  /** Counts what is there and begins. */
  start(): void {
    for (const node of this.#options.state.all('nodes')) this.#books.setNode(node.id, node)
    for (const pod of this.#options.state.all('pods')) {
      this.#books.put(pod)
      if (pod.status === 'stopping' && pod.reason === PREEMPTED) this.#leaving.add(pod.id)
      if (isWaiting(pod)) this.#queue.put(pod, this.#classes.classOf(pod))
    }
    this.#revision = this.#options.committer.revision
    this.#isRunning = true
    this.#wake()
  }

  stop(): void {
    this.#isRunning = false
  }

  /** What plugins say has changed by itself: they are asked anew, for every pod that waits. */
  reconsider(): void {
    if (!this.#isRunning) return
    this.#classes.forget()
    // Every parked pod waits for this, whoever refused it.
    this.#queue.wake(new Set(['nodes:put']))
  }

  /** Where a pod would go now, and why not elsewhere. Changes nothing. */
  judge(pod: ClassPod & { readonly id?: string }): Judgement {
    return this.#classes.of(pod).judge(pod.id)
  }

  /** Everything that every plugin says of every node for a pod. Changes nothing. @param only these plugins; all unless told */
  explain(pod: ClassPod, only?: ReadonlySet<string>): Explanation[] {
    return this.#classes.briefly(pod, only, (placement) => placement.explain())
  }

  /** Each plugin's score of some nodes for a pod, whether they are feasible or not. Changes nothing. */
  scores(pod: ClassPod, among: readonly NodeFacts[], only?: ReadonlySet<string>): Map<NodeFacts, Card> {
    return this.#classes.briefly(pod, only, (placement) => placement.scores(among))
  }

  /** All nodes as plugins see them. */
  facts(): readonly NodeFacts[] {
    return this.#books.nodes.all()
  }

  /** Whom preemption would evict for a pod that fits nowhere. Changes nothing. */
  nominate(pod: Pod): Nomination | undefined {
    const placement = this.#classes.of(pod)
    return placement.judge(pod.id).best ? undefined : this.#preempt(pod, placement)
  }

  #observe({ revision, changes }: ChangeSet): void {
    if (!this.#isRunning) return
    // What was undone waits again at once: without a pause a store that is away would be asked without end.
    const isUndone = revision <= this.#revision
    if (isUndone) this.#pause()
    this.#revision = isUndone ? revision - 1 : revision
    // What a pass has done is counted already, and counted again when it has ended.
    if (!this.#isPassing) this.#books.apply(changes)
    const happened = new Set<Cause>()
    let last: Change | undefined
    for (const change of changes) {
      if (last?.kind !== change.kind || last.op !== change.op) happened.add(`${change.kind}:${change.op}`)
      last = change
      if (change.kind === 'pods') this.#observePod(change, happened)
      else if (this.#options.state.kinds.get(change.kind)?.shapesPlacement) {
        this.#classes.forget()
        happened.add('nodes:put')
      }
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
    // A new reason why it waits is no reason to try it again.
    if (before && this.#queue.has(after.id) && isJudgedAlike(before, after)) return this.#queue.replace(after)
    return this.#queue.put(after, this.#classes.classOf(after))
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
    const { committer, log } = this.#options
    const pass: Pass = { tried: [], counted: [] }
    this.#meter.beginPass()
    const committed = committer.commit({ actorId: 'scheduler' }, (transaction) => this.#placeAll(pass, transaction))
    this.#meter.endPass()
    this.#recount(pass.counted)
    // The next pass need not wait for the store: it works on the state as this one left it.
    this.#isPassing = false
    this.#wake()
    try {
      await committed
    } catch (error) {
      log.warn('placements were not committed; they will be tried again', { pods: pass.tried.length, error: String(error) })
      this.#refused.push(...pass.tried)
      this.#pause()
    }
  }

  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#options.clock.after(STORE_RETRY_MS, () => {
      this.#isPaused = false
      for (const id of this.#refused.splice(0)) {
        const pod = this.#options.state.get('pods', id)
        if (pod && isWaiting(pod)) this.#queue.put(pod, this.#classes.classOf(pod))
      }
      this.#wake()
    })
  }

  /** Each pod sees what those before it in this pass have taken, and whom they sent away. */
  #placeAll({ tried, counted }: Pass, transaction: Transaction): void {
    while (tried.length < PODS_PER_PASS) {
      const waiting = this.#queue.take()
      if (!waiting) return
      const { id } = waiting.pod
      tried.push(id)
      const pod = this.#options.state.get('pods', id)
      if (pod && isWaiting(pod)) this.#place(pod, { waiting, transaction, counted })
    }
  }

  /** The commit may have been refused before it was applied: the books go by the state. */
  #recount(pods: readonly Pod[]): void {
    for (const pod of pods) {
      const now = this.#options.state.get('pods', pod.id)
      if (now === pod) continue
      if (now?.nodeId !== pod.nodeId) this.#books.remove(pod)
      if (now) this.#books.put(now)
    }
  }

  /** @param counted gets the pods that the books count otherwise now */
  #place(pod: Pod, { waiting, transaction, counted }: { waiting: Waiting; transaction: Transaction; counted: Pod[] }): void {
    const placement = this.#classes.placementOf(waiting.podClass, pod)
    const judgement = placement.judge(pod.id, { isOnlyOne: waiting.podClass.waiting === 1 })
    if (judgement.best) {
      const bound = bind(pod, judgement.best, transaction)
      this.#books.put(bound, placement.familyOf(bound))
      counted.push(bound)
      return this.#queue.succeed(waiting)
    }
    const isServed = this.#isMadeRoomFor(pod)
    const nomination = isServed ? undefined : this.#preempt(pod, placement)
    if (nomination) counted.push(...this.#evict(pod, nomination, transaction))
    const { summary, causes } = judgement
    const others = this.#queue.park(waiting, { causes, isNominated: isServed || nomination !== undefined })
    for (const each of [pod, ...others]) sayWhy(each, summary, transaction)
    return undefined
  }

  #preempt(pod: Pod, placement: Placement): Nomination | undefined {
    const { preempt } = this.#options.hooks()
    if (pod.preemptionPolicy === 'Never' || !preempt.isUsed() || !this.#books.hasBelow(pod.priority)) return undefined
    const started = this.#meter.start()
    const nomination = preempt.call({
      pod,
      best: (search) => placement.nominate(search),
      podsOn: ({ slot }) => this.#books.podsOn(slot),
      leastOf: (node, pods) => placement.leastOf(node, pods),
    })
    this.#meter.took('preempt', started)
    return nomination
  }

  /** Whether pods are on their way out for this one: they are waited for before others are asked to go. */
  #isMadeRoomFor({ id }: Pod): boolean {
    const isStopping = (victimId: string) => this.#options.state.get('pods', victimId)?.status === 'stopping'
    for (const victimId of this.#leaving) if (!isStopping(victimId)) this.#leaving.delete(victimId)
    const isAnyLeft = this.#leaving.size > 0 || (this.#nominated.get(id) ?? []).some(isStopping)
    if (!isAnyLeft) this.#nominated.delete(id)
    return isAnyLeft
  }

  /** @returns the victims as they are now */
  #evict(pod: Pod, { victims }: Nomination, transaction: Transaction): Pod[] {
    const statusMessage = `makes way for ${pod.namespace}/${pod.name}`
    const evicted = victims.map(({ id }) => transaction.update('pods', id, { status: 'stopping', reason: PREEMPTED, statusMessage }))
    for (const victim of evicted) this.#books.put(victim)
    this.#nominated.set(
      pod.id,
      victims.map(({ id }) => id),
    )
    return evicted
  }
}

/** What one pass has done so far. */
interface Pass {
  readonly tried: string[]
  /** The pods that the books have counted before the commit is applied. */
  readonly counted: Pod[]
}

function bind(pod: Pod, node: Node, transaction: Transaction): Pod {
  return transaction.update('pods', pod.id, {
    nodeId: node.id,
    status: 'scheduled',
    incarnation: pod.incarnation + 1,
    scheduledAt: transaction.time,
    statusMessage: `bound to ${node.name}`,
    reason: 'Scheduled',
  })
}

/** Writes down why a pod waits, where that is news. */
function sayWhy(pod: Pod, statusMessage: string, transaction: Transaction): void {
  if (pod.statusMessage === statusMessage && pod.reason === UNSCHEDULABLE) return
  transaction.update('pods', pod.id, { statusMessage, reason: UNSCHEDULABLE })
}

const UNSCHEDULABLE = 'Unschedulable'

const isWaiting = (pod: Pod): boolean => pod.status === 'pending' && pod.nodeId === null && pod.deletedAt === null

/** Whether a pod that has changed while it waits is still of the same class, and has its place in the queue. */
const isJudgedAlike = (before: Pod, after: Pod): boolean =>
  isWaiting(before) && CLASS_FIELDS.every((field) => before[field] === after[field])
