/**
 * Numbers about every node in columns by slot, so that a rule over many nodes is a loop over arrays. The arrays are replaced when
 * the cluster outgrows them: rules are handed the columns each time and keep none.
 */
import type { Capacity, Pod } from '../schema/index.ts'

/** What a request that was not made counts as where nodes are compared. Source: the scheduler's GetNonzeroRequests */
export const ASSUMED = { cpu: 100, memory: 200 } as const

/** What the pods on a node hold: cpu in millicores, memory and storage in MB. */
export interface Held extends Capacity {
  /** cpu and memory, with what was not requested assumed. */
  readonly assumed: Pick<Capacity, 'cpu' | 'memory'>
}

export type Column = Float64Array

interface AmountColumns {
  readonly cpu: Column
  readonly memory: Column
  readonly storage: Column
  readonly pods: Column
}

interface HeldColumns extends AmountColumns {
  readonly assumed: Pick<AmountColumns, 'cpu' | 'memory'>
}

/** What rules over many nodes read, by slot. */
export interface NodeColumns {
  readonly allocatable: AmountColumns
  readonly allocated: HeldColumns
}

const SLOTS_FIRST = 256

export class Columns implements NodeColumns {
  allocatable: AmountColumns = capacities(SLOTS_FIRST)
  allocated: HeldColumns = {
    ...capacities(SLOTS_FIRST),
    assumed: { cpu: new Float64Array(SLOTS_FIRST), memory: new Float64Array(SLOTS_FIRST) },
  }

  /** How many slots there is room for. */
  get capacity(): number {
    return this.allocatable.cpu.length
  }

  /** Makes room for a slot. @returns whether the arrays are other ones now */
  reserve(slot: number): boolean {
    if (slot < this.capacity) return false
    const slots = Math.max(slot + 1, this.capacity * 2)
    const { assumed } = this.allocated
    this.allocatable = grown(this.allocatable, slots)
    this.allocated = {
      ...grown(this.allocated, slots),
      assumed: { cpu: longer(assumed.cpu, slots), memory: longer(assumed.memory, slots) },
    }
    return true
  }

  setAllocatable(slot: number, { cpu, memory, storage, pods }: Capacity): void {
    const { allocatable } = this
    allocatable.cpu[slot] = cpu
    allocatable.memory[slot] = memory
    allocatable.storage[slot] = storage
    allocatable.pods[slot] = pods
  }

  /** Adds what a pod holds (1) or takes it away (-1). */
  count(slot: number, { cpu, memory, storage }: Pod['resources']['requests'], sign: 1 | -1): void {
    const { allocated } = this
    add(allocated.cpu, slot, sign * (cpu ?? 0))
    add(allocated.memory, slot, sign * (memory ?? 0))
    add(allocated.storage, slot, sign * (storage ?? 0))
    add(allocated.pods, slot, sign)
    add(allocated.assumed.cpu, slot, sign * (cpu ?? ASSUMED.cpu))
    add(allocated.assumed.memory, slot, sign * (memory ?? ASSUMED.memory))
  }

  /** @returns a live view: its numbers change with the cluster */
  heldAt(slot: number): Held {
    return new HeldAt(this, slot)
  }
}

const capacities = (slots: number): AmountColumns => ({
  cpu: new Float64Array(slots),
  memory: new Float64Array(slots),
  storage: new Float64Array(slots),
  pods: new Float64Array(slots),
})

const grown = ({ cpu, memory, storage, pods }: AmountColumns, slots: number): AmountColumns => ({
  cpu: longer(cpu, slots),
  memory: longer(memory, slots),
  storage: longer(storage, slots),
  pods: longer(pods, slots),
})

function longer(column: Float64Array, slots: number): Float64Array {
  const made = new Float64Array(slots)
  made.set(column)
  return made
}

function add(column: Float64Array, slot: number, amount: number): void {
  column[slot] = (column[slot] ?? 0) + amount
}

class HeldAt implements Held {
  readonly #columns: Columns
  readonly #slot: number
  readonly assumed: Held['assumed']

  constructor(columns: Columns, slot: number) {
    this.#columns = columns
    this.#slot = slot
    this.assumed = new AssumedAt(columns, slot)
  }

  get cpu(): number {
    return this.#columns.allocated.cpu[this.#slot] ?? 0
  }

  get memory(): number {
    return this.#columns.allocated.memory[this.#slot] ?? 0
  }

  get storage(): number {
    return this.#columns.allocated.storage[this.#slot] ?? 0
  }

  get pods(): number {
    return this.#columns.allocated.pods[this.#slot] ?? 0
  }
}

class AssumedAt {
  readonly #columns: Columns
  readonly #slot: number

  constructor(columns: Columns, slot: number) {
    this.#columns = columns
    this.#slot = slot
  }

  get cpu(): number {
    return this.#columns.allocated.assumed.cpu[this.#slot] ?? 0
  }

  get memory(): number {
    return this.#columns.allocated.assumed.memory[this.#slot] ?? 0
  }
}
