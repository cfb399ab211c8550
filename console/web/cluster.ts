/**
 * The cluster as this tab sees it: one connection, and a reactive copy of each kind that the console shows. What arrives within a
 * frame of the screen is applied at once, so that a thousand changes a second are sixty renderings.
 */
import { shallowReactive, shallowRef } from '@vue/reactivity'
import type { Namespace } from '../../kernel/schema/cluster.ts'
import type { Node } from '../../kernel/schema/node.ts'
import type { Pack } from '../../kernel/schema/pack.ts'
import type { Pod } from '../../kernel/schema/pod.ts'
import { WireClient, type Socket } from '../../kernel/wire/client.ts'
import type { Event, WireProblem } from '../../kernel/wire/frames.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'
import { browserClock } from './clock.ts'
import { HTTP_UNAUTHORIZED } from './http.ts'

export const KINDS = ['nodes', 'pods', 'packs', 'namespaces'] as const
export type Kind = (typeof KINDS)[number]
/** `ended`: the server hung up for good. */
export type Link = 'connecting' | 'online' | 'reconnecting' | 'ended'

export interface ClusterOptions {
  readonly token: () => string
  /** The server does not take the credential any more; may be called more than once. */
  readonly onUnauthenticated: () => void
}

export class Cluster {
  readonly #nodes = new ReplicaOf<Node>()
  readonly #pods = new ReplicaOf<Pod>()
  readonly #packs = new ReplicaOf<Pack>()
  readonly #namespaces = new ReplicaOf<Namespace>()
  readonly #link = shallowRef<Link>('connecting')
  readonly #loaded = shallowReactive(new Set<Kind>())
  readonly #refused = shallowReactive(new Map<Kind, string>())
  readonly #client: WireClient
  readonly token: () => string
  readonly #onUnauthenticated: () => void
  #arrived: (() => void)[] = []

  constructor({ token, onUnauthenticated }: ClusterOptions) {
    this.token = token
    this.#onUnauthenticated = onUnauthenticated
    this.#client = new WireClient({
      url: `${location.origin.replace(/^http/, 'ws')}/ws`,
      token,
      open: (url): Socket => new WebSocket(url),
      clock: browserClock,
      random: Math.random,
      onWelcome: () => (this.#link.value = 'online'),
      onGone: (final) => this.#gone(final),
    })
    for (const kind of KINDS) this.#follow(kind)
  }

  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes.records
  }
  get pods(): ReadonlyMap<string, Pod> {
    return this.#pods.records
  }
  get packs(): ReadonlyMap<string, Pack> {
    return this.#packs.records
  }
  get namespaces(): ReadonlyMap<string, Namespace> {
    return this.#namespaces.records
  }
  get link(): Link {
    return this.#link.value
  }

  /** Whether everything of this kind has come once. */
  hasLoaded(kind: Kind): boolean {
    return this.#loaded.has(kind)
  }

  /** Why this kind may not be seen, if so. */
  refusalOf(kind: Kind): string | undefined {
    return this.#refused.get(kind)
  }

  /** Calls an operation. @throws WireError */
  ask<T>(operation: string, input: object): Promise<T> {
    return this.#client.ask<T>(operation, input)
  }

  close(): void {
    this.#client.close()
  }

  #follow(kind: Kind): void {
    const replica = { nodes: this.#nodes, pods: this.#pods, packs: this.#packs, namespaces: this.#namespaces }[kind]
    this.#client.watch(kind, {
      onEvent: (event: Event) =>
        this.#soon(() => {
          replica.apply(event)
          this.#loaded.add(kind)
        }),
      onRefused: (problem) => this.#refuse(kind, problem),
    })
  }

  /** With the next frame of the screen; at once where there is none, because the tab is hidden. */
  #soon(apply: () => void): void {
    this.#arrived.push(apply)
    if (document.hidden) this.#applyAll()
    else if (this.#arrived.length === 1) requestAnimationFrame(() => this.#applyAll())
  }

  #applyAll(): void {
    const arrived = this.#arrived
    this.#arrived = []
    for (const apply of arrived) apply()
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
