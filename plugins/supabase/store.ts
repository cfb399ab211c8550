/**
 * The durable store: Supabase, embedded or given, behind one interface and by one code path. The two differ in an address, a key and a
 * fetch, and in how users are made and tokens verified.
 */
import { fileURLToPath } from 'node:url'
import type { ChangeSet } from '../../kernel/changes.ts'
import type { Log } from '../../kernel/log.ts'
import type { Entity } from '../../kernel/schema/common.ts'
import type { AuditStore, Bundles, Identities, LogStore } from '../services.ts'
import { Availability } from './availability.ts'
import { createAudit } from './audit.ts'
import { createBundles } from './bundles.ts'
import { call, connect, type Client, type Endpoint } from './client.ts'
import { startEmbedded } from './embedded.ts'
import { unavailable } from './errors.ts'
import { GroupCommit } from './group-commit.ts'
import { claimsByProject, claimsBySecret, createIdentities, createUserAsAdmin, createUserBySignUp } from './identities.ts'
import { Lease } from './lease.ts'
import { loadRecords, loadSchema } from './load.ts'
import { createLogs } from './logs.ts'
import type { RowCodec } from './rows.ts'

const LEASE_TTL_MS = 15_000
const PRUNE_EVERY_MS = 600_000
/** No answer for this long is no answer. */
const REQUEST_MS_MAX = 30_000

export type StoreTarget =
  /** Data under a directory, made if it is missing. */
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'supabase'; readonly url: string; readonly secretKey: string; readonly publishableKey?: string }

export interface StoreOptions {
  readonly target: StoreTarget
  /** This control plane, among those that share a Supabase. */
  readonly holder: string
  readonly log: Log
  /** The bundled thread of the embedded database; beside the bundle that this is in, unless told. */
  readonly workerUrl?: URL
  /** Folder of the migrations that the embedded database applies by itself. */
  readonly migrations?: string
  readonly leaseTtlMs?: number
  /** Called while another control plane leads. */
  readonly onStandby?: (leader: string) => void
}

export interface Store {
  /**
   * Waits for the lease, then reads every record of every kind, page by page.
   * @returns the highest revision ever committed
   * @throws KernelError STORE_UNAVAILABLE when the database has no schema or refuses the key
   */
  load(into: (kind: string, records: Entity[]) => void): Promise<{ revision: number }>
  /**
   * Makes a change set durable, in order.
   * @throws KernelError why the database refused it, or STORE_UNAVAILABLE: then nothing of it is or will be durable
   */
  persist(changeSet: ChangeSet): Promise<void>
  /** Why a write is not accepted now. */
  readonly away: string | undefined
  /** Called once, when this control plane can never write again: it has to stop and load anew. */
  onLost(listener: (error: Error) => void): void
  readonly bundles: Bundles
  readonly logs: LogStore
  readonly identities: Identities
  readonly audit: AuditStore
  close(): Promise<void>
}

/** @throws Error when another process has the directory of an embedded store */
export async function openStore(options: StoreOptions): Promise<Store> {
  return options.target.kind === 'embedded' ? openEmbedded(options, options.target.directory) : openSupabase(options, options.target)
}

async function openEmbedded(options: StoreOptions, directory: string): Promise<Store> {
  const embedded = await startEmbedded({
    directory,
    workerUrl: options.workerUrl ?? new URL('./db-worker.mjs', import.meta.url),
    migrations: options.migrations ?? fileURLToPath(new URL('../supabase/migrations', import.meta.url)),
    log: options.log,
  })
  const { publishableKey, secretKey, jwtSecret } = embedded.keys
  const store = new SupabaseStore({
    ...options,
    // Who has the directory leads: after a crash it need not wait until its own lease ends.
    holder: 'embedded',
    client: connect(embedded, secretKey),
    identities: createIdentities({
      endpoint: embedded,
      publishableKey,
      createUser: createUserBySignUp(embedded, publishableKey),
      claimsOf: claimsBySecret(jwtSecret),
    }),
    disconnect: () => embedded.close(),
  })
  embedded.onStopped((error) => store.lose(error))
  return store
}

async function openSupabase(options: StoreOptions, target: Extract<StoreTarget, { kind: 'supabase' }>): Promise<Store> {
  const { url, secretKey, publishableKey = secretKey } = target
  const endpoint: Endpoint = {
    url,
    fetch: (input, init) => fetch(input, { signal: AbortSignal.timeout(REQUEST_MS_MAX), ...init }),
  }
  const client = connect(endpoint, secretKey)
  return new SupabaseStore({
    ...options,
    client,
    identities: createIdentities({
      endpoint,
      publishableKey,
      createUser: createUserAsAdmin(endpoint, { secretKey, publishableKey }),
      claimsOf: claimsByProject(client),
    }),
    disconnect: () => Promise.resolve(),
  })
}

interface SupabaseStoreOptions extends StoreOptions {
  readonly client: Client
  readonly identities: Identities
  readonly disconnect: () => Promise<void>
}

class SupabaseStore implements Store {
  readonly bundles: Bundles
  readonly logs: LogStore
  readonly identities: Identities
  readonly audit: AuditStore
  readonly #options: SupabaseStoreOptions
  readonly #availability: Availability
  readonly #lease: Lease
  readonly #listeners: ((error: Error) => void)[] = []
  #commits: GroupCommit | undefined
  #codecs: ReadonlyMap<string, RowCodec> = new Map()
  #lost: Error | undefined
  #pruning: NodeJS.Timeout | undefined

  constructor(options: SupabaseStoreOptions) {
    const { client, identities, holder, log, leaseTtlMs: ttlMs = LEASE_TTL_MS, onStandby = () => {} } = options
    this.#options = options
    this.#availability = new Availability(log)
    this.#lease = new Lease({
      client,
      holder,
      ttlMs,
      onStandby,
      availability: this.#availability,
      onLost: (error) => this.lose(error),
    })
    this.bundles = createBundles(client)
    this.logs = createLogs(client)
    this.identities = identities
    this.audit = createAudit(client, () => this.#codecs.get('audit'))
  }

  get away(): string | undefined {
    return this.#lost?.message ?? (this.#commits ? this.#commits.away : 'it is not loaded yet')
  }

  async load(into: (kind: string, records: Entity[]) => void): Promise<{ revision: number }> {
    const { client, log } = this.#options
    await this.#lease.acquire()
    const codecs = await loadSchema(client)
    this.#codecs = codecs
    const revision = await loadRecords(client, codecs, into)
    const onLost = (error: Error) => this.lose(error)
    this.#commits = new GroupCommit({ client, lease: this.#lease, codecs, availability: this.#availability, onLost })
    this.#pruning = setInterval(() => {
      void call(client, 'prune_store').then(({ error }) => error && log.warn('pruning the store failed', { error: error.message }))
    }, PRUNE_EVERY_MS)
    this.#pruning.unref()
    return { revision }
  }

  persist(changeSet: ChangeSet): Promise<void> {
    if (this.#commits && !this.#lost) return this.#commits.persist(changeSet)
    return Promise.reject(unavailable(`the store takes no writes: ${this.away}`))
  }

  onLost(listener: (error: Error) => void): void {
    this.#listeners.push(listener)
  }

  /** Ends it for good and says so, once. */
  lose(error: Error): void {
    if (this.#lost) return
    this.#lost = error
    this.#options.log.error('the store is lost', { error: error.message })
    this.#commits?.end(error)
    for (const listener of this.#listeners) listener(error)
  }

  async close(): Promise<void> {
    clearInterval(this.#pruning)
    await this.#commits?.close()
    await this.#lease.close()
    await this.#options.disconnect()
  }
}
