/** Whether requests fit into what is left, over columns and, with the numbers, in words. */
import type { Amounts, NodeColumns, NodeFacts } from '../../kernel/index.ts'
import { AMOUNTS } from './amounts.ts'

export interface Ask {
  readonly requests: Amounts
  /** The most pods on any node. */
  readonly podsMax: number
}

interface Slots {
  /** Changed in place. */
  readonly slots: Int32Array
  readonly count: number
  readonly nodes: NodeColumns
}

/** @returns how many of the slots are left, in order */
export function keepRoomy({ slots, count, nodes: { allocatable, allocated } }: Slots, { requests, podsMax }: Ask): number {
  const { cpu = 0, memory = 0, storage = 0 } = requests
  let left = 0
  for (let index = 0; index < count; index += 1) {
    const slot = slots[index]! // below count, and columns have every slot
    if (allocated.pods[slot]! >= Math.min(allocatable.pods[slot]!, podsMax)) continue
    if (cpu > 0 && cpu > allocatable.cpu[slot]! - allocated.cpu[slot]!) continue
    if (memory > 0 && memory > allocatable.memory[slot]! - allocated.memory[slot]!) continue
    if (storage > 0 && storage > allocatable.storage[slot]! - allocated.storage[slot]!) continue
    slots[left] = slot
    left += 1
  }
  return left
}

/** What a node that is not roomy enough lacks first. */
export function shortage({ allocatable, allocated }: NodeFacts, { requests, podsMax }: Ask): string {
  const room = Math.min(allocatable.pods, podsMax)
  const short = AMOUNTS.find((amount) => (requests[amount] ?? 0) > 0 && (requests[amount] ?? 0) > allocatable[amount] - allocated[amount])
  if (allocated.pods + 1 > room || !short) return `lack room for pods: ${allocated.pods} of ${room} are there`
  return `lack ${short}: ${requests[short]} is requested and ${allocatable[short] - allocated[short]} of ${allocatable[short]} is free`
}
