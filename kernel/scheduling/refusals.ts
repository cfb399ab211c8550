/** Refusals counted by plugin and by what is the same in the reasons of many nodes. */
import type { Refusal } from './candidates.ts'

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
  /** By slot: the number of its kind, from 1; 0 for none. */
  #of: Uint16Array

  constructor(slots: number) {
    this.#of = new Uint16Array(slots)
  }

  get kinds(): readonly RefusalKind[] {
    return this.#kinds
  }

  set(slot: number, refusal: Refusal | undefined): void {
    const known = this.#kinds[(this.#of[slot] ?? 0) - 1]
    if (known) known.count -= 1
    this.#of[slot] = refusal ? this.#count(refusal) : 0
  }

  clear(slots: number): void {
    this.#of = new Uint16Array(slots)
    for (const kind of this.#kinds) kind.count = 0
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
