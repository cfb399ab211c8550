/** Which entries of the audit are shown: as the address has it, as the operation takes it, and as a command says it. Pure. */
import { shellWord } from '../format.ts'

/** As audit.list calls them, and in the address. */
export const FILTERS = ['actorId', 'operation', 'result', 'since', 'until'] as const
export type FilterName = (typeof FILTERS)[number]
export type AuditFilter = Readonly<Partial<Record<FilterName, string>>>

/** What the address asks for that is not empty. */
export const filterOf = (query: Readonly<Record<string, string>>): AuditFilter =>
  Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])))

const MINUTE_MS = 60_000
/** While a year is typed, it begins as another: 2026 as 2. */
const LOCAL_MIN = '1970'

/** A time of the address as a field for times wants it, in the time zone of whoever looks; nothing for what is no time. */
export function localTime(time: string): string {
  const ms = Date.parse(time)
  if (Number.isNaN(ms)) return ''
  const minutesBehind = new Date(ms).getTimezoneOffset()
  return new Date(ms - minutesBehind * MINUTE_MS).toISOString().slice(0, '2026-01-02T03:04'.length)
}

/** The opposite: what is sent to somebody means the same moment there. @returns undefined while it is being typed */
export function universalTime(local: string): string | undefined {
  if (local === '') return ''
  return local < LOCAL_MIN ? undefined : new Date(local).toISOString()
}

const FLAGS: Readonly<Record<FilterName, string>> = {
  actorId: '--actor-id',
  operation: '--operation',
  result: '--result',
  since: '--since',
  until: '--until',
}

export const auditCommand = (filter: AuditFilter): string =>
  ['npx stark audit list', ...FILTERS.flatMap((name) => (filter[name] ? [`${FLAGS[name]} ${shellWord(filter[name])}`] : []))].join(' ')
