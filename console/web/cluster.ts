/**
 * The cluster as this tab sees it: one connection, and a reactive copy of each kind that the console shows, followed from the first
 * time that somebody reads it. What arrives within a frame of the screen is applied at once, as far as there is time in it, so that a
 * thousand changes a second are sixty renderings.
 */
import { shallowReactive, shallowRef } from '@vue/reactivity'
import type { ClusterConfig, Namespace, PriorityClass } from '../../kernel/schema/cluster.ts'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import type { ClusterEvent } from '../../kernel/schema/event.ts'
import type { Node } from '../../kernel/schema/node.ts'
import type { Pack } from '../../kernel/schema/pack.ts'
import type { Pod } from '../../kernel/schema/pod.ts'
import type { Secret } from '../../kernel/schema/secret.ts'
import { WireClient, type Socket } from '../../kernel/wire/client.ts'
import type { Event, WireProblem } from '../../kernel/wire/frames.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'
import { Recorder } from './charts/recorder.ts'
import { browserClock } from './clock.ts'
import { Fleet } from './fleet.ts'
import { Foreseen, type Expectation } from './foreseen.ts'
import { HTTP_UNAUTHORIZED } from './http.ts'
import { Intake } from './intake.ts'

/** As everybody is shown it: without what it holds. */
export type ShownSecret = Omit<Secret, 'keyId' | 'sealed'>

export interface Records {
  readonly nodes: Node
  readonly pods: Pod
  readonly packs: Pack
  readonly namespaces: Namespace
  readonly deployments: Deployment
  readonly clusterConfigs: ClusterConfig
  readonly priorityClasses: PriorityClass
  readonly secrets: ShownSecret
  readonly events: ClusterEvent
}
export type Kind = keyof Records
/** Those that have a list. */
export const KINDS = ['nodes', 'pods', 'deployments', 'packs', 'namespaces'] as const
export type Listed = (typeof KINDS)[number]
type All<K extends Kind> = ReadonlyMap<string, Records[K]>
/** How many records of a kind have come, and about how many there are. */
export interface Progress {
  readonly come: number
  readonly all: number
}
/** `ended`: the server hung up for good. */
export type Link = 'connecting' | 'online' | 'reconnecting' | 'ended'

export interface ClusterOptions {
  readonly token: () => string
  /** The server does not take the credential any more; may be called more than once. */
  readonly onUnauthenticated: () => void
}

export class Cluster {
  /** What the nodes hold. */
  readonly fleet = new Fleet()
  readonly token: () => string
  readonly #onUnauthenticated: () => void
  readonly #link = shallowRef<Link>('connecting')
  #welcome: () => void = () => undefined
  /** What a page asks while it is loaded waits for the first welcome. */
  readonly #welcomed = new Promise<void>((resolve) => (this.#welcome = resolve))
  readonly #loaded = shallowReactive(new Set<Kind>())
  readonly #progress = shallowReactive(new Map<Kind, Progress>())
  readonly #refused = shallowReactive(new Map<Kind, string>())
  readonly #client: WireClient
  readonly #replicas: { readonly [K in Kind]: ReplicaOf<Records[K]> } = {
    nodes: new ReplicaOf<Node>((before, after) => this.fleet.changeNode(before, after)),
    pods: new ReplicaOf<Pod>((before, after) => this.fleet.changePod(before, after)),
    packs: new ReplicaOf<Pack>(),
    namespaces: new ReplicaOf<Namespace>(),
    deployments: new ReplicaOf<Deployment>(),
    clusterConfigs: new ReplicaOf<ClusterConfig>(),
    priorityClasses: new ReplicaOf<PriorityClass>(),
    secrets: new ReplicaOf<ShownSecret>(),
    events: new ReplicaOf<ClusterEvent>(),
  }
  /** What the fleet did since this tab began to look on. */
  readonly recorder = new Recorder(this.fleet, { nodes: () => this.#replicas.nodes.raw.values(), clock: browserClock })
  /** On top of the copies, what this tab has asked for. */
  readonly #foreseen = new Foreseen({
    get: (kind, id) => this.#replicas[kind as Kind].raw.get(id),
    put: (kind, record) => this.#put(kind as Kind, record),
  })
  readonly #followed = new Set<Kind>()
  readonly #intake = new Intake({
    onApplied: () => this.fleet.flush(),
    now: () => performance.now(),
    nextFrame: () => (document.hidden ? undefined : requestAnimationFrame),
  })

  constructor({ token, onUnauthenticated }: ClusterOptions) {
    this.token = token
    this.#onUnauthenticated = onUnauthenticated
    this.#client = new WireClient({
      url: `${location.origin.replace(/^http/, 'ws')}/ws`,
      token,
      open: (url): Socket => new WebSocket(url),
      clock: browserClock,
      random: Math.random,
      onWelcome: () => {
        this.#link.value = 'online'
        this.#welcome()
      },
      onGone: (final) => this.#gone(final),
    })
    this.#follow('nodes')
    this.#follow('pods')
  }

  get nodes(): All<'nodes'> {
    return this.all('nodes')
  }
  get pods(): All<'pods'> {
    return this.all('pods')
  }
  get link(): Link {
    return this.#link.value
  }

  /** Followed by the effect that reads it. */
  all<K extends Kind>(kind: K): All<K> {
    this.#follow(kind)
    return this.#replicas[kind].records
  }

  /** The same, followed by nobody: for what is read a hundred thousand at a time. */
  raw<K extends Kind>(kind: K): All<K> {
    this.#follow(kind)
    return this.#replicas[kind].raw
  }

  /** Whether everything of this kind has come once. */
  hasLoaded(kind: Kind): boolean {
    this.#follow(kind)
    return this.#loaded.has(kind)
  }

  /** While a kind comes in parts, for the first time or after a long absence. */
  progressOf(kind: Kind): Progress | undefined {
    this.#follow(kind)
    return this.#progress.get(kind)
  }

  /** Why this kind may not be seen, if so. */
  refusalOf(kind: Kind): string | undefined {
    this.#follow(kind)
    return this.#refused.get(kind)
  }

  /** Hears of each change of a kind of which no copy is kept. @returns what ends it */
  hear(kind: string, listener: { onEvent: (event: Event) => void; onRefused: (problem: WireProblem) => void }): () => void {
    return this.#client.watch(kind, listener)
  }

  /** Calls an operation. @param expectation what is shown until it is answered. @throws WireError */
  async ask<T>(operation: string, input: object, expectation?: Expectation<Kind>): Promise<T> {
    await this.#welcomed
    const ask = (): Promise<T> => this.#client.ask<T>(operation, input)
    return expectation ? this.#foreseen.during(expectation, ask) : ask()
  }

  close(): void {
    this.recorder.close()
    this.#client.close()
  }

  #follow(kind: Kind): void {
    if (this.#followed.has(kind)) return
    this.#followed.add(kind)
    this.#client.watch(kind, {
      inParts: true,
      onEvent: (event) => this.#intake.add({ records: event.put.length + event.gone.length, apply: () => this.#apply(kind, event) }),
      onRefused: (problem) => this.#refuse(kind, problem),
    })
  }

  #apply(kind: Kind, event: Event): void {
    this.#replicas[kind].apply(this.#foreseen.over(kind, event))
    const { isSnapshot, left = 0, put } = event
    if (!isSnapshot && event.left === undefined) return
    const come = put.length + (isSnapshot ? 0 : (this.#progress.get(kind)?.come ?? 0))
    if (left > 0) this.#progress.set(kind, { come, all: come + left })
    else {
      this.#progress.delete(kind)
      this.#loaded.add(kind)
    }
  }

  #put(kind: Kind, record: object): void {
    this.#replicas[kind].apply({ type: 'event', id: 0, revision: 0, isSnapshot: false, put: [record], gone: [] })
    this.fleet.flush()
  }

  #refuse(kind: Kind, { status, detail }: WireProblem): void {
    if (status === HTTP_UNAUTHORIZED) this.#onUnauthenticated()
    else this.#refused.set(kind, detail)
  }

  #gone(final: WireProblem | undefined): void {
    this.#link.value = final ? 'ended' : this.#link.value === 'connecting' ? 'connecting' : 'reconnecting'
    if (final?.status === HTTP_UNAUTHORIZED) this.#onUnauthenticated()
  }
}
