/** What pods hold of nodes, and how that is said. Pure. */
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
/** How full the fullest of a node's resources is by what its pods ask for. @returns 0 to 1, more where it was shrunk below that */
export function pressureOf(load: Load, { allocatable }: Pick<Node, 'allocatable'>): number {
  const shareOf = (held: number, offered: number): number => (offered > 0 ? held / offered : 0)
  return Math.max(shareOf(load.pods, allocatable.pods), shareOf(load.cpu, allocatable.cpu), shareOf(load.memory, allocatable.memory))
}

/** "45 %"; of nothing there is no share. */
export const percent = (held: number, offered: number): string => (offered > 0 ? `${Math.round((100 * held) / offered)} %` : '-')

/** "1 pod", "2 pods". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
