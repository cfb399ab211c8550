/**
 * The entries of the audit that a filter lets through, the newest first: those that there are, page by page, and those that come while
 * somebody looks. Reactive.
 */
import { shallowRef } from '@vue/reactivity'
import type { AuditEntry } from '../../../kernel/schema/audit.ts'
import type { Event } from '../../../kernel/wire/frames.ts'
import { Answer, type State } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { matches, type AuditFilter } from './audit-filter.ts'

const ENTRIES_PER_PAGE = 100
/** More begins anew with the first page. */
const ENTRIES_MAX = 2_000

export interface Page {
  readonly items: readonly AuditEntry[]
  readonly nextCursor: string | null
}

const NONE: readonly AuditEntry[] = []

export class AuditFeed {
  readonly #cluster: Pick<Cluster, 'ask' | 'hear'>
  readonly #filter: AuditFilter
  /** Asked for once its entries are followed, so that none is missed in between. */
  readonly #first = shallowRef<Answer<Page> | undefined>(undefined)
  /** Since then. */
  readonly #fresh = shallowRef(NONE)
  /** Behind the first page. */
  readonly #older = shallowRef<Page | undefined>(undefined)
  readonly #refusal = shallowRef<string | undefined>(undefined)
  readonly #end: () => void

  constructor(cluster: Pick<Cluster, 'ask' | 'hear'>, filter: AuditFilter) {
    this.#cluster = cluster
    this.#filter = filter
    this.#end = cluster.hear('audit', {
      onEvent: (event) => this.#hear(event),
      onRefused: ({ detail }) => (this.#refusal.value = detail),
    })
  }

  get state(): State<Page> {
    if (this.#refusal.value !== undefined) return { is: 'failed', detail: this.#refusal.value }
    const state = this.#first.value?.state ?? { is: 'waiting' }
    if (state.is !== 'there') return state
    const { items, nextCursor } = this.#older.value ?? state.value
    const all = [...this.#fresh.value, ...state.value.items, ...(this.#older.value ? items : NONE)]
    return { is: 'there', value: { items: [...new Map(all.map((entry) => [entry.id, entry])).values()], nextCursor } }
  }

  /** @throws WireError */
  async showOlder(cursor: string): Promise<void> {
    const { items, nextCursor } = await this.#ask({ cursor })
    this.#older.value = { items: [...(this.#older.value?.items ?? NONE), ...items], nextCursor }
  }

  close(): void {
    this.#end()
  }

  #ask(page: { readonly cursor?: string }): Promise<Page> {
    return this.#cluster.ask<Page>('audit.list', { ...this.#filter, limit: ENTRIES_PER_PAGE, ...page })
  }

  /** Entries are in the store alone, so a snapshot has none of them: it says that some may have been missed. */
  #hear({ isSnapshot, put }: Event): void {
    const come = (put as readonly AuditEntry[]).filter((entry) => matches(entry, this.#filter))
    const count = this.#fresh.value.length + (this.#older.value?.items.length ?? 0) + come.length
    if (isSnapshot || count > ENTRIES_MAX) this.#beginAnew()
    else if (come.length > 0) this.#fresh.value = [...come.toReversed(), ...this.#fresh.value]
  }

  #beginAnew(): void {
    this.#fresh.value = NONE
    this.#older.value = undefined
    if (this.#first.value) void this.#first.value.again()
    else this.#first.value = new Answer(() => this.#ask({}))
  }
}
