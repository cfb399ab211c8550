/**
 * The two Supabases of the store's contract, each behind HTTP on this machine: the embedded one on PGlite, and the same front on a real
 * PostgreSQL server. Both can be taken away and brought back.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { PostgresConnection } from '@supabase/lite/postgres'
import postgres from 'postgres'
import { buildIfStale, dist } from '../../../console/cli/build.mjs'
import { silent } from '../../../kernel/log.ts'
import { connect, type Client, type Fetch } from '../../../plugins/supabase/client.ts'
import { startEmbedded } from '../../../plugins/supabase/embedded.ts'
import { loadKeys, type Keys } from '../../../plugins/supabase/keys.ts'
import { openStore, type Store, type StoreOptions } from '../../../plugins/supabase/store.ts'
import { createApp } from '../../../plugins/supabase/worker/app.ts'
import { silenceConsole } from '../../../plugins/supabase/worker/console.ts'
import { roles } from '../../../plugins/supabase/worker/roles.ts'
import { startPostgres } from '../../support/postgres.ts'
import { Loopback } from './loopback.ts'

export const migrations = fileURLToPath(new URL('../../../supabase/migrations', import.meta.url))
export const workerUrl = pathToFileURL(path.join(dist, 'db-worker.mjs'))

export interface Front {
  readonly loopback: Loopback
  readonly keys: Keys
  /** A client with the secret key, or another. */
  client(key?: string): Client
  open(options?: Partial<StoreOptions>): Promise<Store>
  /** What keeps the data goes away, and comes back. */
  crash(): Promise<void>
  recover(): Promise<void>
  stop(): Promise<void>
}

interface Behind {
  readonly fetch: Fetch
  readonly keys: Keys
  crash?(): Promise<void>
  recover?(): Promise<void>
  stop(): Promise<void>
}

export const fronts: Readonly<Record<string, (folder: string) => Promise<Front>>> = {
  'the embedded database': async (folder) => serve(await onPglite(folder)),
  'a PostgreSQL server': async (folder) => serve(await onPostgres(folder)),
}

async function serve({ fetch, keys, crash, recover, stop }: Behind): Promise<Front> {
  const loopback = new Loopback(fetch)
  await loopback.start()
  const { url } = loopback
  return {
    loopback,
    keys,
    client: (key = keys.secretKey) => connect({ url, fetch: globalThis.fetch }, key),
    open: (options) => openStore({ target: { kind: 'supabase', url, ...keys }, holder: 'tester', log: silent, ...options }),
    async crash() {
      await loopback.stop()
      await crash?.()
    },
    async recover() {
      await recover?.()
      await loopback.start()
    },
    async stop() {
      await loopback.stop()
      await stop()
    },
  }
}

async function onPglite(directory: string): Promise<Behind> {
  await buildIfStale()
  const { fetch, keys, close } = await startEmbedded({ directory, workerUrl, migrations, log: silent })
  return { fetch, keys, stop: close }
}

async function onPostgres(directory: string): Promise<Behind> {
  const server = await startPostgres()
  const keys = loadKeys(directory)
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  await sql.unsafe(roles)
  mkdirSync(directory, { recursive: true })
  const console = silenceConsole()
  const storage = path.join(directory, 'storage')
  let connection = await connectTo(server.url)
  let app = await createApp({ connection, keys, storage })
  for (const file of readdirSync(migrations).sort()) await sql.unsafe(readFileSync(path.join(migrations, file), 'utf8'))
  await sql.end()
  return {
    fetch: (input, init) => app.fetch(new Request(input, init)),
    keys,
    async crash() {
      await connection.driver.end({ timeout: 1 }) // it cannot bear a server that goes while it writes
      await server.crash()
    },
    async recover() {
      await server.start()
      connection = await connectTo(server.url)
      app = await createApp({ connection, keys, storage })
    },
    async stop() {
      console.restore()
      await connection.driver.end({ timeout: 1 })
      await server.remove()
    },
  }
}

async function connectTo(url: string): Promise<PostgresConnection> {
  const emitWarning = process.emitWarning.bind(process)
  const { createPostgresConnection } = await import('@supabase/lite/postgres')
  process.emitWarning = emitWarning // as worker/lite.ts does for the embedded one
  // lite hands over JSON that is text already, and its driver would make it text once more.
  const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const json = (type: number) => ({ to: type, from: [type], serialize: asText, parse: (text: string) => JSON.parse(text) as unknown })
  const postgresOptions = { types: { json: json(114), jsonb: json(3802) }, max: 10, onnotice: () => {} }
  return createPostgresConnection({ url, postgresOptions })
}
