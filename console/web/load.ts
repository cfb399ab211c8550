/** What a node's pods hold of it, counted from the copies that the console follows. Pure. */
import type { Node } from '../../kernel/schema/node.ts'
import type { Pod, PodStatus } from '../../kernel/schema/pod.ts'

const ENDED: readonly PodStatus[] = ['succeeded', 'failed', 'stopped', 'evicted']

export const hasEnded = ({ status }: Pick<Pod, 'status'>): boolean => ENDED.includes(status)

export interface Load {
  readonly pods: number
  /** millicores */
  readonly cpu: number
  /** MB */
  readonly memory: number
}
const NOTHING: Load = { pods: 0, cpu: 0, memory: 0 }

/** Of all nodes in one pass over the pods. @returns by node */
export function loads(pods: Iterable<Pod>): ReadonlyMap<string, Load> {
  const found = new Map<string, Load>()
  for (const pod of pods) {
    if (pod.nodeId === null || hasEnded(pod)) continue
    const { pods: count, cpu, memory } = found.get(pod.nodeId) ?? NOTHING
    const { cpu: moreCpu = 0, memory: moreMemory = 0 } = pod.resources.requests
    found.set(pod.nodeId, { pods: count + 1, cpu: cpu + moreCpu, memory: memory + moreMemory })
  }
  return found
}

export const loadOf = (found: ReadonlyMap<string, Load>, { id }: Pick<Node, 'id'>): Load => found.get(id) ?? NOTHING

/** How full the fullest of a node's resources is by what its pods ask for. @returns 0 to 1, more where it was shrunk below that */
export function pressureOf(load: Load, { allocatable }: Pick<Node, 'allocatable'>): number {
  const shareOf = (held: number, offered: number): number => (offered > 0 ? held / offered : 0)
  return Math.max(shareOf(load.pods, allocatable.pods), shareOf(load.cpu, allocatable.cpu), shareOf(load.memory, allocatable.memory))
}

/** "45 %"; of nothing there is no share. */
export const percent = (held: number, offered: number): string => (offered > 0 ? `${Math.round((100 * held) / offered)} %` : '-')

/** "1 pod", "2 pods". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
