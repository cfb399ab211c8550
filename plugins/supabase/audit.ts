/** Reads the audit, which no control plane holds in memory; it is written by commits. */
import type { AuditEntry } from '../../kernel/schema/audit.ts'
import type { AuditStore } from '../services.ts'
import { call, type Client } from './client.ts'
import { unavailable } from './errors.ts'
import type { Row, RowCodec } from './rows.ts'

/** @param codec known once the store is loaded */
export const createAudit = (client: Client, codec: () => RowCodec | undefined): AuditStore => ({
  async read(query) {
    const { data, error } = await call(client, 'audit_read', { p_query: query })
    const entries = codec()
    if (error || !entries) throw unavailable(`the audit was not read: ${error?.message ?? 'the store is not loaded'}`, error)
    return (data as Row[]).map((row) => entries.toRecord(row) as AuditEntry)
  },
})
