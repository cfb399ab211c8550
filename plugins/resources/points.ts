/** Which node is preferred, as the scheduler's LeastAllocated, MostAllocated and BalancedAllocation have it. */
import { ASSUMED, type Amounts, type BulkScore, type NodeFacts } from '../../kernel/index.ts'
import { AMOUNTS, type Amount } from './amounts.ts'

/** 0..100 of what would be taken of a capacity above 0. */
type Share = (taken: number, capacity: number) => number

export const shareLeft: Share = (taken, capacity) => (taken > capacity ? 0 : Math.floor((100 * (capacity - taken)) / capacity))
export const shareTaken: Share = (taken, capacity) => Math.floor((100 * Math.min(taken, capacity)) / capacity)

interface Weighing {
  readonly weights: Partial<Record<Amount, number>>
  readonly requests: Amounts
}

/** What counts, and what the pod would add: a request that was not made is assumed. */
const partsOf = ({ weights, requests }: Weighing) =>
  AMOUNTS.flatMap((amount) => {
    const weight = weights[amount] ?? 0
    const asked = requests[amount] ?? (amount === 'storage' ? 0 : ASSUMED[amount])
    return weight === 0 ? [] : [{ amount, weight, asked }]
  })

/** The floored weighted mean of the shares with the pod there; resources that a node does not offer are left out. */
export function meanShare({ share, ...weighing }: Weighing & { readonly share: Share }): BulkScore {
  const parts = partsOf(weighing)
  return (slots, count, points, { allocatable, allocated }) => {
    const columns = parts.map(({ amount, weight, asked }) => ({
      weight,
      asked,
      capacity: allocatable[amount],
      held: amount === 'storage' ? allocated.storage : allocated.assumed[amount],
    }))
    for (let index = 0; index < count; index += 1) {
      const slot = slots[index] ?? 0
      let sum = 0
      let total = 0
      for (const { weight, asked, capacity, held } of columns) {
        const whole = capacity[slot] ?? 0
        if (whole === 0) continue
        sum += weight * share((held[slot] ?? 0) + asked, whole)
        total += weight
      }
      if (total > 0) points[index] = Math.floor(sum / total)
    }
  }
}

export interface Loading extends Weighing {
  /** What is really used on a node, as it reported last. */
  readonly usedOn: (nodeId: string) => { readonly cpu: number; readonly memory: number } | undefined
}

/** As the share that is left, by what is really used; by what is allocated where a node has not reported. */
export function meanLoad({ usedOn, ...weighing }: Loading): (node: NodeFacts) => number {
  const parts = partsOf(weighing)
  return ({ id, allocatable, allocated }) => {
    const used = usedOn(id)
    let sum = 0
    let total = 0
    for (const { amount, weight, asked } of parts) {
      const whole = allocatable[amount]
      if (whole === 0) continue
      const held = amount === 'storage' ? allocated.storage : allocated.assumed[amount]
      const reported = amount === 'storage' ? undefined : used?.[amount]
      const taken = reported === undefined ? held + asked : reported + (weighing.requests[amount] ?? 0)
      sum += weight * shareLeft(taken, whole)
      total += weight
    }
    return total === 0 ? 0 : Math.floor(sum / total)
  }
}

/** How alike the shares of cpu and memory are that would be taken, by what was really requested. */
export const balanceOf =
  ({ cpu = 0, memory = 0 }: Amounts): BulkScore =>
  (slots, count, points, { allocatable, allocated }) => {
    for (let index = 0; index < count; index += 1) {
      const slot = slots[index] ?? 0
      const cpuWhole = allocatable.cpu[slot] ?? 0
      const memoryWhole = allocatable.memory[slot] ?? 0
      // A resource that the node does not offer leaves nothing to compare with.
      const isOffered = cpuWhole > 0 && memoryWhole > 0
      const first = isOffered ? Math.min(1, ((allocated.cpu[slot] ?? 0) + cpu) / cpuWhole) : 0
      const second = isOffered ? Math.min(1, ((allocated.memory[slot] ?? 0) + memory) / memoryWhole) : 0
      points[index] = Math.trunc(100 * (1 - Math.abs(first - second) / 2))
    }
  }
