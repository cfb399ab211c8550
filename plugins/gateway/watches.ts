/**
 * Watches: from durable commits to events. A watch first gets everything, in parts where there is much and its owner takes them, or what
 * has changed since the revision that it names if that is still remembered; then one event per commit that concerns it.
 */
import {
  KernelError,
  matchesSelector,
  parseSelector,
  type Change,
  type ChangeSet,
  type Entity,
  type KindName,
  type Labels,
  type LabelSelector,
  type PluginKernel,
  type Principal,
} from '../../kernel/index.ts'
import type { WatchFilter } from '../../kernel/wire/frames.ts'
import type { NextPart } from './courier.ts'
import { PART_RECORDS, Roll } from './roll.ts'
import { Snapshot } from './snapshot.ts'
import { eventText, Texts } from './texts.ts'

/** How many commits a client may have missed and still be told only what it missed, and how many changes are remembered for that. */
const REMEMBERED_MAX = 2_000
export const REMEMBERED_CHANGES_MAX = 20_000

/** Where the events of one watch go. */
export interface Reader {
  /** One event, now. */
  readonly tell: (text: string) => void
  /** One after the other, as fast as it reads. @returns what ends it */
  readonly deliver: (snapshot: NextPart) => () => void
}

export interface WatchRequest {
  readonly id: number
  readonly kind: string
  readonly filter?: WatchFilter
  readonly since?: number
  readonly inParts?: boolean
  readonly who: Principal
  readonly reader: Reader
}

interface Watch {
  readonly id: number
  readonly kind: KindName
  readonly filter: WatchFilter
  readonly selector: LabelSelector | undefined
  readonly who: Principal
  readonly view: (record: never, who: Principal) => object | undefined
  readonly reader: Reader
  /** While it comes in parts. */
  snapshot: Snapshot | undefined
}

interface SharedRoll {
  readonly roll: Roll
  readers: number
}

export class Watches {
  readonly #kernel: PluginKernel
  readonly #remembered: ChangeSet[] = []
  #rememberedChanges = 0
  /** By kind, or by kind and node where a watch follows one node: an agent costs nothing when another's pods change. */
  readonly #groups = new Map<string, Set<Watch>>()
  /** By kind, while somebody is being told everything of it. */
  readonly #rolls = new Map<string, SharedRoll>()
  #forgottenBefore: number | undefined

  constructor(kernel: PluginKernel) {
    this.#kernel = kernel
    kernel.onDurable((changeSet) => this.#publish(changeSet))
  }

  /** @throws KernelError NOT_FOUND, FORBIDDEN, INVALID. @returns what ends it */
  open({ id, kind, filter = {}, since, inParts = false, who, reader }: WatchRequest): () => void {
    const definition = this.#kernel.state.kinds.get(kind)
    if (!definition?.watch) throw new KernelError('NOT_FOUND', `there is no kind "${kind}" to watch`)
    const { permission, view } = definition.watch
    if (!who.permissions.includes('*') && !who.permissions.includes(permission)) {
      throw new KernelError('FORBIDDEN', `${who.name} may not watch ${kind}: it needs the permission ${permission}`)
    }
    const selector = filter.labelSelector === undefined ? undefined : parseSelector(filter.labelSelector)
    const watch: Watch = { id, kind: kind as KindName, filter, selector, who, view, reader, snapshot: undefined }
    const missed = since === undefined ? undefined : this.#since(since)
    let end = (): void => undefined
    if (missed) this.#catchUp(watch, missed)
    else if (inParts && this.#isLarge(watch)) end = this.#deliver(watch)
    else this.#tellAll(watch)
    const group = groupOf(kind, filter.nodeId)
    const members = this.#groups.get(group) ?? new Set()
    this.#groups.set(group, members.add(watch))
    return () => {
      end()
      members.delete(watch)
      if (members.size === 0) this.#groups.delete(group)
    }
  }

  /** How many there are. */
  get count(): number {
    return [...this.#groups.values()].reduce((sum, { size }) => sum + size, 0)
  }

  #publish(changeSet: ChangeSet): void {
    this.#remember(changeSet)
    const concerned = new Map<Watch, Change[]>()
    for (const change of changeSet.changes) {
      this.#rolls.get(change.kind)?.roll.touch(change.id)
      for (const group of groupsOf(change)) {
        for (const watch of this.#groups.get(group) ?? []) {
          if (watch.snapshot?.isToCome(change.id)) continue
          const changes = concerned.get(watch)
          if (changes) changes.push(change)
          else concerned.set(watch, [change])
        }
      }
    }
    const texts = new Texts()
    for (const [watch, changes] of concerned) tell(watch, { revision: changeSet.revision, changes, texts })
  }

  /** One commit can change every node there is: what is remembered is counted in changes too. */
  #remember(changeSet: ChangeSet): void {
    const remembered = this.#remembered
    this.#forgottenBefore ??= changeSet.revision
    remembered.push(changeSet)
    this.#rememberedChanges += changeSet.changes.length
    while (remembered.length > REMEMBERED_MAX || this.#rememberedChanges > REMEMBERED_CHANGES_MAX) {
      const oldest = remembered.shift()
      if (!oldest) return
      this.#rememberedChanges -= oldest.changes.length
      this.#forgottenBefore = oldest.revision + 1
    }
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
    tell(watch, { revision: this.#kernel.revision(), changes, texts: new Texts() })
  }

  #tellAll(watch: Watch): void {
    const put: object[] = []
    for (const record of this.#recordsFor(watch)) {
      const seen = see(watch, record)
      if (seen) put.push(seen)
    }
    const event = { id: watch.id, revision: this.#kernel.revision(), isSnapshot: true, gone: [] }
    watch.reader.tell(eventText(event, JSON.stringify(put)))
  }

  /** What one node has is found without looking at all others: thousands of agents come back at once. */
  #recordsFor({ kind, filter: { nodeId } }: Watch): Iterable<object> {
    const { state, durable } = this.#kernel
    const isIndexed = state.kind(kind).indexes?.['nodeId'] !== undefined
    return nodeId !== undefined && isIndexed ? durable.by(kind, 'nodeId', nodeId) : durable.all(kind)
  }

  #isLarge({ kind, filter: { nodeId } }: Watch): boolean {
    return nodeId === undefined && this.#kernel.state.table(kind).raw.size > PART_RECORDS
  }

  #deliver(watch: Watch): () => void {
    const { kind, id } = watch
    const { durable, revision } = this.#kernel
    const { roll, leave } = this.#join(kind)
    const snapshot = new Snapshot({
      roll,
      get: (record) => durable.get(kind, record),
      see: (record) => see(watch, record),
      toText: (part, put) => eventText({ id, revision: revision(), ...part, gone: [] }, put),
      onEnd() {
        watch.snapshot = undefined
        leave()
      },
    })
    watch.snapshot = snapshot
    const cancel = watch.reader.deliver(() => snapshot.next())
    return () => {
      cancel()
      snapshot.end()
    }
  }

  #join(kind: KindName): { readonly roll: Roll; readonly leave: () => void } {
    const shared = this.#rolls.get(kind) ?? { roll: new Roll(inOrder(this.#kernel.durable.all(kind))), readers: 0 }
    this.#rolls.set(kind, shared)
    shared.readers += 1
    const leave = (): void => {
      shared.readers -= 1
      if (shared.readers === 0) this.#rolls.delete(kind)
    }
    return { roll: shared.roll, leave }
  }
}

/** What is on one node comes together: whoever draws nodes draws each once, and not anew with every part. */
function inOrder(records: Iterable<Entity>): readonly string[] {
  const onNodes = new Map<Filterable['nodeId'], string[]>()
  for (const record of records) {
    const { nodeId } = record as Filterable
    const ids = onNodes.get(nodeId)
    if (ids) ids.push(record.id)
    else onNodes.set(nodeId, [record.id])
  }
  return [...onNodes.values()].flat()
}

const groupOf = (kind: string, nodeId: string | undefined): string => (nodeId === undefined ? kind : `${kind}/${nodeId}`)

function groupsOf(change: Change): ReadonlySet<string> {
  const groups = new Set([change.kind])
  for (const record of [change.before, change.op === 'put' ? change.record : undefined]) {
    if (record && 'nodeId' in record && typeof record.nodeId === 'string') groups.add(groupOf(change.kind, record.nodeId))
  }
  return groups
}

interface News {
  readonly revision: number
  readonly changes: readonly Change[]
  readonly texts: Texts
}

/** One event for what several changes come to; none when nothing of it is the watcher's to see. */
function tell(watch: Watch, { revision, changes, texts }: News): void {
  const latest = new Map<string, object | undefined>()
  for (const change of changes) {
    const seen = change.op === 'put' ? see(watch, change.record) : undefined
    const wasSeen = latest.has(change.id) || (change.before !== undefined && see(watch, change.before) !== undefined)
    if (seen || wasSeen) latest.set(change.id, seen)
  }
  const put = [...latest.values()].flatMap((record) => record ?? [])
  const gone = [...latest].flatMap(([id, record]) => (record ? [] : [id]))
  if (latest.size > 0) watch.reader.tell(eventText({ id: watch.id, revision, isSnapshot: false, gone }, texts.listOf(put)))
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
