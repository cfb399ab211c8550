/**
 * The scheduler's books: what every placed pod counts for, in the numbers of its node and in the tallies that plugins keep.
 * Written from change sets; a pod counts from the moment it is bound until it has ended.
 */
import type { Change } from '../changes.ts'
import { isEnded, isLeaving, type Node, type Pod } from '../schema/index.ts'
import { Census, type Family } from './census.ts'
import type { Held } from './columns.ts'
import { NodeList } from './node-list.ts'

/** A pod as it is counted. */
interface Placed {
  pod: Pod
  readonly family: Family
}

interface Absence {
  readonly slot: number
  readonly pods: readonly Pod[]
  readonly inTallies: boolean
}

const NOBODY: ReadonlyMap<string, Placed> = new Map()
const NOTHING: Held = { cpu: 0, memory: 0, storage: 0, pods: 0, assumed: { cpu: 0, memory: 0 } }

export class Books {
  readonly nodes = new NodeList()
  readonly census = new Census(this.nodes)
  readonly #placed: (Map<string, Placed> | undefined)[] = []
  readonly #priorities = new Map<number, number>()

  /** Whether any pod of a lower priority is placed. */
  hasBelow(priority: number): boolean {
    for (const each of this.#priorities.keys()) if (each < priority) return true
    return false
  }

  /** The pods on a node that have not ended. */
  podsOn(slot: number): Pod[] {
    return Array.from((this.#placed[slot] ?? NOBODY).values(), ({ pod }) => pod)
  }

  /** What the pods on a node hold. @returns a live view: its numbers change with the cluster */
  usageOf(nodeId: string): Held {
    return this.nodes.held(nodeId) ?? NOTHING
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'nodes') this.setNode(change.id, change.op === 'put' ? (change.record as Node) : undefined)
      if (change.kind !== 'pods') continue
      const before = change.before as Pod | undefined
      const after = change.op === 'put' ? (change.record as Pod) : undefined
      if (before && isPlaced(before) && !(after && isPlaced(after) && after.nodeId === before.nodeId)) this.remove(before)
      if (after) this.put(after)
    }
  }

  /** A node as it is from now on; its pods are counted again, as what counts them may look at all of its record. */
  setNode(id: string, node: Node | undefined): void {
    const slot = this.nodes.slotFor(id)
    const placed = this.#placed[slot] ?? NOBODY
    for (const { family } of placed.values()) this.census.count(family, slot, -1)
    this.nodes.set(slot, node)
    for (const { family } of placed.values()) this.census.count(family, slot, 1)
    this.#release(slot)
  }

  /** The pod as it is from now on: counted if it is placed, and only once. @param family the pod's, where it is known already */
  put(pod: Pod, family?: Family): void {
    if (!isPlaced(pod)) return
    const slot = this.nodes.slotFor(pod.nodeId)
    const placed = (this.#placed[slot] ??= new Map<string, Placed>())
    const known = placed.get(pod.id)
    if (known && isCountedAlike(known.pod, pod)) {
      known.pod = pod
      return
    }
    if (known) this.#count(known, slot, -1)
    const added = { pod, family: family ?? this.census.familyOf(pod) }
    placed.set(pod.id, added)
    this.#count(added, slot, 1)
  }

  remove({ id, nodeId }: Pod): void {
    const slot = nodeId === null ? undefined : this.nodes.slotOf(nodeId)
    const placed = slot === undefined ? undefined : this.#placed[slot]
    const known = placed?.get(id)
    if (slot === undefined || !placed || !known) return
    placed.delete(id)
    this.#count(known, slot, -1)
    this.#release(slot)
  }

  /**
   * What `ask` answers while some pods of a node are not there; it may have them come back one by one, and leave again.
   * @param inTallies otherwise only the node's own numbers are without them
   */
  without<T>({ slot, pods, inTallies }: Absence, ask: (comeBack: (pod: Pod) => () => void) => T): T {
    const placed = this.#placed[slot] ?? NOBODY
    const gone = new Set<Placed>()
    const count = (each: Placed, sign: 1 | -1): void => {
      if (sign === 1) gone.delete(each)
      else gone.add(each)
      this.nodes.count(slot, each.pod, sign, { isSilent: true })
      if (inTallies) this.census.count(each.family, slot, sign)
    }
    for (const { id } of pods) {
      const each = placed.get(id)
      if (each) count(each, -1)
    }
    try {
      return ask(({ id }) => {
        const each = placed.get(id)
        if (each) count(each, 1)
        return () => each && count(each, -1)
      })
    } finally {
      for (const each of gone) count(each, 1)
    }
  }

  #count({ pod, family }: Placed, slot: number, sign: 1 | -1): void {
    this.nodes.count(slot, pod, sign)
    this.census.count(family, slot, sign)
    const alike = (this.#priorities.get(pod.priority) ?? 0) + sign
    if (alike === 0) this.#priorities.delete(pod.priority)
    else this.#priorities.set(pod.priority, alike)
  }

  #release(slot: number): void {
    if (this.nodes.at(slot) || (this.#placed[slot]?.size ?? 0) > 0) return
    this.#placed[slot] = undefined
    this.nodes.free(slot)
  }
}

type PlacedPod = Pod & { readonly nodeId: string }
const isPlaced = (pod: Pod): pod is PlacedPod => pod.nodeId !== null && !isEnded(pod)

/** Whether nothing has changed that anybody counts, or goes by when pods have to go. */
const isCountedAlike = (a: Pod, b: Pod): boolean =>
  a.labels === b.labels &&
  a.scheduling === b.scheduling &&
  a.resources === b.resources &&
  a.priority === b.priority &&
  a.namespace === b.namespace &&
  a.startedAt === b.startedAt &&
  isLeaving(a) === isLeaving(b)
