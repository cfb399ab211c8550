/** What the pods of a namespace take of its quota: as admission counts it, what they request until they have ended. Pure. */
import type { Pod } from '../../../kernel/schema/pod.ts'
import { hasEnded } from '../load.ts'

export interface Usage {
  readonly pods: number
  readonly cpu: number
  readonly memory: number
  readonly storage: number
}

export function usageOf(pods: Iterable<Pod>): Usage {
  const usage = { pods: 0, cpu: 0, memory: 0, storage: 0 }
  for (const pod of pods) {
    if (hasEnded(pod)) continue
    const { cpu = 0, memory = 0, storage = 0 } = pod.resources.requests
    usage.pods += 1
    usage.cpu += cpu
    usage.memory += memory
    usage.storage += storage
  }
  return usage
}
