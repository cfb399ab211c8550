/**
 * An agent: connects, registers, keeps what should run and what does the same, reports, and comes back as the same node after
 * the connection or the control plane was away. Its pods run on meanwhile. The same core in Node.js and in browsers.
 */
import type { Clock } from '../kernel/clock.ts'
import type { Capabilities, Node } from '../kernel/schema/node.ts'
import type { Capacity, Labels, RuntimeType } from '../kernel/schema/common.ts'
import type { Pack } from '../kernel/schema/pack.ts'
import type { Pod } from '../kernel/schema/pod.ts'
import type { Taint } from '../kernel/schema/taint.ts'
import { WireClient, WireError, type Socket } from '../kernel/wire/client.ts'
import type { WireProblem } from '../kernel/wire/frames.ts'
import { ReplicaOf } from '../kernel/wire/replica.ts'
import { readLetter, readNode, readRegistered } from './answers.ts'
import type { Letter, PodMail } from './pod-mail.ts'
import { PodRun, type ReportedStatus } from './pod-run.ts'
import { reconcile, type Task } from './reconcile.ts'
import type { AssignedPod } from './pod-spec.ts'
import type { PodEvents, RunningPod } from './runtime.ts'
import { sumOf } from './usage.ts'

const RETRY_MS = 1_000
/** A server that does not answer is not waited for by somebody who wants to stop. */
const GOODBYE_MS_MAX = 3_000
/** What the control plane gives a node that asks for a rest: plugins/nodes. */
const PAUSED_TAINT = 'stark/paused'

/** What a node says of itself when it registers. */
export interface NodeFacts {
  readonly id: string
  readonly name: string
  readonly runtimeType: RuntimeType
  readonly capabilities: Capabilities
  readonly allocatable: Capacity
  readonly labels: Labels
  readonly taints: readonly Taint[]
}

export interface Connecting {
  /** ws: or wss:, with the path /ws */
  readonly url: string
  readonly open: (url: string) => Socket
  readonly clock: Clock
  /** 0 to 1 */
  readonly random: () => number
}

export interface AgentOptions extends Connecting {
  readonly facts: NodeFacts
  /** The node's own credential. */
  readonly token: string
  /** Runs a pod of a pack. @throws Error when its bundle cannot be had */
  readonly run: (pod: AssignedPod, pack: Pack, events: PodEvents) => Promise<RunningPod>
  /** Messages between pods; without it they are refused. */
  readonly mail?: PodMail
  readonly onChange?: (status: AgentStatus) => void
  /** The control plane does not want this node any more: it was deleted, or another agent is it now. */
  readonly onRefused: (problem: WireProblem) => void
}

export interface AgentStatus {
  /** Connected and registered. */
  readonly isOnline: boolean
  /** As the control plane has it: its pods leave, and no new ones come. */
  readonly isPaused: boolean
  readonly running: number
  /** Those that are taken on, also where they have ended and the control plane has not heard all of it. */
  readonly pods: readonly PodNote[]
}

export interface PodNote {
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly status: ReportedStatus
  readonly incarnation: number
  /** Of the request that it came from. */
  readonly correlationId: string | null
}

export class Agent {
  readonly #options: AgentOptions
  #client: WireClient
  readonly #wanted = new ReplicaOf<Pod>()
  readonly #taken = new Map<string, PodRun>()
  #hasSeen = false
  #isNew = true
  /** Over the connection that there is. */
  #isRegistered = false
  #node: Node | undefined
  /** What the node's owner wants, until the control plane has taken it. */
  #pauseWanted: boolean | undefined
  #cancelBeat: (() => void) | undefined
  #cancelRetry: (() => void) | undefined
  #cancelPauseRetry: (() => void) | undefined

  constructor(options: AgentOptions) {
    this.#options = options
    this.#client = this.#connect()
    options.mail?.connect((operation, input) => this.#client.ask(operation, input))
  }

  /** Connected and registered. */
  get isOnline(): boolean {
    return this.#client.isOnline && this.#isRegistered
  }

  get status(): AgentStatus {
    const runs = [...this.#taken.values()]
    return {
      isOnline: this.isOnline,
      isPaused: this.#node?.taints.some(({ key }) => key === PAUSED_TAINT) ?? false,
      running: runs.filter(({ isRunning }) => isRunning).length,
      pods: runs.map(({ pod: { id, name, namespace, incarnation, correlationId = null }, status }) => ({
        id,
        name,
        namespace,
        status,
        incarnation,
        correlationId,
      })),
    }
  }

  /** Grows with each agent that is this node; undefined before it is known. */
  get incarnation(): number | undefined {
    return this.#node?.incarnation
  }

  /** Asks that pods leave and none come, or that they come again. Kept until the control plane has taken it. */
  setPaused(isPaused: boolean): void {
    this.#pauseWanted = isPaused
    void this.#tellPause()
  }

  /** Hangs up and stays quiet, without a word; pods are left as they are. For whoever is about to be frozen. */
  suspend(): void {
    this.#cancelTimers()
    this.#client.close()
    this.#isRegistered = false
    this.#changed()
  }

  /** Comes back after suspend, as the same agent of the same node. */
  resume(): void {
    this.#client = this.#connect()
  }

  /** Says goodbye, ends the connection and kills what still runs. */
  async stop(): Promise<void> {
    this.#cancelTimers()
    const cancel = this.#options.clock.after(GOODBYE_MS_MAX, () => this.#client.close())
    try {
      await this.#client.ask('nodes.goodbye', { id: this.#options.facts.id })
    } catch (error) {
      // Nobody there to say goodbye to: silence will tell.
      if (!(error instanceof WireError)) throw error
    } finally {
      cancel()
      this.#client.close()
      for (const run of this.#taken.values()) run.discard()
    }
  }

  #cancelTimers(): void {
    for (const cancel of [this.#cancelBeat, this.#cancelRetry, this.#cancelPauseRetry]) cancel?.()
  }

  #connect(): WireClient {
    const { url, token, open, clock, random, facts, onRefused } = this.#options
    const client = new WireClient({
      url,
      token: () => token,
      open,
      clock,
      random,
      onWelcome: () => void this.#register(),
      onNotice: ({ about, data }) => void (about === 'message' && this.#deliver(readLetter(data))),
      onGone: (final) => this.#gone(final),
    })
    client.watch('pods', {
      filter: { nodeId: facts.id },
      onEvent: (event) => {
        this.#wanted.apply(event)
        this.#hasSeen = true
        this.#act()
      },
      onRefused,
    })
    return client
  }

  async #register(): Promise<void> {
    const { clock, facts, onRefused } = this.#options
    try {
      const { node, heartbeatIntervalMs } = readRegistered(await this.#client.ask('nodes.register', { ...facts, isNew: this.#isNew }))
      this.#node = node
      this.#isNew = false
      this.#isRegistered = true
      this.#cancelBeat?.()
      this.#cancelBeat = clock.every(heartbeatIntervalMs, () => void this.#beat())
      for (const run of this.#taken.values()) run.retell()
      this.#changed()
      void this.#tellPause()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      if (!error.retryable) return onRefused({ code: error.code, detail: error.message, status: 403, retryable: false })
      // Without a connection the next welcome registers it.
      if (this.#client.isOnline) this.#cancelRetry = clock.after(RETRY_MS, () => void this.#register())
    }
  }

  #deliver(letter: Letter | undefined): void {
    if (letter) void this.#options.mail?.deliver(letter, this.#taken.get(letter.podId)?.running)
  }

  async #tellPause(): Promise<void> {
    this.#cancelPauseRetry?.()
    const wanted = this.#pauseWanted
    if (wanted === undefined || !this.#node) return
    try {
      this.#node = readNode(await this.#client.ask(wanted ? 'nodes.pause' : 'nodes.resume', { id: this.#options.facts.id }))
      if (this.#pauseWanted === wanted) this.#pauseWanted = undefined
      this.#changed()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      // Without a connection the next registration tells it again.
      if (error.retryable && this.isOnline) this.#cancelPauseRetry = this.#options.clock.after(RETRY_MS, () => void this.#tellPause())
    }
  }

  async #beat(): Promise<void> {
    const used = sumOf(await Promise.all([...this.#taken.values()].map((run) => run.usage())))
    try {
      await this.#client.ask('nodes.heartbeat', { id: this.#options.facts.id, ...(used ? { used } : {}) })
    } catch (error) {
      // The next one may get through; the server's own clock decides what silence means.
      if (!(error instanceof WireError)) throw error
    }
  }

  #gone(final: WireProblem | undefined): void {
    this.#isRegistered = false
    this.#cancelTimers()
    this.#changed()
    if (final) this.#options.onRefused(final)
  }

  /** Before the first word of the control plane nothing is known to be wanted, and nothing is touched. */
  #act(): void {
    if (!this.#hasSeen) return
    for (const task of reconcile(this.#wanted.records, this.#taken)) this.#do(task)
    this.#changed()
  }

  #do(task: Task): void {
    if (task.do === 'start') this.#take(task.pod)
    else if (task.do === 'give up') this.#take(task.pod).giveUp()
    else if (task.do === 'tell') this.#taken.get(task.pod.id)?.retellOf(task.pod.resourceVersion)
    else if (task.do === 'stop') {
      this.#taken.get(task.pod.id)?.stop(task.pod.reason ?? 'UserStopped', task.pod.terminationGracePeriodSeconds * 1000)
    } else if (task.do === 'kill') this.#taken.get(task.podId)?.discard()
    else this.#taken.delete(task.podId)
  }

  #take(pod: Pod): PodRun {
    const run = new PodRun({
      pod,
      clock: this.#options.clock,
      ask: (operation, input) => this.#client.ask(operation, input),
      start: async (taken, events) => {
        const pack = await this.#client.ask<Pack>('packs.get', { id: taken.packId })
        return this.#options.run({ ...taken, secretValues: await this.#secretsOf(taken) }, pack, events)
      },
      onChange: () => this.#act(),
    })
    this.#taken.set(pod.id, run)
    return run
  }

  /** Asked for at each start and kept nowhere. */
  async #secretsOf({ id, incarnation, secrets }: Pod): Promise<Readonly<Record<string, string>>> {
    if (secrets.length === 0) return {}
    const { values } = await this.#client.ask<{ values: Record<string, string> }>('pods.secrets', { id, incarnation })
    return values
  }

  #changed(): void {
    const { onChange } = this.#options
    if (onChange) onChange(this.status)
  }
}
