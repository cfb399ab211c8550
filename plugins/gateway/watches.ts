/**
 * Watches: from durable commits to events. A watch first gets everything, or what has changed since the revision that it names
 * if that is still remembered; then one event per commit that concerns it.
 */
import {
  KernelError,
  matchesSelector,
  parseSelector,
  type Change,
  type ChangeSet,
  type KindName,
  type Labels,
  type LabelSelector,
  type PluginKernel,
  type Principal,
} from '../../kernel/index.ts'
import type { Event, WatchFilter } from '../../kernel/wire/frames.ts'

/** How many commits a client may have missed and still be told only what it missed. */
const REMEMBERED_MAX = 2_000

export interface Watch {
  readonly id: number
  readonly kind: KindName
  readonly filter: WatchFilter
  readonly selector: LabelSelector | undefined
  readonly who: Principal
  readonly view: (record: never, who: Principal) => object | undefined
  readonly send: (event: Event) => void
}

export interface WatchRequest {
  readonly id: number
  readonly kind: string
  readonly filter?: WatchFilter
  readonly since?: number
  readonly who: Principal
  readonly send: (event: Event) => void
}

export class Watches {
  readonly #kernel: PluginKernel
  readonly #remembered: ChangeSet[] = []
  /** By kind, or by kind and node where a watch follows one node: an agent costs nothing when another's pods change. */
  readonly #groups = new Map<string, Set<Watch>>()
  #forgottenBefore: number | undefined

  constructor(kernel: PluginKernel) {
    this.#kernel = kernel
    kernel.onDurable((changeSet) => this.#publish(changeSet))
  }

  /** @throws KernelError NOT_FOUND, FORBIDDEN, INVALID. @returns what ends it */
  open({ id, kind, filter = {}, since, who, send }: WatchRequest): () => void {
    const definition = this.#kernel.state.kinds.get(kind)
    if (!definition?.watch) throw new KernelError('NOT_FOUND', `there is no kind "${kind}" to watch`)
    const { permission, view } = definition.watch
    if (!who.permissions.includes('*') && !who.permissions.includes(permission)) {
      throw new KernelError('FORBIDDEN', `${who.name} may not watch ${kind}: it needs the permission ${permission}`)
    }
    const selector = filter.labelSelector === undefined ? undefined : parseSelector(filter.labelSelector)
    const watch: Watch = { id, kind: kind as KindName, filter, selector, who, view, send }
    const missed = since === undefined ? undefined : this.#since(since)
    if (missed) this.#catchUp(watch, missed)
    else this.#snapshot(watch)
    const group = groupOf(kind, filter.nodeId)
    const members = this.#groups.get(group) ?? new Set()
    this.#groups.set(group, members.add(watch))
    return () => {
      members.delete(watch)
      if (members.size === 0) this.#groups.delete(group)
    }
  }

  /** How many there are. */
  get count(): number {
    return [...this.#groups.values()].reduce((sum, { size }) => sum + size, 0)
  }

  #publish(changeSet: ChangeSet): void {
    this.#forgottenBefore ??= changeSet.revision
    this.#remembered.push(changeSet)
    if (this.#remembered.length > REMEMBERED_MAX) {
      this.#remembered.shift()
      this.#forgottenBefore = this.#remembered[0]?.revision ?? changeSet.revision
    }
    const concerned = new Map<Watch, Change[]>()
    for (const change of changeSet.changes) {
      for (const group of groupsOf(change)) {
        for (const watch of this.#groups.get(group) ?? []) concerned.set(watch, [...(concerned.get(watch) ?? []), change])
      }
    }
    for (const [watch, changes] of concerned) tell(watch, changeSet.revision, changes)
  }

  /** The commits after a revision, or undefined when one of them is not remembered. */
  #since(revision: number): readonly ChangeSet[] | undefined {
    const newest = this.#kernel.revision()
    if (revision > newest) return undefined
    if (revision === newest) return []
    if (this.#forgottenBefore === undefined || revision < this.#forgottenBefore - 1) return undefined
    return this.#remembered.filter((changeSet) => changeSet.revision > revision)
  }

  #catchUp(watch: Watch, missed: readonly ChangeSet[]): void {
    const changes = missed.flatMap((changeSet) => changeSet.changes.filter(({ kind }) => kind === watch.kind))
    tell(watch, this.#kernel.revision(), changes)
  }

  #snapshot(watch: Watch): void {
    const put: object[] = []
    for (const record of this.#kernel.durable.all(watch.kind)) {
      const seen = see(watch, record)
      if (seen) put.push(seen)
    }
    watch.send({ type: 'event', id: watch.id, revision: this.#kernel.revision(), isSnapshot: true, put, gone: [] })
  }
}

const groupOf = (kind: string, nodeId: string | undefined): string => (nodeId === undefined ? kind : `${kind}/${nodeId}`)

function groupsOf(change: Change): ReadonlySet<string> {
  const groups = new Set([change.kind])
  for (const record of [change.before, change.op === 'put' ? change.record : undefined]) {
    if (record && 'nodeId' in record && typeof record.nodeId === 'string') groups.add(groupOf(change.kind, record.nodeId))
  }
  return groups
}

/** One event for what several changes come to; none when nothing of it is the watcher's to see. */
function tell(watch: Watch, revision: number, changes: readonly Change[]): void {
  const latest = new Map<string, object | undefined>()
  for (const change of changes) {
    const seen = change.op === 'put' ? see(watch, change.record) : undefined
    const wasSeen = latest.has(change.id) || (change.before !== undefined && see(watch, change.before) !== undefined)
    if (seen || wasSeen) latest.set(change.id, seen)
  }
  const put = [...latest.values()].flatMap((record) => record ?? [])
  const gone = [...latest].flatMap(([id, record]) => (record ? [] : [id]))
  if (latest.size > 0) watch.send({ type: 'event', id: watch.id, revision, isSnapshot: false, put, gone })
}

interface Filterable {
  readonly nodeId?: string | null
  readonly namespace?: string
  readonly labels?: Labels
}

function see({ filter, selector, view, who }: Watch, record: object): object | undefined {
  const { nodeId, namespace, labels = {} } = record as Filterable
  if (filter.nodeId !== undefined && nodeId !== filter.nodeId) return undefined
  if (filter.namespace !== undefined && namespace !== filter.namespace) return undefined
  if (selector && !matchesSelector(selector, labels)) return undefined
  return view(record as never, who)
}
