/**
 * Group commit: whatever arrives while one batch is on its way goes into the next, so many writers share one transaction and one fsync,
 * and a single one waits for nobody. Order is kept. What became of a batch is one of four:
 * - taken: its change sets are durable;
 * - refused (a constraint): sent again one change set at a time, so that good ones before the bad one survive; everything accepted after
 *   the bad one is undone with it, because it may build on it;
 * - lost (the lease, or a version): our memory is not what the database has, and nothing can be written any more;
 * - unknown (no answer): sent again under the same id for as long as it takes. New writes are refused meanwhile.
 */
import { randomUUID } from 'node:crypto'
import type { ChangeSet } from '../../kernel/changes.ts'
import type { KernelError } from '../../kernel/errors.ts'
import type { Availability } from './availability.ts'
import { backOff } from './backoff.ts'
import { encode, merge, type Encoded } from './batch.ts'
import { call, type Client } from './client.ts'
import { refusal, unavailable, type DatabaseError } from './errors.ts'
import type { Lease } from './lease.ts'
import type { RowCodec } from './rows.ts'

/** A larger change set goes alone. */
const BATCH_ROWS_MAX = 2_000
const BATCH_BYTES_MAX = 4_000_000
const QUEUE_SETS_MAX = 20_000
const QUEUE_BYTES_MAX = 64_000_000

interface Waiting extends Encoded {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

type Outcome =
  | { readonly is: 'taken' }
  | { readonly is: 'refused'; readonly error: KernelError }
  | { readonly is: 'lost'; readonly error: Error }

export interface GroupCommitOptions {
  readonly client: Client
  readonly lease: Lease
  readonly codecs: ReadonlyMap<string, RowCodec>
  readonly availability: Availability
  readonly onLost: (error: Error) => void
}

export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #closing = new AbortController()
  #queue: Waiting[] = []
  #queuedBytes = 0
  /** The pump, while it runs. */
  #pumping: Promise<void> | undefined
  /** Why nothing is accepted any more. */
  #ended: Error | undefined
  #isUndoing = false

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  get away(): string | undefined {
    return this.#ended?.message ?? this.#options.availability.away
  }

  /** @returns when it is durable @throws KernelError STORE_UNAVAILABLE, or why it was refused */
  persist(changeSet: ChangeSet): Promise<void> {
    const { away } = this
    if (away !== undefined) return Promise.reject(unavailable(`the store takes no writes: ${away}`))
    if (this.#isUndoing) return Promise.reject(undone())
    if (this.#queue.length >= QUEUE_SETS_MAX || this.#queuedBytes >= QUEUE_BYTES_MAX) {
      return Promise.reject(unavailable(`the store is behind by ${this.#queue.length} writes of ${this.#queuedBytes} bytes`))
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...encode(changeSet, this.#options.codecs), resolve, reject }
      this.#queue.push(waiting)
      this.#queuedBytes += waiting.bytes
      // The microtask lets those who write in the same turn share the first batch.
      this.#pumping ??= Promise.resolve().then(() => this.#pump())
    })
  }

  /** Nothing is written any more: what waits is rejected. */
  end(error: Error): void {
    if (this.#ended) return
    this.#ended = error
    this.#closing.abort(error)
    this.#rejectQueue(unavailable(error.message, error))
  }

  /** Waits for what was accepted, unless the store is away. */
  async close(): Promise<void> {
    if (this.#options.availability.away === undefined) await this.#pumping
    this.end(unavailable('the store is closed'))
    await this.#pumping
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#takeGroup()
      const outcome = await this.#send(group)
      if (outcome.is === 'taken') for (const { resolve } of group) resolve()
      else if (outcome.is === 'refused' && group.length > 1) await this.#sendOneByOne(group)
      else this.#fail(group, outcome)
    }
    this.#pumping = undefined
  }

  #takeGroup(): Waiting[] {
    let rows = 0
    let bytes = 0
    let count = 0
    for (const waiting of this.#queue) {
      rows += waiting.changes.length
      bytes += waiting.bytes
      if (count > 0 && (rows > BATCH_ROWS_MAX || bytes > BATCH_BYTES_MAX)) break
      count++
    }
    const group = this.#queue.splice(0, count)
    for (const waiting of group) this.#queuedBytes -= waiting.bytes
    return group
  }

  async #sendOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const [index, waiting] of group.entries()) {
      const outcome = await this.#send([waiting])
      if (outcome.is === 'taken') waiting.resolve()
      else return this.#fail(group.slice(index), outcome)
    }
  }

  /** The first of the group failed; all after it go with it. */
  #fail([first, ...rest]: readonly Waiting[], outcome: Exclude<Outcome, { is: 'taken' }>): void {
    const { error } = outcome
    if (outcome.is === 'lost' && this.#ended === undefined) {
      this.end(error)
      this.#options.onLost(error)
    }
    const consequence = outcome.is === 'lost' ? unavailable(error.message, error) : undone()
    first?.reject(outcome.is === 'lost' ? consequence : error)
    for (const { reject } of rest) reject(consequence)
    this.#rejectQueue(consequence)
    // Until the callers have undone in memory what was refused, new writes would still build on it.
    this.#isUndoing = true
    setImmediate(() => {
      this.#isUndoing = false
    })
  }

  #rejectQueue(error: Error): void {
    for (const { reject } of this.#queue) reject(error)
    this.#queue = []
    this.#queuedBytes = 0
  }

  /** Sends a batch until its outcome is known. */
  async #send(group: readonly Waiting[]): Promise<Outcome> {
    const { client, lease, availability } = this.#options
    const revision = group.at(-1)?.revision
    const batch = { batchId: randomUUID(), revision, lease: lease.token, kinds: merge(group) }
    for (let attempt = 0; ; attempt++) {
      const { error, status } = await call(client, 'commit_batch', { p_batch: batch })
      const outcome = error ? judge(error, status) : ({ is: 'taken' } as const)
      if (outcome === 'expired') {
        if ((await lease.renew()) === false) return { is: 'lost', error: new Error('the lease is lost') }
      } else if (outcome !== 'unknown') {
        availability.regain('commit')
        return outcome
      }
      availability.lose('commit', error?.message ?? `status ${status}`)
      try {
        await backOff(attempt, this.#closing.signal)
      } catch (reason) {
        return { is: 'lost', error: reason as Error }
      }
    }
  }
}

const undone = () => unavailable('undone together with an earlier write that the database refused')

/** What an error of commit_batch means. Its own codes are PT409 and PT422; class 22 is a value that did not even become jsonb. */
function judge(error: DatabaseError, status: number): Outcome | 'expired' | 'unknown' {
  if (error.code === 'PT409' && error.message === 'lease expired') return 'expired'
  if (error.code === 'PT409') return { is: 'lost', error: new Error(`${error.message}: ${error.details}`) }
  if (error.code === 'PT422' || error.code.startsWith('22') || status === 413) return { is: 'refused', error: refusal(error) }
  return 'unknown'
}
