/** Refusals counted by plugin and by what is the same in the reasons of many nodes. */
import type { Refusal } from './candidates.ts'
import type { NodeList } from './node-list.ts'

export interface RefusalKind {
  readonly plugin: string
  readonly kind: string
  /** How many nodes are refused so. */
  count: number
}

/** The part of a reason that is the same for many nodes. */
export function kindOf(reason: string): string {
  const end = reason.indexOf(': ')
  return end < 0 ? reason : reason.slice(0, end)
}

/** More kinds than a number of theirs has room for: the rest counts as the last one. */
const KINDS_MAX = 0xfffe

/** The kind of refusal of each slot, with counts. */
export class RefusalCounts {
  readonly #kinds: RefusalKind[] = []
  readonly #numbers = new Map<string, number>()
  readonly #nodes: NodeList
  /** By slot: the number of its kind, from 1; 0 for none. */
  #of = NOBODY

  constructor(nodes: NodeList) {
    this.#nodes = nodes
  }

  get kinds(): readonly RefusalKind[] {
    return this.#kinds
  }

  has(slot: number): boolean {
    return (this.#of[slot] ?? 0) > 0
  }

  set(slot: number, refusal: Refusal | undefined): void {
    const known = this.#kinds[(this.#of[slot] ?? 0) - 1]
    if (known) known.count -= 1
    else if (!refusal) return
    if (slot >= this.#of.length) this.#grow()
    this.#of[slot] = refusal ? this.#count(refusal) : 0
  }

  clear(): void {
    this.#of = NOBODY
    for (const kind of this.#kinds) kind.count = 0
  }

  #grow(): void {
    const grown = new Uint16Array(this.#nodes.columns.capacity)
    grown.set(this.#of)
    this.#of = grown
  }

  #count({ plugin, reason }: Refusal): number {
    const kind = kindOf(reason)
    const key = `${plugin}\n${kind}`
    const number = this.#numbers.get(key) ?? Math.min(this.#kinds.length + 1, KINDS_MAX)
    const known = this.#kinds[number - 1]
    if (known) known.count += 1
    else {
      this.#kinds.push({ plugin, kind, count: 1 })
      this.#numbers.set(key, number)
    }
    return number
  }
}

const NOBODY = new Uint16Array(0)
