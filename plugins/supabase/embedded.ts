/**
 * The embedded Supabase as the control plane sees it: an address and a fetch. Behind it is a thread with the database (worker/main.ts),
 * and nothing listens on any port.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Log } from '../../kernel/log.ts'
import type { Endpoint, Fetch } from './client.ts'
import { loadKeys, type Keys } from './keys.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './worker/protocol.ts'

const CHECKPOINT_MS = 60_000

export interface EmbeddedOptions {
  readonly directory: string
  /** The bundled worker/main.ts. */
  readonly workerUrl: URL
  /** Folder of SQL files to apply. */
  readonly migrations: string
  readonly log: Log
}

export interface Embedded extends Endpoint {
  readonly keys: Keys
  /** Called once if the thread ends by itself: everything that is under way and everything later is rejected. */
  onStopped(listener: (error: Error) => void): void
  close(): Promise<void>
}

/** @throws Error when another process has the directory, or a migration fails */
export async function startEmbedded({ directory, workerUrl, migrations, log }: EmbeddedOptions): Promise<Embedded> {
  const keys = loadKeys(directory)
  const settings: WorkerSettings = { directory, migrations, keys, checkpointMs: CHECKPOINT_MS }
  const worker = new Worker(workerUrl, { workerData: settings })
  const calls = new Calls(worker)
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'log') log[message.level](message.message)
    else if (message.type === 'failure') calls.fail(message.id, new Error(message.message))
    else if (message.type === 'response') calls.answer(message)
  })
  const applied = await ready(worker)
  if (applied.length > 0) log.info(`applied ${applied.length} migrations to the embedded database`, { migrations: applied })
  worker.on('error', (error) => calls.stop(error))
  worker.on('exit', (code) => calls.stop(new Error(`the embedded database ended with exit code ${code}`)))
  return {
    url: 'http://embedded.local',
    keys,
    fetch: (input, init) => calls.fetch(input, init),
    onStopped: (listener) => calls.onStopped(listener),
    async close() {
      calls.close()
      const exited = once(worker, 'exit')
      worker.postMessage({ type: 'close' } satisfies ToWorker)
      await exited
    },
  }
}

/** @returns the migrations that were applied */
const ready = (worker: Worker) =>
  new Promise<readonly string[]>((resolve, reject) => {
    const ended = (code: number) => reject(new Error(`the embedded database did not start: exit code ${code}`))
    worker.once('error', reject)
    worker.once('exit', ended)
    worker.on('message', function started(message: FromWorker) {
      if (message.type !== 'ready') return
      worker.off('error', reject).off('exit', ended).off('message', started)
      resolve(message.applied)
    })
  })

interface Call {
  readonly resolve: (response: Response) => void
  readonly reject: (error: Error) => void
}

/** Requests under way to the worker. */
class Calls {
  readonly #worker: Worker
  readonly #open = new Map<number, Call>()
  readonly #listeners: ((error: Error) => void)[] = []
  #lastId = 0
  #stopped: Error | undefined

  constructor(worker: Worker) {
    this.#worker = worker
  }

  async fetch(...[input, init]: Parameters<Fetch>): Promise<Response> {
    const request = new Request(input, init)
    const body = request.body ? await request.arrayBuffer() : null
    if (this.#stopped) throw this.#stopped
    const id = ++this.#lastId
    const message: ToWorker = { type: 'request', id, url: request.url, method: request.method, headers: [...request.headers], body }
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject })
      this.#worker.postMessage(message, body ? [body] : [])
    })
  }

  answer({ id, status, headers, body }: Extract<FromWorker, { type: 'response' }>): void {
    const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
    this.#take(id)?.resolve(new Response(status === 204 || status === 304 ? null : body, init))
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error)
  }

  onStopped(listener: (error: Error) => void): void {
    this.#listeners.push(listener)
  }

  /** From now on an end of the worker is no accident. */
  close(): void {
    this.#listeners.length = 0
  }

  stop(error: Error): void {
    if (this.#stopped) return
    this.#stopped = error
    for (const call of this.#open.values()) call.reject(error)
    this.#open.clear()
    for (const listener of this.#listeners) listener(error)
  }

  #take(id: number): Call | undefined {
    const call = this.#open.get(id)
    this.#open.delete(id)
    return call
  }
}
