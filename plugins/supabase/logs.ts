/** Chunks of pods' logs, which are rows but no records: they have no revision, and a chunk that is sent twice is stored once. */
import type { LogChunk, LogStore } from '../services.ts'
import { call, type Client } from './client.ts'
import { unavailable } from './errors.ts'
import { fromJsonb, toJsonb } from './rows.ts'

interface ChunkRow {
  readonly pod_id: string
  readonly incarnation: number
  readonly first_seq: number
  readonly last_seq: number
  readonly bytes: number
  readonly lines: Record<string, unknown>
}

export function createLogs(client: Client): LogStore {
  const ask = async (name: string, parameters: object): Promise<unknown> => {
    const { data, error } = await call(client, name, parameters)
    if (error) throw unavailable(`${name} failed: ${error.message}`, error)
    return data
  }
  return {
    append: async (chunks) => void (await ask('logs_append', { p_chunks: chunks.map(toRow) })),
    read: async (podId) => ((await ask('logs_read', { p_pod_id: podId })) as ChunkRow[]).map(toChunk),
    trim: async (podId, beforeSeq) => void (await ask('logs_trim', { p_pod_id: podId, p_before_seq: beforeSeq })),
    delete: async (podIds) => void (await ask('logs_delete', { p_pod_ids: podIds })),
  }
}

/** A pack prints what it likes, also what jsonb cannot hold: toJsonb sees to that. */
const toRow = ({ podId, incarnation, firstSeq, lastSeq, bytes, lines }: LogChunk): ChunkRow => ({
  pod_id: podId,
  incarnation,
  first_seq: firstSeq,
  last_seq: lastSeq,
  bytes,
  lines: toJsonb({ lines }),
})

const toChunk = (row: ChunkRow): LogChunk => ({
  podId: row.pod_id,
  incarnation: row.incarnation,
  firstSeq: row.first_seq,
  lastSeq: row.last_seq,
  bytes: row.bytes,
  lines: fromJsonb(row.lines)['lines'] as LogChunk['lines'],
})
