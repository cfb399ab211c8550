/** What the pods of a node use, all together. */
import type { Usage } from './runtime.ts'

/** What all of them use; undefined when it is not known of one, because a sum without it would make the node look idle. */
export function sumOf(usages: readonly (Usage | undefined)[]): { readonly cpu: number; readonly memory: number } | undefined {
  let [cpu, memory] = [0, 0]
  for (const usage of usages) {
    if (!usage) return undefined
    cpu += usage.cpuMillicores
    memory += usage.memoryMb
  }
  return { cpu, memory }
}
