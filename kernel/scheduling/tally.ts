/**
 * Counts of placed pods by topology: each pod adds weights to the value that its node's label has, under one or more label keys.
 * Kept from changes, so that nobody counts pods when one is placed. What a tally counts is a plugin's to say.
 */
import { labelOf } from '../matching.ts'
import type { Node, Pod } from '../schema/index.ts'

/** What one pod adds on one node, by topology key. */
export type Contribution = (pod: Pod, node: Node) => Iterable<readonly [topologyKey: string, weight: number]>

export class Tally {
  readonly #contribution: Contribution
  readonly #sums = new Map<string, Map<string, number>>()

  constructor(contribution: Contribution) {
    this.#contribution = contribution
  }

  /** The topology keys under which anything is counted. */
  get keys(): Iterable<string> {
    return this.#sums.keys()
  }

  /** The sum under the node's own value of the key; 0 where it has none. */
  at(topologyKey: string, node: Pick<Node, 'labels'>): number {
    const value = labelOf(node.labels, topologyKey)
    return value === undefined ? 0 : this.of(topologyKey, value)
  }

  of(topologyKey: string, value: string): number {
    return this.#sums.get(topologyKey)?.get(value) ?? 0
  }

  /** Whether nothing at all is counted, under the key or under any. */
  isEmpty(topologyKey?: string): boolean {
    return topologyKey === undefined ? this.#sums.size === 0 : !this.#sums.has(topologyKey)
  }

  /** Adds what the pod contributes on the node (1), or takes it away (-1). */
  count(pod: Pod, node: Node, sign: 1 | -1): void {
    for (const [topologyKey, weight] of this.#contribution(pod, node)) {
      const value = labelOf(node.labels, topologyKey)
      if (value === undefined || weight === 0) continue
      const sums = this.#sums.get(topologyKey) ?? new Map<string, number>()
      const sum = (sums.get(value) ?? 0) + sign * weight
      if (sum === 0) sums.delete(value)
      else sums.set(value, sum)
      if (sums.size === 0) this.#sums.delete(topologyKey)
      else this.#sums.set(topologyKey, sums)
    }
  }
}
