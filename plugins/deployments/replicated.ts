/**
 * What to do next for a deployment of so many pods. Pure, and asked again after each change: it looks at what is. No removal ever
 * takes the available count below `least`; what else took it there is made good first, from the last good revision where the current
 * one has not shown yet that it can.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */

/** A pod of the deployment that has not ended and is not on its way out. */
export interface Member {
  readonly id: string
  /** The revision's, which the pod was made from. */
  readonly key: string
  readonly isAvailable: boolean
  /** epoch ms, or Infinity; of two that serve, the one that came later leaves first */
  readonly sinceMs: number
  /** Its node is drained: it serves until another can take over. */
  readonly isDeparting: boolean
  /** It does not serve yet, and nothing says that it will not soon. */
  readonly isComing: boolean
}

export interface Aim {
  readonly desired: number
  readonly maxSurge: number
  readonly maxUnavailable: number
  readonly current: string
  /** The last good revision, where that is another one. */
  readonly good: string | undefined
  /** How many may be of the current revision: fewer than all in a canary. */
  readonly updatedMost: number
  /** No pod is moved to the current revision now. */
  readonly isPaused: boolean
}

export interface Steps {
  readonly create: readonly { readonly key: string; readonly count: number }[]
  readonly remove: readonly string[]
}

export function planReplicated(aim: Aim, members: readonly Member[]): Steps {
  const { desired, current, good, isPaused } = aim
  // What leaves its node is counted as long as it is there, and made anew as if it were not.
  const departing = members.filter(({ isDeparting }) => isDeparting)
  const staying = members.filter(({ isDeparting }) => !isDeparting)
  const updated = staying.filter(({ key }) => key === current)
  const others = staying.filter(({ key }) => key !== current)
  const least = Math.max(0, desired - aim.maxUnavailable)
  const most = desired + aim.maxSurge
  // Without a good revision to fall back on there is only the current one.
  const isAlone = good === undefined && members.every(({ key }) => key === current)
  const held = isAlone ? desired : Math.min(desired, updated.length)
  const updatedMost = isPaused ? held : Math.min(desired, aim.updatedMost)
  // By the revision that is wanted, and, where that does not serve yet, by what has to serve meanwhile.
  const missing = Math.max(desired - updatedMost, least - countAvailable(updated) - countAvailable(departing)) - others.length

  const room = Math.max(0, most - members.length)
  const restored = good === undefined ? 0 : clamp(missing, room)
  const begun = clamp(updatedMost - updated.length, room - restored)

  const removal = new Removal(countAvailable(members), least)
  const isRelieved = aim.maxSurge > 0 && (restored + begun > 0 || mayBeRelieved(staying))
  removal.take(inOrderOfLeaving(departing), departing.length, isRelieved ? desired : least)

  const left = members.length - removal.ids.length
  const spare = left - least - (updated.length - countAvailable(updated))
  const surplus = isPaused ? left - most : others.length - Math.max(0, desired - updatedMost)
  removal.take(inOrderOfLeaving(others), clamp(surplus, Math.max(0, spare)))
  removal.take(inOrderOfLeaving(updated), Math.max(0, updated.length - updatedMost))
  const create = [
    { key: good ?? current, count: restored },
    { key: current, count: begun },
  ]
  return { create: create.filter(({ count }) => count > 0), remove: removal.ids }
}

/** Whether one that leaves its node may hope for another to take over: not where those that should are stuck. */
const mayBeRelieved = (staying: readonly Member[]): boolean =>
  staying.some(({ isComing }) => isComing) || staying.every(({ isAvailable }) => isAvailable)

/** Pods to remove, for as long as enough are left that are available. */
export class Removal {
  readonly ids: string[] = []
  readonly #least: number
  #available: number

  constructor(available: number, least: number) {
    this.#available = available
    this.#least = least
  }

  /** @param most of these @param least how many available ones these may leave, where that is more than may be left at all */
  take(members: readonly Member[], most: number, least = this.#least): void {
    let taken = 0
    for (const { id, isAvailable } of members) {
      if (taken >= most) return
      if (isAvailable && this.#available <= Math.max(least, this.#least)) continue
      if (isAvailable) this.#available -= 1
      this.ids.push(id)
      taken += 1
    }
  }
}

/** Those that serve nobody go first, then the youngest. */
export const inOrderOfLeaving = (members: readonly Member[]): Member[] =>
  members.toSorted((a, b) => Number(a.isAvailable) - Number(b.isAvailable) || b.sinceMs - a.sinceMs || (a.id < b.id ? -1 : 1))

const countAvailable = (members: readonly Member[]): number => members.filter(({ isAvailable }) => isAvailable).length

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))
