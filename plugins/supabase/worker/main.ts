/**
 * The embedded database, a thread of its own (dist/db-worker.mjs): Supabase's embeddable build on PGlite. A thread, because PGlite
 * works without ever giving the event loop a turn. It takes HTTP requests as messages and opens no port.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { lockDirectory } from './directory-lock.ts'
import { answerDirectly } from './direct-calls.ts'
import { openDatabase } from './database.ts'
import { createApp } from './app.ts'
import { silenceConsole } from './console.ts'
import { maintain } from './maintenance.ts'
import { migrate } from './migrations.ts'
import { createSessionLock } from './session-lock.ts'
import type { FromWorker, ToWorker, WorkerRequest, WorkerResponse, WorkerSettings } from './protocol.ts'

if (parentPort === null) throw new Error('this file is a worker thread and has to be started as one')
const port = parentPort
const { directory, migrations, keys, checkpointMs } = workerData as WorkerSettings
const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer)

silenceConsole()

mkdirSync(directory, { recursive: true, mode: 0o700 })
await lockDirectory(directory)
const connection = await openDatabase(path.join(directory, 'postgres'))
const app = await createApp({ connection, keys, storage: path.join(directory, 'storage') })
const applied = await migrate(connection.driver, migrations)
const session = createSessionLock(connection.driver)
connection.kysely = session.kysely
await connection.clearSchemaCache()
const stopMaintenance = maintain(session, checkpointMs, (message) => send({ type: 'log', level: 'warn', message }))

port.on('message', (message: ToWorker) => {
  if (message.type === 'close') void close()
  else void serve(message)
})
send({ type: 'ready', applied })

async function serve(request: WorkerRequest): Promise<void> {
  try {
    const { status, headers, body } = await (answerDirectly(session, keys.secretKey, request) ?? session.request(() => viaLite(request)))
    send({ type: 'response', id: request.id, status, headers, body }, body ? [body] : [])
  } catch (error) {
    send({ type: 'failure', id: request.id, message: String(error) })
  }
}

async function viaLite({ url, method, headers, body }: WorkerRequest): Promise<WorkerResponse> {
  // Its introspection answers without a key.
  if (new URL(url).pathname.startsWith('/_system')) return { status: 404, headers: [], body: null }
  const response = await app.fetch(new Request(url, { method, headers: headers.map(([name, value]) => [name, value]), body }))
  return { status: response.status, headers: [...response.headers], body: response.body ? await response.arrayBuffer() : null }
}

async function close(): Promise<void> {
  stopMaintenance()
  await session.exclusive((database) => database.exec('checkpoint'))
  await connection.close()
  process.exit() // of this thread: it ends the socket of the directory's lock too
}
