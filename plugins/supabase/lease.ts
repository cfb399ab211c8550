/**
 * Leadership: one control plane at a time writes, by a lease in Postgres. Its epoch travels with each batch, and the database compares
 * it, by its own clock, in the transaction that writes. Here it is only taken, prolonged and given up.
 */
import { KernelError } from '../../kernel/index.ts'
import type { Availability } from './availability.ts'
import { backOff } from './backoff.ts'
import { call, type Client } from './client.ts'
import { unavailable } from './errors.ts'

const NAME = 'control-plane'
/** A standby asks this often in the life of a lease, and a leader prolongs it this often. */
const CALLS_PER_TTL = 3

export interface LeaseOptions {
  readonly client: Client
  readonly holder: string
  readonly ttlMs: number
  readonly availability: Availability
  /** Called while somebody else leads. */
  readonly onStandby: (leader: string) => void
  readonly onLost: (error: Error) => void
}

/** As commit_batch wants it. */
export interface LeaseToken {
  readonly name: string
  readonly holder: string
  readonly epoch: number
}

export class Lease {
  readonly #options: LeaseOptions
  readonly #closing = new AbortController()
  #epoch: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  get token(): LeaseToken {
    if (this.#epoch === undefined) throw unavailable('this control plane does not lead yet')
    return { name: NAME, holder: this.#options.holder, epoch: this.#epoch }
  }

  /** Waits until the lease is ours, also while the store cannot be reached. */
  async acquire(): Promise<void> {
    const { client, holder, ttlMs, availability, onStandby } = this.#options
    for (let failures = 0; ;) {
      this.#closing.signal.throwIfAborted()
      const { data, error, status } = await call(client, 'lease_acquire', { p_name: NAME, p_holder: holder, p_ttl_ms: ttlMs })
      if (error) {
        if (status === 404 || status === 401) throw misconfigured(status, error.message)
        availability.lose('lease', error.message)
        await backOff(failures++, this.#closing.signal)
        continue
      }
      failures = 0
      availability.regain('lease')
      const answer = data as { acquired: boolean; holder: string; epoch: number }
      if (answer.acquired) {
        this.#epoch = answer.epoch
        this.#timer = setInterval(() => void this.renew(), ttlMs / CALLS_PER_TTL)
        this.#timer.unref()
        return
      }
      onStandby(answer.holder)
      await wait(ttlMs / CALLS_PER_TTL, this.#closing.signal)
    }
  }

  /** @returns whether we still lead, or undefined when the store did not say */
  async renew(): Promise<boolean | undefined> {
    const isOurs = await this.#renewFor(this.#options.ttlMs)
    if (isOurs === false) {
      this.#stop()
      this.#options.onLost(new Error(`${this.#options.holder} lost the lease: another control plane leads`))
    }
    return isOurs
  }

  /** Gives the lease up, so that a standby need not wait for its end. */
  async close(): Promise<void> {
    this.#stop()
    this.#closing.abort(unavailable('the store is closed'))
    if (this.#epoch !== undefined) await this.#renewFor(0)
  }

  #stop(): void {
    clearInterval(this.#timer)
  }

  async #renewFor(ttlMs: number): Promise<boolean | undefined> {
    const { client, availability } = this.#options
    const { name, holder, epoch } = this.token
    const { data, error } = await call(client, 'lease_renew', { p_name: name, p_holder: holder, p_epoch: epoch, p_ttl_ms: ttlMs })
    if (error) {
      availability.lose('lease', error.message)
      return undefined
    }
    availability.regain('lease')
    return data as boolean
  }
}

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })

const misconfigured = (status: number, message: string) =>
  new KernelError(
    'STORE_UNAVAILABLE',
    status === 404
      ? `the database has no schema of Stark's yet: apply supabase/migrations with "supabase db push" (${message})`
      : `Supabase refused the secret key (${message})`,
  )
