/** Opens PGlite, PostgreSQL in WebAssembly, on a folder: durable, small, and with the roles that Supabase has. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { PgliteConnection } from '@supabase/lite/pglite'
import { fsyncExtension, fsyncTree } from './fsync.ts'
import { createPgliteConnection } from './lite.ts'
import { roles } from './roles.ts'

/** Without -F (fsync off), which PGlite would add; a single-user Postgres has no workers to run anything in parallel. */
const settings = {
  search_path: 'public',
  exit_on_error: 'false',
  log_checkpoints: 'false',
  wal_sync_method: 'fsync', // the one that reaches the hook in fsync.ts
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  shared_buffers: '32MB',
  min_wal_size: '32MB',
  max_wal_size: '64MB',
}
const startParams = ['--single', '-O', '-j', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]

export async function openDatabase(folder: string): Promise<PgliteConnection> {
  const isNew = !existsSync(path.join(folder, 'PG_VERSION'))
  const connection = await createPgliteConnection({ url: folder, pgliteOptions: { startParams, extensions: { fsyncExtension } } })
  await connection.driver.waitReady
  if (isNew) {
    await connection.driver.exec('checkpoint')
    fsyncTree(folder)
  }
  await connection.driver.exec(roles)
  return connection
}
