/** Which entries of the pods' history are shown: as the address has it, as the operations take it, and as a command says it. Pure. */
import { shellWord } from '../format.ts'
import { partOf } from '../route.ts'

/** As history.list calls them, and in the address; a node by its name or id. */
export const FILTERS = ['pod', 'namespace', 'node', 'reason', 'actor', 'since', 'until'] as const
export type FilterName = (typeof FILTERS)[number]
export type HistoryFilter = Readonly<Partial<Record<FilterName, string>>>

export const filterOf = (query: Readonly<Record<string, string>>): HistoryFilter => partOf(query, FILTERS)

/** What is shown where the address names no time. */
export const RECENT_MS = 900_000

/** @param idOf of a node by its name; undefined where there is none, or it is an id */
export function inputOf(
  filter: HistoryFilter,
  { idOf, nowMs }: { idOf: (name: string) => string | undefined; nowMs: number },
): HistoryFilter {
  const { node, since, until } = filter
  return {
    ...filter,
    ...(node === undefined ? {} : { node: idOf(node) ?? node }),
    ...(since === undefined && until === undefined ? { since: new Date(nowMs - RECENT_MS).toISOString() } : {}),
  }
}

/** Of what has an end, all is there to be read; else it goes on. */
export const historyCommand = (filter: HistoryFilter): string =>
  [
    'npx stark history',
    ...FILTERS.flatMap((name) => (filter[name] ? [`--${name} ${shellWord(filter[name])}`] : [])),
    ...(filter.until === undefined ? ['-f'] : []),
  ].join(' ')
