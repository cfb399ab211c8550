/**
 * The entries of the pods' history that a filter lets through: with an end page by page, from the oldest; else from its beginning, or
 * lately, and followed. Reactive.
 */
import { shallowRef } from '@vue/reactivity'
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { followLines } from '../follow-lines.ts'
import type { HistoryFilter } from './history-filter.ts'

/** Of those that are followed, the newest. */
export const ENTRIES_MAX = 1_000
const ENTRIES_PER_PAGE = 500

interface Page {
  readonly items: readonly PodHistory[]
  readonly nextCursor: string | null
}

export class HistoryFeed {
  readonly #entries = shallowRef<readonly PodHistory[]>([])
  readonly #problem = shallowRef('')
  readonly #later = shallowRef<string | null>(null)
  readonly #end = new AbortController()
  readonly #cluster: Cluster
  readonly #input: HistoryFilter

  /** @param input as the operations take it */
  constructor(cluster: Cluster, input: HistoryFilter) {
    this.#cluster = cluster
    this.#input = input
    if (input.until === undefined) void this.#follow()
    else void this.showLater()
  }

  /** The oldest first. */
  get entries(): readonly PodHistory[] {
    return this.#entries.value
  }
  /** What the server has against it, or ''. */
  get problem(): string {
    return this.#problem.value
  }
  /** Whether there are later ones than those that are shown. */
  get hasLater(): boolean {
    return this.#later.value !== null
  }

  async showLater(): Promise<void> {
    const cursor = this.#later.value
    const input = { ...this.#input, limit: ENTRIES_PER_PAGE, ...(cursor === null ? {} : { cursor }) }
    try {
      const { items, nextCursor } = await this.#cluster.ask<Page>('history.list', input)
      this.#entries.value = [...this.#entries.value, ...items]
      this.#later.value = nextCursor
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#problem.value = error.message
    }
  }

  close(): void {
    this.#end.abort()
  }

  async #follow(): Promise<void> {
    try {
      await followLines<PodHistory>({
        address: () => `/api/history/follow?${new URLSearchParams({ ...this.#input, ...this.#sinceLast() }).toString()}`,
        token: this.#cluster.token,
        signal: this.#end.signal,
        onItems: (items) => this.#add(items),
      })
    } catch (error) {
      this.#problem.value = error instanceof Error ? error.message : String(error)
    }
  }

  /** After a break: what came at the same moment comes a second time. */
  #sinceLast(): { readonly since?: string } {
    const last = this.#entries.value.at(-1)
    return last ? { since: last.at } : {}
  }

  #add(items: readonly PodHistory[]): void {
    const entries = new Map([...this.#entries.value, ...items].map((entry) => [entry.id, entry]))
    this.#entries.value = [...entries.values()].slice(-ENTRIES_MAX)
  }
}
