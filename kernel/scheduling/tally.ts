/**
 * Counts of placed pods by topology: each pod adds weights to the value that its node's label has, under one or more label keys.
 * Kept from changes, so that nobody counts pods when one is placed. What a tally counts is a plugin's to say.
 */
import type { Labels, Pod } from '../schema/index.ts'
import type { NodeFacts } from './candidates.ts'
import { NO_VALUE, type Domain } from './domain.ts'
import type { NodeList } from './node-list.ts'

/** What the pods of one kin are alike in: what a tally may look at. */
export interface Kin extends Pick<Pod, 'namespace'> {
  readonly labels: Labels
  readonly scheduling: Pod['scheduling']
  /** They are on their way out. */
  readonly isLeaving: boolean
}

/** What each pod of a kin adds, by topology key. It says the same each time. */
export type Contribution = (kin: Kin) => Iterable<readonly [topologyKey: string, weight: number]>

export interface TallyOptions {
  /** Only kin for which it says true is asked about. Given as the same function each time, its answers are shared by all tallies. */
  readonly of?: (kin: Kin) => boolean
  /** Only pods on such nodes count. It looks at the node's record alone. */
  readonly on?: (node: NodeFacts) => boolean
}

/** The counts under one topology key. */
export interface Sums {
  readonly domain: Domain
  /** By the number of the value. */
  readonly counts: number[]
  /** How many are not 0. */
  used: number
}

export interface Changed {
  readonly domain: Domain
  /** The number of the value. */
  readonly value: number
}

/** So many changes nobody asks about one by one. */
const CHANGES_MAX = 256

/** What one pod of a kin adds under one topology key. */
export interface Part {
  readonly sums: Sums
  readonly weight: number
}

export class Tally {
  readonly of: NonNullable<TallyOptions['of']>
  readonly #contribution: Contribution
  readonly #on: TallyOptions['on']
  readonly #nodes: NodeList
  readonly #sums = new Map<string, Sums>()
  /** What has changed since it was taken last; undefined once that is too much to tell. */
  #changes: Changed[] | undefined = []

  constructor(
    contribution: Contribution,
    { nodes, of, on }: { readonly nodes: NodeList; readonly of: Tally['of']; readonly on: TallyOptions['on'] },
  ) {
    this.#contribution = contribution
    this.#nodes = nodes
    this.of = of
    this.#on = on
  }

  /** The topology keys under which anything is counted. */
  get keys(): string[] {
    const keys: string[] = []
    for (const [key, { used }] of this.#sums) if (used > 0) keys.push(key)
    return keys
  }

  /** The sum under the node's own value of the key; 0 where it has none. */
  at(topologyKey: string, { slot }: Pick<NodeFacts, 'slot'>): number {
    const sums = this.#sums.get(topologyKey)
    return sums ? (sums.counts[sums.domain.column[slot] ?? NO_VALUE] ?? 0) : 0
  }

  /** The number of the node's own value of the key, for `sums`; NO_VALUE where it has none. */
  placeOf(topologyKey: string, { slot }: Pick<NodeFacts, 'slot'>): number {
    return this.#sumsOf(topologyKey).domain.column[slot] ?? NO_VALUE
  }

  /** The sums under a key by the number of the value; one that is missing is 0. */
  sums(topologyKey: string): readonly number[] {
    return this.#sumsOf(topologyKey).counts
  }

  /** Whether nothing at all is counted, under the key or under any. */
  isEmpty(topologyKey?: string): boolean {
    if (topologyKey !== undefined) return (this.#sums.get(topologyKey)?.used ?? 0) === 0
    for (const { used } of this.#sums.values()) if (used > 0) return false
    return true
  }

  /** What each pod of a kin adds. */
  partsOf(kin: Kin): Part[] {
    if (!this.of(kin)) return []
    return [...this.#contribution(kin)].flatMap(([key, weight]) => (weight === 0 ? [] : [{ sums: this.#sumsOf(key), weight }]))
  }

  /** So many pods of a kin are on a node from now on, or fewer. */
  add(parts: readonly Part[], slot: number, count: number): void {
    const node = this.#nodes.at(slot)
    if (!node || (this.#on && !this.#on(node))) return
    for (const { sums, weight } of parts) {
      const value = sums.domain.column[slot] ?? NO_VALUE
      if (value === NO_VALUE) continue
      const before = sums.counts[value] ?? 0
      const after = before + count * weight
      sums.counts[value] = after
      sums.used += (after === 0 ? 0 : 1) - (before === 0 ? 0 : 1)
      this.#tell(sums, value)
    }
  }

  /** The values whose counts have changed since this was asked last, some perhaps twice; undefined when those were too many to keep. */
  takeChanges(): readonly Changed[] | undefined {
    const changes = this.#changes
    this.#changes = []
    return changes
  }

  #tell({ domain }: Sums, value: number): void {
    if (!this.#changes) return
    this.#changes.push({ domain, value })
    if (this.#changes.length > CHANGES_MAX) this.#changes = undefined
  }

  #sumsOf(topologyKey: string): Sums {
    const known = this.#sums.get(topologyKey)
    if (known) return known
    const sums: Sums = { domain: this.#nodes.domain(topologyKey), counts: [], used: 0 }
    this.#sums.set(topologyKey, sums)
    return sums
  }
}
