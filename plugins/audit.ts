/**
 * The audit: who did what, from where, when, and with which result. A change that somebody asked for is noted in its own commit, so the
 * two are durable together or not at all; a refusal is noted soon after, those that are alike as one. What agents report of their pods
 * is in the pods' history and not here. Entries are in the store only, where nobody changes them.
 * Taps persist, before the store, and settled; adds the kind audit, of which a watch tells what is new, and the operation audit.list.
 */
import { Type } from 'typebox'
import {
  AuditEntry,
  AUDITED_OBJECTS_MAX,
  KernelError,
  Listing,
  Page,
  strict,
  Time,
  timestamp,
  type Change,
  type Draft,
  type Plugin,
  type PluginKernel,
  type Reader,
  type Settled,
} from '../kernel/index.ts'

const FLUSH_MS = 1_000
/** Refusals of different kinds between two flushes; more are counted together. */
const REFUSALS_MAX = 500
const LIMIT = 100
/** Records that follow from others. */
const CONSEQUENCES: readonly string[] = ['audit', 'podHistory', 'idempotencyKeys', 'events']
/** Refused reads are of interest when it was for who asked. */
const ABOUT_WHO: readonly string[] = ['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'FORBIDDEN', 'TOO_MANY']

type Entry = Omit<AuditEntry, 'id' | 'createdAt' | 'updatedAt' | 'resourceVersion'>

export const audit = (): Plugin => ({
  name: 'audit',
  after: ['auth', 'supabase'],
  apply(kernel) {
    kernel.kinds.define<AuditEntry>('audit', {
      schema: AuditEntry,
      isArchive: true,
      watch: { permission: 'audit:read', view: (entry) => entry },
    })
    kernel.hooks.persist.tap('audit', (draft) => note(draft, kernel.state))
    noteRefusals(kernel)
    defineList(kernel)
  },
})

function note(draft: Draft, state: Reader): void {
  const { actorId, operation, roles, credentialId = null, remote = '', correlationId = null } = draft.origin
  if (operation === undefined || isReport(roles, operation)) return
  const changed = draft.changes.filter(({ kind }) => !CONSEQUENCES.includes(kind))
  if (changed.length === 0) return
  draft.create('audit', {
    at: timestamp(draft.at),
    actorId,
    actorName: state.get('users', actorId)?.email ?? null,
    credentialId,
    remote,
    operation,
    result: 'done',
    count: 1,
    correlationId,
    objects: changed.slice(0, AUDITED_OBJECTS_MAX).map(objectOf),
  } satisfies Entry)
}

/** Agents say how their pods are; that they join is a change like any other. */
const isReport = (roles: readonly string[] | undefined, operation: string): boolean =>
  roles?.includes('node') === true && operation !== 'nodes.register'

function objectOf(change: Change): Entry['objects'][number] {
  const record = change.op === 'put' ? change.record : change.before
  const name = 'name' in record && typeof record.name === 'string' ? record.name : null
  const op = change.op === 'delete' ? 'delete' : change.before ? 'update' : 'create'
  return { kind: change.kind, id: change.id, name, op }
}

function noteRefusals({ operations, clock, commit, state, onStop, log }: PluginKernel): void {
  let refusals = new Map<string, Entry>()
  operations.settled.tap('audit', (settled) => {
    const result = resultOf(settled)
    if (result === undefined) return
    const entry = entryOf(settled, result, { at: timestamp(clock.now()), state })
    const key = `${entry.actorId}\n${entry.remote}\n${entry.operation}\n${result}`
    const isFull = refusals.size >= REFUSALS_MAX && !refusals.has(key)
    const known = refusals.get(isFull ? result : key)
    const kept = isFull ? { ...entry, actorId: 'many', actorName: null, credentialId: null, remote: '', operation: null } : entry
    refusals.set(isFull ? result : key, known ? { ...known, count: known.count + 1 } : kept)
  })
  const flush = async () => {
    if (refusals.size === 0) return
    const entries = [...refusals.values()]
    refusals = new Map()
    try {
      await commit({ actorId: 'audit' }, (transaction) => {
        for (const entry of entries) transaction.create('audit', entry)
      })
    } catch (error) {
      log.warn('refusals could not be noted in the audit', { refusals: entries.length, error: String(error) })
    }
  }
  clock.every(FLUSH_MS, flush)
  onStop(flush)
}

/** Undefined for what was answered, and for reads and reports that were refused for another reason than who asked. */
function resultOf({ operation, error, who }: Settled): string | undefined {
  if (error === undefined) return undefined
  const code = error instanceof KernelError ? error.code : 'INTERNAL'
  if (ABOUT_WHO.includes(code)) return code
  // Where nothing can be written, nothing can be noted; the log has it.
  const isOfStore = code === 'NOT_READY' || code === 'STORE_UNAVAILABLE'
  const isRead = operation === undefined || operation.http.startsWith('GET')
  return isRead || isOfStore || who?.kind === 'node' ? undefined : code
}

function entryOf(
  { operation, who, input, remote, correlationId }: Settled,
  result: string,
  { at, state }: { at: string; state: Reader },
): Entry {
  return {
    at,
    actorId: who?.id ?? 'anonymous',
    actorName: who && who.kind !== 'system' ? who.name : accountOf(input, state),
    credentialId: who && who.credentialId !== '' ? who.credentialId : null,
    remote,
    operation: operation?.name ?? null,
    result,
    count: 1,
    correlationId: correlationId ?? null,
    objects: [],
  }
}

/** Whose account somebody tried; what is no account may be a password that was typed into the wrong field. */
function accountOf(input: object | undefined, state: Reader): string | null {
  if (!input || !('email' in input) || typeof input.email !== 'string') return null
  return state.find('users', 'email', input.email.toLowerCase())?.email ?? null
}

function defineList({ operations, need }: PluginKernel): void {
  operations.define({
    name: 'audit.list',
    summary: 'Who did what, from where, when, and with which result; the newest first',
    http: 'GET /api/audit',
    permission: 'audit:read',
    input: strict({
      ...Page,
      actorId: Type.Optional(Type.String({ maxLength: 128 })),
      operation: Type.Optional(Type.String({ maxLength: 128 })),
      result: Type.Optional(Type.String({ maxLength: 64, description: 'done, or the code of a refusal' })),
      since: Type.Optional(Time),
      until: Type.Optional(Time),
    }),
    output: Listing(AuditEntry),
    errors: ['INVALID_CURSOR', 'STORE_UNAVAILABLE'],
    async handle({ limit = LIMIT, cursor, ...filter }) {
      const before = cursor === undefined ? undefined : parseCursor(cursor)
      const items = await need('auditStore').read({ ...filter, limit: limit + 1, ...(before ? { before } : {}) })
      const shown = items.slice(0, limit)
      const last = shown.at(-1)
      return { items: shown, nextCursor: last && items.length > limit ? `${last.at}_${last.id}` : null }
    },
  })
}

const CURSOR = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

function parseCursor(cursor: string): { readonly at: string; readonly id: string } {
  const [, at, id] = CURSOR.exec(cursor) ?? []
  if (at !== undefined && id !== undefined && Number.isFinite(Date.parse(at))) return { at, id }
  throw new KernelError('INVALID_CURSOR', 'the cursor is not one that a list gave: leave it out to begin at the start')
}
