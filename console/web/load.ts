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
