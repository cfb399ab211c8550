/** Reads everything back at start: which kinds of records there are, and all records of each, in pages by id. */
import type { Entity } from '../../kernel/schema/common.ts'
import { call, type Client } from './client.ts'
import { unavailable } from './errors.ts'
import { rowCodec, type KindSchema, type Row, type RowCodec } from './rows.ts'

const PAGE_ROWS = 2_000
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000'

/** @returns what turns records of each kind into rows and back, in the order of loading */
export async function loadSchema(client: Client): Promise<Map<string, RowCodec>> {
  const schema = (await ask(client, 'store_schema', {})) as KindSchema[]
  return new Map(schema.map((kind) => [kind.kind, rowCodec(kind)]))
}

/** @returns the highest revision that was ever committed */
export async function loadRecords(
  client: Client,
  codecs: ReadonlyMap<string, RowCodec>,
  into: (kind: string, records: Entity[]) => void,
): Promise<number> {
  for (const [kind, codec] of codecs) {
    if (codec.isArchive) continue
    for (let after: string | undefined = BEFORE_ALL_IDS; after !== undefined;) {
      const rows = (await ask(client, 'load_page', { p_kind: kind, p_after: after, p_limit: PAGE_ROWS })) as Row[]
      const records = rows.map((row) => codec.toRecord(row))
      if (records.length > 0) into(kind, records)
      after = rows.length < PAGE_ROWS ? undefined : records.at(-1)?.id
    }
  }
  return Number(await ask(client, 'store_revision', {}))
}

async function ask(client: Client, name: string, parameters: object): Promise<unknown> {
  const { data, error } = await call(client, name, parameters)
  if (error) throw unavailable(`${name} failed: ${error.message}`, error)
  return data
}
