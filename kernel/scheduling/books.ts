/**
 * The scheduler's books: what every placed pod counts for, in the usage of its node and in the tallies that plugins keep.
 * Written from change sets; a pod counts from the moment it is bound until it has ended.
 */
import type { Change } from '../changes.ts'
import { isEnded, type Node, type Pod } from '../schema/index.ts'
import { NodeList } from './node-list.ts'
import { Tally, type Contribution } from './tally.ts'
import { Usage } from './usage.ts'

export class Books {
  readonly usage = new Usage()
  readonly nodes = new NodeList(this.usage)
  readonly #nodes = new Map<string, Node>()
  readonly #pods = new Map<string, Map<string, Pod>>()
  readonly #tallies = new Set<Tally>()
  readonly #priorities = new Map<number, number>()

  /** Whether any pod of a lower priority is placed. */
  hasBelow(priority: number): boolean {
    for (const each of this.#priorities.keys()) if (each < priority) return true
    return false
  }

  /** The pods on a node that have not ended. */
  podsOn(nodeId: string): Iterable<Pod> {
    return this.#pods.get(nodeId)?.values() ?? []
  }

  /** A tally over all pods that are placed, now and from now on. */
  open(contribution: Contribution): Tally {
    const tally = new Tally(contribution)
    for (const [nodeId, pods] of this.#pods) {
      const node = this.#nodes.get(nodeId)
      if (node) for (const pod of pods.values()) tally.count(pod, node, 1)
    }
    this.#tallies.add(tally)
    return tally
  }

  close(tally: Tally): void {
    this.#tallies.delete(tally)
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'nodes') this.setNode(change.id, change.op === 'put' ? (change.record as Node) : undefined)
      if (change.kind !== 'pods') continue
      if (change.before) this.remove(change.before as Pod)
      if (change.op === 'put') this.add(change.record as Pod)
    }
  }

  /** A node as it is from now on; its pods are counted again where its labels say. */
  setNode(id: string, node: Node | undefined): void {
    const before = this.#nodes.get(id)
    if (before?.labels !== node?.labels || before?.taints !== node?.taints) {
      for (const pod of this.podsOn(id)) {
        if (before) this.#tally(pod, before, -1)
        if (node) this.#tally(pod, node, 1)
      }
    }
    if (node) this.#nodes.set(id, node)
    else this.#nodes.delete(id)
    this.nodes.set(id, node)
    if (!node && !this.#pods.has(id)) this.usage.forget(id)
  }

  add(pod: Pod): void {
    if (pod.nodeId === null || isEnded(pod)) return
    const pods = this.#pods.get(pod.nodeId) ?? new Map<string, Pod>()
    this.#pods.set(pod.nodeId, pods.set(pod.id, pod))
    this.#count(pod, pod.nodeId, 1)
  }

  remove(pod: Pod): void {
    if (pod.nodeId === null || isEnded(pod)) return
    const pods = this.#pods.get(pod.nodeId)
    if (!pods?.delete(pod.id)) return
    if (pods.size === 0) this.#pods.delete(pod.nodeId)
    this.#count(pod, pod.nodeId, -1)
  }

  /** What `ask` answers while these pods are not there. */
  without<T>(pods: readonly Pod[], ask: () => T): T {
    for (const pod of pods) this.remove(pod)
    try {
      return ask()
    } finally {
      for (const pod of pods) this.add(pod)
    }
  }

  #count(pod: Pod, nodeId: string, sign: 1 | -1): void {
    this.usage.count(pod, sign)
    const alike = (this.#priorities.get(pod.priority) ?? 0) + sign
    if (alike === 0) this.#priorities.delete(pod.priority)
    else this.#priorities.set(pod.priority, alike)
    this.nodes.touch(nodeId)
    const node = this.#nodes.get(nodeId)
    if (node) this.#tally(pod, node, sign)
  }

  #tally(pod: Pod, node: Node, sign: 1 | -1): void {
    for (const tally of this.#tallies) tally.count(pod, node, sign)
  }
}
