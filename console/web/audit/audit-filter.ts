/** Which entries of the audit are shown: as the address has it, as the operation takes it, and as a command says it. Pure. */
import type { AuditEntry } from '../../../kernel/schema/audit.ts'
import { shellWord } from '../format.ts'
import { partOf } from '../route.ts'

/** As audit.list calls them, and in the address. */
export const FILTERS = ['actorId', 'operation', 'result', 'since', 'until'] as const
export type FilterName = (typeof FILTERS)[number]
export type AuditFilter = Readonly<Partial<Record<FilterName, string>>>

export const filterOf = (query: Readonly<Record<string, string>>): AuditFilter => partOf(query, FILTERS)

/** As audit.list does it. */
export const matches = ({ at, actorId, operation, result }: AuditEntry, filter: AuditFilter): boolean =>
  (filter.actorId === undefined || actorId === filter.actorId) &&
  (filter.operation === undefined || operation === filter.operation) &&
  (filter.result === undefined || result === filter.result) &&
  (filter.since === undefined || Date.parse(at) >= Date.parse(filter.since)) &&
  (filter.until === undefined || Date.parse(at) < Date.parse(filter.until))

const FLAGS: Readonly<Record<FilterName, string>> = {
  actorId: '--actor-id',
  operation: '--operation',
  result: '--result',
  since: '--since',
  until: '--until',
}

export const auditCommand = (filter: AuditFilter): string =>
  ['npx stark audit list', ...FILTERS.flatMap((name) => (filter[name] ? [`${FLAGS[name]} ${shellWord(filter[name])}`] : []))].join(' ')
