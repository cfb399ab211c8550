/**
 * What somebody asked for, shown before the server has answered: on top of the record as the server has it, marked as not confirmed, and
 * taken back when it is refused. It is confirmed by the record of the version that the answer names, or of a later one.
 */
import type { Event } from '../../kernel/wire/frames.ts'

export interface Expectation<K extends string = string> {
  readonly kind: K
  /** Of the record. */
  readonly id: string
  /** Which of its fields become what. */
  readonly change: object
}

interface Versioned {
  readonly id: string
  readonly resourceVersion: number
}
interface Expected extends Expectation {
  /** Since the answer: in which version of the record it is. */
  version: number | undefined
}

/** Beyond these, nothing is shown before it is there. */
const EXPECTED_MAX = 500

const unconfirmed = new WeakSet<object>()
/** Whether a record says what was asked for and not what is known. */
export const isUnconfirmed = (record: object): boolean => unconfirmed.has(record)

export interface Shown {
  readonly get: (kind: string, id: string) => Versioned | undefined
  readonly put: (kind: string, record: Versioned) => void
}

export class Foreseen {
  readonly #shown: Shown
  readonly #expected = new Set<Expected>()
  /** Records of which something is expected, as the server has them. */
  readonly #known = new Map<string, Versioned>()

  constructor(shown: Shown) {
    this.#shown = shown
  }

  /** Shows what is expected while it is asked for. @throws what asking throws; then the record is again what the server has */
  async during<T>(expectation: Expectation, ask: () => Promise<T>): Promise<T> {
    const { kind, id } = expectation
    const known = this.#known.get(id) ?? this.#shown.get(kind, id)
    if (!known || this.#expected.size >= EXPECTED_MAX) return ask()
    const expected: Expected = { ...expectation, version: undefined }
    this.#expected.add(expected)
    this.#show(kind, known)
    try {
      const answer = await ask()
      expected.version = versionOf(answer)
      return answer
    } catch (error) {
      this.#expected.delete(expected)
      throw error
    } finally {
      const latest = this.#known.get(id)
      if (latest) this.#show(kind, latest)
    }
  }

  /** What the server tells, with what is expected on top of it. */
  over(kind: string, event: Event): Event {
    if (this.#known.size === 0) return event
    for (const id of this.#goneWith(kind, event)) this.#known.delete(id)
    for (const each of this.#expected) if (each.kind === kind && !this.#known.has(each.id)) this.#expected.delete(each)
    return { ...event, put: event.put.map((record) => this.#with(record as Versioned)) }
  }

  #goneWith(kind: string, { isSnapshot, left = 0, put, gone }: Event): readonly string[] {
    if (!isSnapshot || left > 0) return gone
    const there = new Set((put as readonly Versioned[]).map(({ id }) => id))
    return [...this.#expected].flatMap((each) => (each.kind === kind && !there.has(each.id) ? [each.id] : []))
  }

  #show(kind: string, known: Versioned): void {
    this.#shown.put(kind, this.#with(known))
  }

  #with(known: Versioned): Versioned {
    const { id, resourceVersion } = known
    const changes: object[] = []
    for (const each of this.#expected) {
      if (each.id !== id) continue
      if (each.version !== undefined && each.version <= resourceVersion) this.#expected.delete(each)
      else changes.push(each.change)
    }
    if (changes.length === 0) {
      this.#known.delete(id)
      return known
    }
    this.#known.set(id, known)
    const record = Object.freeze(Object.assign({}, known, ...changes) as Versioned)
    unconfirmed.add(record)
    return record
  }
}

/** An answer without a version is as new as anything. */
const versionOf = (answer: unknown): number =>
  typeof answer === 'object' && answer !== null && 'resourceVersion' in answer ? Number(answer.resourceVersion) : 0
