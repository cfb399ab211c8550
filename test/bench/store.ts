/**
 * Durable creations per second on the embedded store, with fsync: a unit is a pod and the entry of its history, acknowledged when it is
 * on the disk. Beside it raw batched SQL: the same rows into the same tables, in transactions of as many units as there are writers, by
 * multi-row inserts straight into PGlite, without a thread between and with the same fsync, and nothing checked but by the tables.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { PGlite } from '@electric-sql/pglite'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { silent } from '../../kernel/log.ts'
import { loadSchema } from '../../plugins/supabase/load.ts'
import { startEmbedded } from '../../plugins/supabase/embedded.ts'
import { connect } from '../../plugins/supabase/client.ts'
import type { Row, RowCodec } from '../../plugins/supabase/rows.ts'
import { openStore } from '../../plugins/supabase/store.ts'
import { openDatabase } from '../../plugins/supabase/worker/database.ts'
import type { BenchOptions } from './support/bench.ts'
import { creating, load, type Writer } from '../contract/support/change-sets.ts'
import { pod, podHistory } from '../contract/support/given-records.ts'

const WRITERS = [1, 16, 64, 256]
const WARM_UP_MS = 1_000
const MEASURED_MS = 4_000
const LATENCIES_MAX = 1_000_000

const migrations = fileURLToPath(new URL('../../supabase/migrations', import.meta.url))
const workerUrl = pathToFileURL(path.join(dist, 'db-worker.mjs'))

export interface StoreBench {
  readonly unit: string
  readonly rows: readonly {
    readonly writers: number
    readonly unitsPerSecond: number
    readonly p50Ms: number
    readonly p99Ms: number
    readonly rawUnitsPerSecond: number
    /** unitsPerSecond as a part of rawUnitsPerSecond */
    readonly ofRaw: number
  }[]
}

export const run = ({ rows }: BenchOptions): Promise<StoreBench> => storeBench(rows?.map(Number))

export function print(result: object): void {
  const { unit, rows } = result as StoreBench
  const line = ({ writers, unitsPerSecond, p50Ms, p99Ms, rawUnitsPerSecond, ofRaw }: StoreBench['rows'][number]) =>
    [writers, unitsPerSecond, p50Ms, p99Ms, rawUnitsPerSecond, ofRaw].map((value) => String(value).padStart(10)).join('')
  const head = ['writers', 'units/s', 'p50 ms', 'p99 ms', 'raw/s', 'of raw'].map((title) => title.padStart(10)).join('')
  process.stdout.write(`${[`A unit is ${unit}.`, head, ...rows.map(line)].join('\n')}\n`)
}

/** @param only numbers of writers; all unless told */
export async function storeBench(only: readonly number[] = WRITERS): Promise<StoreBench> {
  await buildIfStale()
  const folder = mkdtempSync(path.join(tmpdir(), 'stark-bench-'))
  try {
    const measured = await ofStore(path.join(folder, 'store'), only)
    const raw = await ofRaw(path.join(folder, 'store'), only)
    const rows = measured.map((row, index) => {
      const rawUnitsPerSecond = raw[index] ?? 0
      return { ...row, rawUnitsPerSecond, ofRaw: round(row.unitsPerSecond / rawUnitsPerSecond, 100) }
    })
    return { unit: 'one pod and one entry of its history, durable', rows }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ofStore(directory: string, only: readonly number[]) {
  const store = await openStore({ target: { kind: 'embedded', directory }, holder: 'bench', log: silent, workerUrl, migrations })
  const { writer } = await load(store)
  const rows = []
  for (const writers of only) {
    await writeFor(WARM_UP_MS, writers, writer)
    const { units, seconds, latencies } = await writeFor(MEASURED_MS, writers, writer)
    latencies.sort((a, b) => a - b)
    const quantile = (part: number) => round(latencies[Math.floor(latencies.length * part)] ?? 0, 100)
    rows.push({ writers, unitsPerSecond: Math.round(units / seconds), p50Ms: quantile(0.5), p99Ms: quantile(0.99) })
  }
  await store.close()
  return rows
}

async function writeFor(ms: number, writers: number, writer: Writer) {
  const latencies: number[] = []
  const started = performance.now()
  let units = 0
  const write = async () => {
    while (performance.now() - started < ms) {
      const created = aPod()
      const asked = performance.now()
      await writer.write(creating('pods', created), creating('podHistory', podHistory(created)))
      if (latencies.length < LATENCIES_MAX) latencies.push(performance.now() - asked)
      units++
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  return { units, latencies, seconds: (performance.now() - started) / 1000 }
}

/** Into the database that the store has left behind, so that tables and indexes are as full. */
async function ofRaw(directory: string, only: readonly number[]): Promise<number[]> {
  const codecs = await schemaOf(directory)
  const connection = await openDatabase(path.join(directory, 'postgres'))
  const results: number[] = []
  for (const writers of only) {
    await insertFor(WARM_UP_MS, writers, { database: connection.driver, codecs })
    results.push(await insertFor(MEASURED_MS, writers, { database: connection.driver, codecs }))
  }
  await connection.close()
  return results
}

async function schemaOf(directory: string): Promise<Map<string, RowCodec>> {
  const embedded = await startEmbedded({ directory, workerUrl, migrations, log: silent })
  const codecs = await loadSchema(connect(embedded, embedded.keys.secretKey))
  await embedded.close()
  return codecs
}

async function insertFor(ms: number, batch: number, { database, codecs }: { database: PGlite; codecs: Map<string, RowCodec> }) {
  const started = performance.now()
  let units = 0
  while (performance.now() - started < ms) {
    const pods = Array.from({ length: batch }, aPod)
    const rowsOf = (kind: string, records: Parameters<RowCodec['toRow']>[0][]) =>
      records.map((record) => codecs.get(kind)?.toRow(record) ?? {})
    await database.exec('begin')
    await insert(database, 'pods', rowsOf('pods', pods))
    await insert(
      database,
      'pod_history',
      rowsOf(
        'podHistory',
        pods.map((each) => podHistory(each)),
      ),
    )
    await database.exec('commit')
    units += batch
  }
  return Math.round((units / (performance.now() - started)) * 1000)
}

async function insert(database: PGlite, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const parameters = rows.flatMap((row) => columns.map((column) => row[column]))
  const tuple = (_: Row, index: number) => `(${columns.map((_column, each) => `$${index * columns.length + each + 1}`).join(', ')})`
  await database.query(`insert into public.${table} (${columns.join(', ')}) values ${rows.map(tuple).join(', ')}`, parameters)
}

/** Of the size that they have in a cluster. */
const aPod = () =>
  pod({
    resourceVersion: 1,
    packId: randomUUID(),
    createdBy: randomUUID(),
    labels: { app: 'web', tier: 'front', track: 'stable' },
    annotations: { 'example.com/owner': 'somebody' },
    resources: { requests: { cpu: 100, memory: 128 }, limits: { cpu: 500, memory: 512 } },
    tolerations: [{ key: 'stark/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    scheduling: { nodeSelector: { zone: 'a' } },
    env: { MODE: 'production' },
    priorityClassName: 'default',
  })

const round = (value: number, to: number) => Math.round(value * to) / to
