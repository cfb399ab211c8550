/**
 * What to do next for a deployment of one pod on each node that fits. Pure, as replicated.ts, with the same promise: of the nodes
 * that should have one, no more than maxUnavailable are without an available pod by what is done here.
 * Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
import { inOrderOfLeaving, Removal, type Aim, type Member } from './replicated.ts'

export interface DaemonMember extends Member {
  /** Where it is or will be; undefined when that node is gone. */
  readonly nodeId: string | undefined
}

export interface Place {
  readonly nodeId: string
  /** A new pod may begin there. */
  readonly isOpen: boolean
  /** One that is on its way out is still there. */
  readonly isOccupied: boolean
}

export interface DaemonSteps {
  readonly create: readonly { readonly key: string; readonly nodeId: string }[]
  readonly remove: readonly string[]
}

/** @param places the nodes that should have a pod: all that fit, and those that have one and may keep it */
export function planDaemon(aim: Aim, members: readonly DaemonMember[], places: readonly Place[]): DaemonSteps {
  const { current, good, isPaused, maxSurge, maxUnavailable } = aim
  const placeOf = new Map(places.map((place) => [place.nodeId, place]))
  const isPlaced = ({ nodeId }: DaemonMember) => nodeId !== undefined && placeOf.has(nodeId)
  const placed = members.filter(isPlaced)
  const membersOn = byNode(placed)
  const least = Math.max(0, places.length - maxUnavailable)
  // Nodes are promised, and not pods: two on one node serve it no better than one.
  const served = places.filter(({ nodeId }) => membersOn.get(nodeId)?.some(({ isAvailable }) => isAvailable)).length
  const removal = new Removal(served, least)
  const spare: DaemonMember[] = []
  const create: { key: string; nodeId: string }[] = []
  const outdated: DaemonMember[] = []
  const isUpdated = ({ key }: Member) => key === current
  const isTried = (member: DaemonMember) => isUpdated(member) && !member.isAvailable && placeOf.get(member.nodeId ?? '')?.isOpen
  // So many nodes may have a pod of the current revision that does not serve yet: a bad one is on no more than these.
  let trials = Math.max(1, maxUnavailable) - placed.filter(isTried).length
  let updated = placed.filter(isUpdated).length
  let surge = maxSurge
  for (const { nodeId, isOpen, isOccupied } of places) {
    const here = membersOn.get(nodeId) ?? []
    const [first, ...more] = here.toSorted((a, b) => rank(b, current) - rank(a, current))
    if (!first) {
      if (!isOpen || isOccupied) continue
      const key = good !== undefined && (trials <= 0 || isPaused || updated >= aim.updatedMost) ? good : current
      create.push({ key, nodeId })
      if (key !== current) continue
      updated += 1
      trials -= 1
    } else if (first.key !== current) {
      outdated.push(first)
      spare.push(...more)
    } else {
      // An older one stays until the newer one can take over.
      if (first.isAvailable || !more.some(({ isAvailable }) => isAvailable)) spare.push(...more)
      else surge -= 1
    }
  }
  const room = isPaused ? 0 : Math.max(0, aim.updatedMost - updated)
  const turning = inOrderOfLeaving(outdated).slice(0, room) as DaemonMember[]
  for (const member of turning) {
    const place = placeOf.get(member.nodeId ?? '')
    if (!place?.isOpen) continue
    if (surge > 0 && member.isAvailable) {
      surge -= 1
      create.push({ key: current, nodeId: place.nodeId })
    } else if (member.isAvailable) removal.take([member], 1)
    else if (trials > 0) {
      trials -= 1
      removal.take([member], 1)
    }
  }
  const stray = members.filter((member) => !isPlaced(member))
  return { create, remove: [...[...stray, ...spare].map(({ id }) => id), ...removal.ids] }
}

/** Which of several pods of one node is the one. */
const rank = ({ key, isAvailable }: Member, current: string): number => Number(key === current) * 2 + Number(isAvailable)

function byNode(members: readonly DaemonMember[]): ReadonlyMap<string, DaemonMember[]> {
  const groups = new Map<string, DaemonMember[]>()
  for (const member of members) {
    const group = groups.get(member.nodeId ?? '')
    if (group) group.push(member)
    else groups.set(member.nodeId ?? '', [member])
  }
  return groups
}
