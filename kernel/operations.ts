/**
 * Operations: each is defined once, by the plugin that owns its noun, and REST routes, WebSocket calls, the command line,
 * OpenAPI and the console's forms are read from here. A call is judged in one order: credential, permission, input.
 */
import { AsyncSeriesBailHook, SyncBailHook, SyncHook } from 'tapable'
import type { Static, TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Origin } from './changes.ts'
import { KernelError, type Code, type FieldError } from './errors.ts'
import { extended, type Extension } from './extension.ts'
import { describeErrors, invalid, unstorableIn } from './input-errors.ts'
import { interpret } from './interpret.ts'
import type { Role } from './schema/index.ts'

/** Who calls. */
export interface Principal {
  /** The user's, the node's or the token's id. */
  readonly id: string
  readonly kind: 'user' | 'node' | 'token' | 'system'
  readonly roles: readonly Role[]
  /** What it may do: noun:verb, or * for everything. */
  readonly permissions: readonly string[]
  /** The session or token that the call came with. */
  readonly credentialId: string
  /** What may be shown of it: an e-mail address, a node's name. */
  readonly name: string
}

/** What a caller brings to prove who it is. */
export interface Credential {
  /** What stood behind `Authorization: Bearer`. */
  readonly bearer: string | undefined
  /** The address that it came from. */
  readonly remote: string
  /** Of the call that it came with. */
  readonly correlationId?: string
}

/** A call on its way: what is not known yet is undefined. */
export interface Attempt {
  /** undefined where somebody says who he is and asks for nothing, as a connection does. */
  readonly operation: Operation | undefined
  readonly remote: string
  readonly who: Principal | undefined
  readonly input: object | undefined
}
/** A call that was answered or refused. */
export interface Settled extends Attempt {
  readonly correlationId: string | undefined
  /** Why it was refused or failed; undefined when it was answered. */
  readonly error: unknown
}

/** A connection that stays. */
export interface Session {
  readonly id: string
  onClose(listener: () => void): void
  /** Says something that nobody asked for, and that needs no answer. */
  notify(about: string, data: object): void
  /** Hangs up. */
  close(why: 'replaced', detail: string): void
}

/** The part of an AbortSignal that is the same everywhere. */
export interface Aborting {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
}

/** Everything about a call but its input. */
export interface Call {
  readonly who: Principal
  readonly correlationId: string
  readonly remote: string
  /** The resource version that the caller saw last. */
  readonly ifMatch: number | undefined
  readonly idempotencyKey: string | undefined
  /** Aborted when the caller is gone. */
  readonly signal: Aborting | undefined
  readonly operation: string
  /** The connection that the call came over, when it is one that stays. */
  readonly session: Session | undefined
  /** Who to name in the commits that the call makes. */
  readonly origin: Origin
  /** The HTTP status of the answer where it is not the operation's own. */
  status: number | undefined
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Operation<I extends TObject = TObject, O extends TSchema = TSchema> {
  /** noun.verb */
  readonly name: string
  readonly summary: string
  readonly http: `${Method} /${string}`
  /** What the caller must be allowed to do; null for anybody, without a credential. */
  readonly permission: string | null
  /** Fields named in the path are taken from it; the others from the query of GET and DELETE, from the body elsewhere. */
  readonly input: I
  readonly output: O
  readonly errors?: readonly Code[]
  /** The HTTP status of success, 200 unless told. */
  readonly status?: 200 | 201 | 202 | 204
  /** Fields that travel in the query although the method has a body. */
  readonly query?: readonly string[]
  /** The field that takes the raw body, in place of JSON. */
  readonly bytes?: string
  /** What the answer may be beside JSON: `lines` is an AsyncIterable of objects, `bytes` a Download. */
  readonly gives?: 'lines' | 'bytes'
  /** Answers also while the state is still being loaded. */
  readonly isAlwaysOpen?: boolean
  /** What it takes was said by a pack: text of any kind is kept, and not refused. */
  readonly takesAnyText?: boolean
  /** Several calls with one Idempotency-Key do its work once. */
  readonly isIdempotent?: boolean
  readonly handle: (input: Static<I>, call: Call) => Answer<O> | Promise<Answer<O>>
}
export type Answer<O extends TSchema> = Static<O> | AsyncIterable<object> | Download

/** Bytes as an answer. */
export class Download {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly etag: string
  /** Another answer may follow under the same address: nobody keeps this one. */
  readonly isFleeting: boolean

  constructor(bytes: Uint8Array, options: { contentType: string; etag: string; isFleeting?: boolean }) {
    this.bytes = bytes
    this.isFleeting = options.isFleeting ?? false
    this.contentType = options.contentType
    this.etag = options.etag
  }
}

interface Registered {
  readonly operation: Operation
  readonly plugin: string
  readonly check: (input: unknown) => readonly FieldError[]
  /** Another plugin that adds to it. */
  readonly extendedBy?: string
}

export class Operations {
  /** Says who a credential is: the first answer wins, and no answer is a refusal. */
  authenticate = createAuthenticate()
  /** A reason to refuse, or nothing. With no tap at all, everything that needs a permission is refused. */
  authorize = createAuthorize()
  /** Answers in place of the operation: a repeated request. */
  replay = createReplay()
  /** Looks at a call when it arrives, when it is known who calls, and when its input was checked; refuses by throwing. */
  meter = createMeter()
  /** Told of each call once it was answered or refused. */
  settled = createSettled()
  readonly #registered = new Map<string, Registered>()
  #all: readonly Operation[] = []
  readonly #isReady: () => boolean

  constructor(isReady: () => boolean) {
    this.#isReady = isReady
  }

  /** New, untapped hooks: plugins have changed. */
  renew(): void {
    this.authenticate = createAuthenticate()
    this.authorize = createAuthorize()
    this.replay = createReplay()
    this.meter = createMeter()
    this.settled = createSettled()
  }

  /** @throws Error when the name or the route is taken */
  define(plugin: string, operation: Operation): void {
    for (const [name, other] of this.#registered) {
      if (name === operation.name || other.operation.http === operation.http) {
        throw new Error(`${plugin} and ${other.plugin} both define ${name === operation.name ? name : operation.http}`)
      }
    }
    this.#registered.set(operation.name, { operation, plugin, check: checkOf(operation) })
    this.#list()
  }

  /** @returns what takes it back. @throws Error when there is no such operation, or another plugin extends it */
  extend(plugin: string, name: string, extension: Extension): () => void {
    const before = this.#registered.get(name)
    if (!before) throw new Error(`${plugin} extends ${name}, and no enabled plugin defines it`)
    if (before.extendedBy !== undefined) throw new Error(`${plugin} and ${before.extendedBy} both extend ${name}`)
    const operation = extended(before.operation, extension)
    const after: Registered = { operation, plugin: before.plugin, check: checkOf(operation), extendedBy: plugin }
    this.#registered.set(name, after)
    this.#list()
    return () => {
      // Its plugin may have gone before.
      if (this.#registered.get(name) !== after) return
      this.#registered.set(name, before)
      this.#list()
    }
  }

  remove(name: string): void {
    this.#registered.delete(name)
    this.#list()
  }

  get(name: string): Operation | undefined {
    return this.#registered.get(name)?.operation
  }

  /** All of them; another list once one has come or gone. */
  all(): readonly Operation[] {
    return this.#all
  }

  /** Credential, then permission. @throws KernelError UNAUTHENTICATED, TOKEN_EXPIRED, FORBIDDEN, NOT_READY, TOO_MANY */
  async judge(operation: Operation, credential: Credential): Promise<Principal> {
    let who: Principal | undefined
    try {
      if (!operation.isAlwaysOpen) this.#mustBeReady()
      this.meter.call({ operation, remote: credential.remote, who: undefined, input: undefined })
      if (operation.permission === null) return ANYBODY
      who = await this.#known(credential)
      this.meter.call({ operation, remote: credential.remote, who, input: undefined })
      this.allow(operation, who)
      return who
    } catch (error) {
      this.#settle(credential, { operation, who, error })
      throw error
    }
  }

  /** @throws KernelError UNAUTHENTICATED, TOKEN_EXPIRED, NOT_READY, TOO_MANY */
  async identify(credential: Credential): Promise<Principal> {
    try {
      this.#mustBeReady()
      this.meter.call({ operation: undefined, remote: credential.remote, who: undefined, input: undefined })
      const who = await this.#known(credential)
      this.meter.call({ operation: undefined, remote: credential.remote, who, input: undefined })
      return who
    } catch (error) {
      this.#settle(credential, { operation: undefined, who: undefined, error })
      throw error
    }
  }

  /** @throws KernelError FORBIDDEN */
  allow(operation: Operation, who: Principal): void {
    const refusal = this.authorize.isUsed() ? this.authorize.call(operation, who) : 'nothing decides who may'
    if (refusal !== undefined) throw new KernelError('FORBIDDEN', refusal, { details: { permission: operation.permission } })
  }

  async #known(credential: Credential): Promise<Principal> {
    const who = await this.authenticate.promise(credential)
    if (who) return who
    const how = credential.bearer === undefined ? 'no credential was given' : 'the credential is not known'
    throw new KernelError('UNAUTHENTICATED', `${how}: send "Authorization: Bearer TOKEN"`)
  }

  #settle({ remote, correlationId }: Credential, refused: Pick<Settled, 'operation' | 'who' | 'error'>): void {
    this.settled.call({ ...refused, remote, correlationId, input: undefined })
  }

  #list(): void {
    this.#all = [...this.#registered.values()].map(({ operation }) => operation)
  }

  #mustBeReady(): void {
    if (!this.#isReady())
      throw new KernelError('NOT_READY', 'the state is still being loaded, or another control plane leads: try again in a moment')
  }

  /** Checks the input and runs the operation, for a caller that `judge` has let pass. @throws KernelError INVALID, TOO_MANY, or what the operation refuses with */
  async run(operation: Operation, input: object, call: Call): Promise<unknown> {
    const { who, remote, correlationId } = call
    try {
      const output = await this.#answer(operation, input, call)
      this.settled.call({ operation, remote, who, input, correlationId, error: undefined })
      return output
    } catch (error) {
      this.settled.call({ operation, remote, who, input, correlationId, error })
      throw error
    }
  }

  async #answer(operation: Operation, input: object, call: Call): Promise<unknown> {
    const registered = this.#registered.get(operation.name)
    if (!registered) throw new KernelError('NOT_FOUND', `no operation ${operation.name}`)
    const errors = registered.check(input)
    if (errors.length > 0) throw invalid(errors)
    const unstorable = unstorableIn(input, { isAnyText: operation.takesAnyText ?? false })
    if (unstorable.length > 0) throw invalid(unstorable)
    this.meter.call({ operation, remote: call.remote, who: call.who, input })
    const replayed =
      operation.isIdempotent && call.idempotencyKey !== undefined ? await this.replay.promise(operation, input, call) : undefined
    return replayed ? replayed.output : operation.handle(input as never, call)
  }
}

function checkOf({ input }: Operation): Registered['check'] {
  const checker = Compile(input)
  return (value) => (checker.Check(value) ? [] : describeErrors(checker.Errors(value)))
}

const createAuthenticate = () => interpret(new AsyncSeriesBailHook<[credential: Credential], Principal | undefined>(['credential']))
const createAuthorize = () => interpret(new SyncBailHook<[operation: Operation, who: Principal], string | undefined>(['operation', 'who']))
const createReplay = () =>
  interpret(
    new AsyncSeriesBailHook<[operation: Operation, input: object, call: Call], { readonly output: unknown } | undefined>([
      'operation',
      'input',
      'call',
    ]),
  )
const createMeter = () => interpret(new SyncHook<[attempt: Attempt]>(['attempt']))
const createSettled = () => interpret(new SyncHook<[settled: Settled]>(['settled']))

const ANYBODY: Principal = { id: 'anonymous', kind: 'system', roles: [], permissions: [], credentialId: '', name: 'anonymous' }
