/**
 * What crosses between the control plane's thread and the database's: HTTP requests and their answers, since fetch() is all that the
 * control plane needs to see of it.
 */
import type { Keys } from '../keys.ts'
import type { LogLevel } from '../../../kernel/log.ts'

export interface WorkerSettings {
  readonly directory: string
  readonly migrations: string
  readonly keys: Keys
  readonly checkpointMs: number
}

export type Headers = readonly (readonly [name: string, value: string])[]

export interface WorkerRequest {
  readonly id: number
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: ArrayBuffer | null
}

export type ToWorker = ({ readonly type: 'request' } & WorkerRequest) | { readonly type: 'close' }

export type FromWorker =
  | { readonly type: 'ready'; readonly applied: readonly string[] }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | ({ readonly type: 'response'; readonly id: number } & WorkerResponse)

export interface WorkerResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: ArrayBuffer | null
}
