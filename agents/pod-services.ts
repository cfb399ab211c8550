/** What the agent does for its pods, and how it tells them that it does not. */
import type { PackCallCode } from './pack.ts'
import type { FetchCall, FetchReply } from './pod-messages.ts'
import type { KeyValues } from './pod-kv.ts'

export interface PodServices {
  readonly kv: KeyValues
  /** @throws PodCallError */
  fetch(call: FetchCall, signal: AbortSignal): Promise<FetchReply>
  readonly mail: Mail
}

/** Takes what a pod says to another, wherever that is. */
export interface Mail {
  /** @throws PodCallError */
  send(from: string, to: string, data: unknown): Promise<void>
  /** @throws PodCallError */
  request(from: string, to: string, data: unknown): Promise<unknown>
}

/** A refusal that is told to the pod with its code. */
export class PodCallError extends Error {
  readonly code: PackCallCode

  constructor(code: PackCallCode, message: string) {
    super(message)
    this.name = 'PodCallError'
    this.code = code
  }
}
