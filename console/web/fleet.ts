/**
 * What the nodes hold, kept current pod by pod: who is where, what that asks for, who waits, and how many are in which state. Each
 * change costs the same however large the cluster is. A pod keeps its slot on its node for as long as it is there, so that a square
 * of the map stays where it is while others come and go.
 */
import { shallowRef } from '@vue/reactivity'
import type { Node } from '../../kernel/schema/node.ts'
import type { Pod, PodStatus } from '../../kernel/schema/pod.ts'
import { hasEnded, type Load } from './load.ts'

/** What one node holds. Live: read it, and do not keep it. */
export interface Holding {
  /** By slot; a slot is empty once its pod has left. */
  readonly slots: readonly (Pod | undefined)[]
  readonly load: Load
}
const EMPTY: Holding = { slots: [], load: { pods: 0, cpu: 0, memory: 0 } }

/** A pod that came to a node, or left it. */
export interface Stay {
  readonly pod: Pod
  readonly nodeId: string
  readonly slot: number
}
/** What happened since the last time. */
export interface FleetChanges {
  /** Nodes that are not as they were, or whose pods are not. */
  readonly nodes: ReadonlySet<string>
  readonly came: readonly Stay[]
  readonly left: readonly Stay[]
}

export interface Counts {
  readonly byStatus: Readonly<Partial<Record<PodStatus, number>>>
  /** Of all pods together. */
  readonly restarts: number
  /** What the pods on all nodes ask for. */
  readonly held: Load
  /** What all nodes together offer. */
  readonly offered: Load
}

export class Fleet {
  readonly #holdings = new Map<string, Slots>()
  readonly #waiting = new Map<string, Pod>()
  readonly #statuses = new Map<PodStatus, number>()
  readonly #held = new Sum()
  readonly #offered = new Sum()
  #restarts = 0
  #hasChanged = false
  readonly #listeners = new Set<(changes: FleetChanges) => void>()
  #nodes = new Set<string>()
  #came: Stay[] = []
  #left: Stay[] = []
  #latest = this.#count()
  readonly #counts = shallowRef<Counts>(this.#latest)

  /** Reactive, and replaced with each frame in which something has changed. */
  get counts(): Counts {
    return this.#counts.value
  }

  /** The same, followed by nobody. */
  get countsNow(): Counts {
    return this.#latest
  }

  /** Pods that were asked for and have no node, by id. */
  get waiting(): ReadonlyMap<string, Pod> {
    return this.#waiting
  }

  holdingOf(nodeId: string): Holding {
    return this.#holdings.get(nodeId) ?? EMPTY
  }

  /** @returns what ends it */
  onChanges(listener: (changes: FleetChanges) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changeNode(before: Node | undefined, after: Node | undefined): void {
    this.#hasChanged = true
    if (before) this.#offered.add(before.allocatable, -1)
    if (after) this.#offered.add(after.allocatable, 1)
    const id = before?.id ?? after?.id
    if (id !== undefined) this.#nodes.add(id)
  }

  changePod(before: Pod | undefined, after: Pod | undefined): void {
    this.#hasChanged = true
    const from = before && placeOf(before)
    const to = after && placeOf(after)
    if (before) this.#tally(before, from, -1)
    if (after) this.#tally(after, to, 1)
    if (before && from !== undefined && from !== to) this.#leave(before, from)
    if (after && to !== undefined) {
      if (from === to) this.#slotsOf(to).replace(after)
      else this.#come(after, to)
      this.#nodes.add(to)
    }
    if (before && !(after && isWaiting(after))) this.#waiting.delete(before.id)
    if (after && isWaiting(after)) this.#waiting.set(after.id, after)
  }

  /** Tells what has changed since the last time, if anything has. */
  flush(): void {
    if (!this.#hasChanged) return
    this.#hasChanged = false
    const changes = { nodes: this.#nodes, came: this.#came, left: this.#left }
    this.#nodes = new Set()
    this.#came = []
    this.#left = []
    this.#latest = this.#count()
    this.#counts.value = this.#latest
    for (const listener of this.#listeners) listener(changes)
  }

  #come(pod: Pod, nodeId: string): void {
    const slot = this.#slotsOf(nodeId).add(pod)
    this.#came.push({ pod, nodeId, slot })
  }

  #leave(pod: Pod, nodeId: string): void {
    const slots = this.#slotsOf(nodeId)
    this.#left.push({ pod, nodeId, slot: slots.remove(pod) })
    if (slots.load.pods === 0) this.#holdings.delete(nodeId)
    this.#nodes.add(nodeId)
  }

  #slotsOf(nodeId: string): Slots {
    const known = this.#holdings.get(nodeId)
    if (known) return known
    const made = new Slots()
    this.#holdings.set(nodeId, made)
    return made
  }

  #tally(pod: Pod, place: string | undefined, sign: 1 | -1): void {
    if (place !== undefined) this.#held.add(requestsOf(pod), sign)
    this.#statuses.set(pod.status, (this.#statuses.get(pod.status) ?? 0) + sign)
    this.#restarts += sign * pod.restarts
  }

  #count(): Counts {
    const byStatus = Object.fromEntries([...this.#statuses].filter(([, count]) => count > 0))
    return { byStatus, restarts: this.#restarts, held: this.#held.load, offered: this.#offered.load }
  }
}

/** Where a pod holds something. */
const placeOf = (pod: Pod): string | undefined => (pod.nodeId === null || hasEnded(pod) ? undefined : pod.nodeId)
const isWaiting = ({ nodeId, status }: Pod): boolean => nodeId === null && status === 'pending'
const requestsOf = ({ resources: { requests } }: Pod): Load => ({ pods: 1, cpu: requests.cpu ?? 0, memory: requests.memory ?? 0 })

class Sum {
  #load: Load = { pods: 0, cpu: 0, memory: 0 }

  get load(): Load {
    return this.#load
  }

  add({ pods, cpu, memory }: Load, sign: 1 | -1): void {
    this.#load = { pods: this.#load.pods + sign * pods, cpu: this.#load.cpu + sign * cpu, memory: this.#load.memory + sign * memory }
  }
}

/** The pods of one node; the lowest empty slot is taken first. */
class Slots implements Holding {
  readonly slots: (Pod | undefined)[] = []
  readonly #at = new Map<string, number>()
  readonly #sum = new Sum()

  get load(): Load {
    return this.#sum.load
  }

  add(pod: Pod): number {
    const empty = this.#at.size < this.slots.length ? this.slots.indexOf(undefined) : this.slots.length
    this.slots[empty] = pod
    this.#at.set(pod.id, empty)
    this.#sum.add(requestsOf(pod), 1)
    return empty
  }

  replace(pod: Pod): void {
    const slot = this.#mustFind(pod)
    const before = this.slots[slot]
    if (before) this.#sum.add(requestsOf(before), -1)
    this.#sum.add(requestsOf(pod), 1)
    this.slots[slot] = pod
  }

  remove(pod: Pod): number {
    const slot = this.#mustFind(pod)
    const before = this.slots[slot]
    if (before) this.#sum.add(requestsOf(before), -1)
    this.#at.delete(pod.id)
    this.slots[slot] = undefined
    while (this.slots.length > 0 && this.slots.at(-1) === undefined) this.slots.pop()
    return slot
  }

  #mustFind({ id, name }: Pod): number {
    const slot = this.#at.get(id)
    if (slot === undefined) throw new Error(`pod ${name} is not on the node that it was on`)
    return slot
  }
}
