/** Which node is preferred, as the scheduler's LeastAllocated, MostAllocated and BalancedAllocation have it. */
import { ASSUMED, type Amounts, type BulkScore, type NodeColumns, type NodeFacts } from '../../kernel/index.ts'
import { AMOUNTS, type Amount } from './amounts.ts'

interface Weighing {
  readonly weights: Partial<Record<Amount, number>>
  readonly requests: Amounts
}

interface Part {
  readonly amount: Amount
  readonly weight: number
  /** What the pod would add. */
  readonly asked: number
}

/** What counts, and what the pod would add: a request that was not made is assumed. */
const partsOf = ({ weights, requests }: Weighing): Part[] =>
  AMOUNTS.flatMap((amount) => {
    const weight = weights[amount] ?? 0
    const asked = requests[amount] ?? (amount === 'storage' ? 0 : ASSUMED[amount])
    return weight === 0 ? [] : [{ amount, weight, asked }]
  })

/** More is left, more points. */
export const leastAllocated = (weighing: Weighing): BulkScore => meanShare(weighing, { isOfWhatIsLeft: true })
/** More is taken, more points. */
export const mostAllocated = (weighing: Weighing): BulkScore => meanShare(weighing, { isOfWhatIsLeft: false })

/** The floored weighted mean of the shares with the pod there; resources that a node does not offer are left out. */
function meanShare(weighing: Weighing, { isOfWhatIsLeft }: { readonly isOfWhatIsLeft: boolean }): BulkScore {
  const parts = partsOf(weighing)
  const all = parts.reduce((sum, { weight }) => sum + weight, 0)
  return (slots, count, points, nodes) => {
    let isAnyMissing = all === 0
    for (const { amount, weight, asked } of parts) {
      const capacity = nodes.allocatable[amount]
      const held = heldOf(amount, nodes)
      for (let index = 0; index < count; index += 1) {
        const slot = slots[index]! // below count
        const whole = capacity[slot]! // columns have every slot
        const taken = Math.min(whole, held[slot]! + asked)
        if (whole === 0) isAnyMissing = true
        else points[index] = points[index]! + weight * Math.trunc((100 * (isOfWhatIsLeft ? whole - taken : taken)) / whole)
      }
    }
    for (let index = 0; index < count; index += 1) {
      const weight = isAnyMissing ? weightOn(slots[index]!, parts, nodes) : all
      points[index] = weight === 0 ? 0 : Math.trunc(points[index]! / weight)
    }
  }
}

const heldOf = (amount: Amount, { allocated }: NodeColumns) => (amount === 'storage' ? allocated.storage : allocated.assumed[amount])

/** The weight of what a node offers. */
const weightOn = (slot: number, parts: readonly Part[], { allocatable }: NodeColumns): number =>
  parts.reduce((sum, { amount, weight }) => sum + (allocatable[amount][slot] === 0 ? 0 : weight), 0)

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
      sum += weight * Math.trunc((100 * Math.max(0, whole - taken)) / whole)
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
      const slot = slots[index]! // below count, and columns have every slot
      const cpuWhole = allocatable.cpu[slot]!
      const memoryWhole = allocatable.memory[slot]!
      // A resource that the node does not offer leaves nothing to compare with.
      const isOffered = cpuWhole > 0 && memoryWhole > 0
      const first = isOffered ? Math.min(1, (allocated.cpu[slot]! + cpu) / cpuWhole) : 0
      const second = isOffered ? Math.min(1, (allocated.memory[slot]! + memory) / memoryWhole) : 0
      points[index] = Math.trunc(100 * (1 - Math.abs(first - second) / 2))
    }
  }
