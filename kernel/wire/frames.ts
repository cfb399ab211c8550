/**
 * All that crosses a socket, as JSON text, one frame a message. Agents and consoles speak it to /ws. Clients import the types
 * alone; the server checks what comes in against the schemas.
 */
import { Type, type Static } from 'typebox'
import { Id, Ref, strict } from '../schema/common.ts'

/** The version of these frames; a server refuses a client that speaks another. */
const PROTOCOL = 1

const CallId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Path = Type.String({ minLength: 1, maxLength: 64 })

/** First of all: who the client is. Answered by welcome, or by bye. */
export const Hello = strict({
  type: Type.Literal('hello'),
  protocol: Type.Literal(PROTOCOL),
  token: Type.String({ minLength: 1, maxLength: 8192 }),
})
/** Call an operation. Answered by one result or one error. What gives lines or bytes is had over HTTP. */
export const Ask = strict({
  type: Type.Literal('ask'),
  id: CallId,
  operation: Path,
  input: Type.Record(Type.String(), Type.Unknown()),
  idempotencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
})
/**
 * Follow a kind. Answered by events: first a snapshot, which holds everything, or what has changed since the revision that is named
 * and still known; then one per commit. Whoever takes a large snapshot in parts says so, to a server whose welcome said that it can.
 */
export const Watch = strict({
  type: Type.Literal('watch'),
  id: CallId,
  kind: Path,
  filter: Type.Optional(
    strict({
      nodeId: Type.Optional(Id),
      namespace: Type.Optional(Ref),
      labelSelector: Type.Optional(Type.String({ maxLength: 2000 })),
    }),
  ),
  since: Type.Optional(Type.Integer({ minimum: 0 })),
  inParts: Type.Optional(Type.Boolean()),
})
/** End a watch. Not answered. */
export const Unwatch = strict({ type: Type.Literal('unwatch'), id: CallId })

export const FromClient = Type.Union([Hello, Ask, Watch, Unwatch])
export type FromClient = Static<typeof FromClient>
export type WatchFilter = NonNullable<Static<typeof Watch>['filter']>

/** The server knows the client. `server` is another at each start of the control plane. */
export interface Welcome {
  readonly type: 'welcome'
  readonly server: string
  readonly revision: number
  readonly name: string
  /** It can send a snapshot in parts. Older servers do not say so, and refuse to be asked for it. */
  readonly inParts?: boolean
}
/** The answer to an ask. */
export interface Result {
  readonly type: 'result'
  readonly id: number
  readonly output: unknown
}
/** The refusal of an ask or a watch, or, without an id, of a frame that could not be read. */
export interface Failure {
  readonly type: 'error'
  readonly id?: number
  readonly problem: WireProblem
}
/** What a watch has to tell. */
export interface Event {
  readonly type: 'event'
  readonly id: number
  readonly revision: number
  /** It holds everything, or is the first part of what does: forget what came before and does not come again. */
  readonly isSnapshot: boolean
  /**
   * Of a part of a snapshot: about how many records are still to come. 0 is the last part, and only with it is everything there.
   * Commits meanwhile have events of their own, in between, for what has come already; parts hold the newest of what has not.
   */
  readonly left?: number
  readonly put: readonly object[]
  /** Ids of what is gone, or has left the filter. */
  readonly gone: readonly string[]
}
/** What the client did not ask for and need not answer: a message to a pod of this node. */
export interface Notice {
  readonly type: 'notice'
  readonly about: string
  readonly data: unknown
}
/** The server hangs up, and says why. After `replaced`, `refused` or `protocol` coming back is of no use. */
export interface Bye {
  readonly type: 'bye'
  readonly why: 'refused' | 'replaced' | 'protocol' | 'stopping'
  readonly problem: WireProblem
}
export type FromServer = Welcome | Result | Failure | Event | Notice | Bye

/** A problem document as clients see it: kernel/errors.ts. */
export interface WireProblem {
  readonly code: string
  readonly detail: string
  readonly status: number
  readonly retryable: boolean
  /** What is wrong with which field of the input, by JSON pointer. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}
