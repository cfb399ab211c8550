/**
 * The contract between a pack and the node that runs it, as types only: `import type { PackContext } from 'stark/pack'`.
 * The same context is handed to a pack in a child process, in a worker thread and in a browser.
 */

/** What a pack exports by default. Returning is success, throwing is failure, ending because of `context.signal` is a stop. */
export type PackMain = (context: PackContext) => unknown

export interface PackContext {
  readonly pod: PodIdentity
  readonly node: { readonly id: string; readonly name: string }
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly secrets: Readonly<Record<string, string>>
  /** Aborted when the pod has to stop; its reason is a `StopError`. After the grace period the pod is killed. */
  readonly signal: AbortSignal
  /** Values are one line of text; a plain object behind the first of them is also kept as the line's fields, 4,096 characters of JSON at most. */
  readonly log: Readonly<Record<LogLevel, (...values: unknown[]) => void>>
  readonly kv: PackKeyValues
  /** What the pod says of itself, shown beside its status; the latest wins. 2,000 characters at most. */
  status(text: string | Readonly<Record<string, unknown>>): void
  /** Says that the pod can do its work now. Saying it twice is saying it once. */
  ready(): void
  /** @throws TypeError when the value is not a number from 0 to 1 */
  progress(value: number): void
  /** @returns a function that takes the listener away */
  on(event: 'message', listener: (message: PodMessage) => unknown): () => void
  /** What the listener returns, or its promise resolves to, is the answer. The newest listener answers. */
  on(event: 'request', listener: (request: PodMessage) => unknown): () => void
  /**
   * Resolves when the message is on its way to the other pod's node; that its listener has heard it only an answer can say.
   * @param to a pod of this namespace, by its id or its name. @param data anything that survives JSON, 64 KB at most
   */
  send(to: string, data: unknown): Promise<void>
  /** Resolves to what the other pod's listener returns, within 10 s. Rejects with a `PackCallError`. */
  request(to: string, data: unknown): Promise<unknown>
  /** Like the global fetch, but made by the agent, so that a policy can refuse it. Rejects with a `PackCallError`. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
  /** Rejects with the `StopError` when the pod has to stop. */
  sleep(ms: number): Promise<void>
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface PodIdentity {
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** 1 at the first start, one more at each restart. */
  readonly attempt: number
}

/** A small store of JSON values, shared by the namespace's pods on this node; it lives as long as the node's agent. */
export interface PackKeyValues {
  /** @returns undefined when there is no such key */
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<void>
}

export interface PodMessage {
  /** The id of the pod that sent it: what `send` and `request` take. */
  readonly from: string
  readonly data: unknown
}

/** The reason of `context.signal`, and what `context.sleep` rejects with. */
export interface StopError extends Error {
  readonly name: 'StopError'
  /** Why, in CamelCase: UserStopped, Preempted, DeadlineExceeded, ... */
  readonly reason: string
  readonly graceMs: number
}

/** What a call to the agent rejects with. */
export interface PackCallError extends Error {
  readonly name: 'PackCallError'
  readonly code: PackCallCode
}

export type PackCallCode =
  | 'INVALID'
  | 'LIMIT_EXCEEDED'
  | 'POLICY_REFUSED'
  | 'FETCH_FAILED'
  /** There is no such pod in this namespace. */
  | 'NOT_FOUND'
  /** The pod does not run now, or its node or the control plane is out of touch. */
  | 'UNREACHABLE'
  /** No answer came in time. */
  | 'TIMEOUT'
  /** The other pod does not listen for requests, or its listener threw. */
  | 'REQUEST_FAILED'
  | 'INTERNAL'
