/**
 * The placed pods by kin, and what plugins count of them by topology. Pods of one kin are alike in all that a tally may look at, so a
 * tally is asked once for a kin, and a pod that comes or goes costs only the tallies that count it.
 */
import { isLeaving, type Pod } from '../schema/index.ts'
import type { NodeList } from './node-list.ts'
import { Tally, type Contribution, type Kin, type Part, type TallyOptions } from './tally.ts'

/** A kin with where its pods are and who counts them. */
export interface Family {
  readonly key: string
  readonly kin: Kin
  /** How many are on each node. */
  readonly bySlot: Map<number, number>
  readonly shares: Share[]
  isListed: boolean
}

interface Share {
  readonly tally: Tally
  readonly parts: readonly Part[]
}

type Filter = (kin: Kin) => boolean
const anyone: Filter = () => true

/** Filters whose families are remembered although no tally is open by them. */
const FILTERS_MAX = 64

interface Registry {
  readonly families: Set<Family>
  readonly tallies: Set<Tally>
}

export class Census {
  readonly #nodes: NodeList
  readonly #families = new Map<string, Family>()
  readonly #registries = new Map<Filter, Registry>()

  constructor(nodes: NodeList) {
    this.#nodes = nodes
  }

  /** The family that a pod belongs to. */
  familyOf(pod: Pod): Family {
    const { namespace, labels, scheduling } = pod
    const key = JSON.stringify([namespace, labels, scheduling, isLeaving(pod)])
    const kin = { namespace, labels, scheduling, isLeaving: isLeaving(pod) }
    return this.#families.get(key) ?? { key, kin, bySlot: new Map(), shares: [], isListed: false }
  }

  /** A pod of a family is on a node (1) or there no more (-1). */
  count(family: Family, slot: number, sign: 1 | -1): void {
    if (!family.isListed) this.#list(family)
    const { bySlot, shares } = family
    const count = (bySlot.get(slot) ?? 0) + sign
    if (count === 0) bySlot.delete(slot)
    else bySlot.set(slot, count)
    for (const { tally, parts } of shares) tally.add(parts, slot, sign)
    if (bySlot.size === 0) this.#unlist(family)
  }

  /** A tally over all pods that are placed, now and from now on. */
  open(contribution: Contribution, { of = anyone, on }: TallyOptions = {}): Tally {
    const tally = new Tally(contribution, { nodes: this.#nodes, of, on })
    const registry = this.#registry(of)
    registry.tallies.add(tally)
    for (const family of registry.families) {
      const parts = share(family, tally)
      if (parts) for (const [slot, count] of family.bySlot) tally.add(parts, slot, count)
    }
    return tally
  }

  close(tally: Tally): void {
    const registry = this.#registries.get(tally.of)
    if (!registry?.tallies.delete(tally)) return
    for (const { shares } of registry.families) {
      const at = shares.findIndex((each) => each.tally === tally)
      if (at >= 0) shares.splice(at, 1)
    }
  }

  #list(family: Family): void {
    family.isListed = true
    this.#families.set(family.key, family)
    for (const [filter, { families, tallies }] of this.#registries) {
      if (!filter(family.kin)) continue
      families.add(family)
      for (const tally of tallies) share(family, tally)
    }
  }

  #unlist(family: Family): void {
    family.isListed = false
    family.shares.length = 0
    this.#families.delete(family.key)
    for (const { families } of this.#registries.values()) families.delete(family)
  }

  #registry(filter: Filter): Registry {
    const known = this.#registries.get(filter)
    if (known) return known
    if (this.#registries.size >= FILTERS_MAX) {
      for (const [each, { tallies }] of this.#registries) if (tallies.size === 0) this.#registries.delete(each)
    }
    const families = new Set<Family>()
    for (const family of this.#families.values()) if (filter(family.kin)) families.add(family)
    const registry = { families, tallies: new Set<Tally>() }
    this.#registries.set(filter, registry)
    return registry
  }
}

/** Lets a tally count a family, if it counts it at all. */
function share(family: Family, tally: Tally): readonly Part[] | undefined {
  const parts = tally.partsOf(family.kin)
  if (parts.length === 0) return undefined
  family.shares.push({ tally, parts })
  return parts
}
