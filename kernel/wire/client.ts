/**
 * The client of the wire, for agents and consoles. It connects, says who it is, and stays connected for as long as it is
 * wanted: when the server goes away it comes back with back-off and jitter, repeats its watches from where they were, and
 * never gives up, unless the server says that coming back is of no use.
 */
import type { Clock } from '../clock.ts'
import { readFrame } from './reader.ts'
import type { Event, FromClient, FromServer, Notice, WatchFilter, Welcome, WireProblem } from './frames.ts'

const BACKOFF_FIRST_MS = 250
/** Short, so that everybody is back soon after a long absence; the jitter spreads ten thousand agents over half of it. */
const BACKOFF_MAX_MS = 10_000
const ANSWER_MAX_MS = 30_000
const OPEN_MAX_MS = 10_000
const PROTOCOL = 1

/** The part of a WebSocket that browsers and `ws` share. */
export interface Socket {
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}
const OPEN = 1

export interface ConnectOptions {
  /** ws: or wss: */
  readonly url: string
  /** The credential, asked for at each connection. */
  readonly token: () => string
  readonly open: (url: string) => Socket
  readonly clock: Clock
  /** 0 to 1, for the jitter. */
  readonly random: () => number
  /** Connected and known to the server: the first time, and after each reconnection. */
  readonly onWelcome?: (welcome: Welcome) => void
  readonly onNotice?: (notice: Notice) => void
  /** The connection is gone; it is being made again unless `final` says why not. */
  readonly onGone?: (final: WireProblem | undefined) => void
}

/** What an ask fails with: the server's problem, or OFFLINE when there was nobody to ask. */
export class WireError extends Error {
  readonly code: string
  readonly retryable: boolean
  /** What is wrong with which field of the input, by JSON pointer. */
  readonly errors: NonNullable<WireProblem['errors']>

  constructor({ code, detail, retryable, errors = [] }: Pick<WireProblem, 'code' | 'detail' | 'retryable' | 'errors'>) {
    super(detail)
    this.name = 'WireError'
    this.code = code
    this.retryable = retryable
    this.errors = errors
  }
}

interface Asked {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: WireError) => void
  readonly forget: () => void
}
interface Watched {
  readonly kind: string
  readonly filter: WatchFilter | undefined
  readonly inParts: boolean
  readonly onEvent: (event: Event) => void
  readonly onRefused: (problem: WireProblem) => void
  /** Parts of a snapshot have come, and not all of them. */
  isPartial: boolean
  since: number | undefined
}
export interface WatchOptions {
  readonly filter?: WatchFilter
  /** Takes a large snapshot in parts, and so knows that it does not have everything before the last. */
  readonly inParts?: boolean
  readonly onEvent: (event: Event) => void
  readonly onRefused: (problem: WireProblem) => void
}

const FINAL: readonly string[] = ['refused', 'replaced', 'protocol']
const offline = (detail: string): WireError => new WireError({ code: 'OFFLINE', detail, retryable: true })

export class WireClient {
  readonly #options: ConnectOptions
  readonly #asked = new Map<number, Asked>()
  readonly #watched = new Map<number, Watched>()
  #socket: Socket | undefined
  #isWelcome = false
  #canPart = false
  #isClosed = false
  #attempts = 0
  #lastId = 0
  #cancelTimer: (() => void) | undefined

  constructor(options: ConnectOptions) {
    this.#options = options
    this.#connect()
  }

  get isOnline(): boolean {
    return this.#isWelcome
  }

  /** Calls an operation. @throws WireError with the server's code, or OFFLINE when the connection is not there or breaks */
  ask<T>(operation: string, input: object, options: { readonly idempotencyKey?: string } = {}): Promise<T> {
    if (!this.#isWelcome) return Promise.reject(offline('there is no connection to the server'))
    const id = ++this.#lastId
    return new Promise<T>((resolve, reject) => {
      // A server that does not answer is not there: its TCP connection may stay open for a long time.
      const forget = this.#options.clock.after(ANSWER_MAX_MS, () => this.#lose())
      this.#asked.set(id, { resolve: resolve as (output: unknown) => void, reject, forget })
      this.#send({ type: 'ask', id, operation, input: input as Record<string, unknown>, ...options })
    })
  }

  /** Follows a kind over all reconnections. @returns what ends it */
  watch(kind: string, { filter, inParts = false, onEvent, onRefused }: WatchOptions): () => void {
    const id = ++this.#lastId
    const watched: Watched = { kind, filter, inParts, onEvent, onRefused, isPartial: false, since: undefined }
    this.#watched.set(id, watched)
    if (this.#isWelcome) this.#sendWatch(id, watched)
    return () => {
      this.#watched.delete(id)
      if (this.#isWelcome) this.#send({ type: 'unwatch', id })
    }
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
    this.#drop()
  }

  #connect(): void {
    const { open, url, token, clock } = this.#options
    const socket = open(url)
    this.#socket = socket
    this.#cancelTimer = clock.after(OPEN_MAX_MS, () => this.#isCurrent(socket) && this.#lose())
    socket.addEventListener('open', () => this.#isCurrent(socket) && this.#send({ type: 'hello', protocol: PROTOCOL, token: token() }))
    socket.addEventListener('message', ({ data }) => this.#isCurrent(socket) && this.#hear(data))
    socket.addEventListener('close', () => this.#isCurrent(socket) && this.#lose())
    // An error is always followed by a close; without a listener `ws` would throw it.
    socket.addEventListener('error', () => undefined)
  }

  #isCurrent(socket: Socket): boolean {
    return this.#socket === socket
  }

  /** Who says what makes no sense is left, and tried again later. */
  #hear(data: unknown): void {
    const frame = readFrame(data)
    if (frame) this.#receive(frame)
    else this.#lose()
  }

  #receive(frame: FromServer): void {
    switch (frame.type) {
      case 'welcome':
        return this.#welcome(frame)
      case 'result':
        return this.#settle(frame.id, ({ resolve }) => resolve(frame.output))
      case 'error':
        return this.#fail(frame.id, frame.problem)
      case 'event':
        return this.#event(frame)
      case 'notice':
        return this.#options.onNotice?.(frame)
      case 'bye':
        return this.#lose(FINAL.includes(frame.why) ? frame.problem : undefined)
    }
  }

  #welcome(welcome: Welcome): void {
    this.#cancelTimer?.()
    // A server that welcomes and hangs up, again and again, is not to be asked four times a second.
    this.#cancelTimer = this.#options.clock.after(BACKOFF_MAX_MS, () => (this.#attempts = 0))
    this.#isWelcome = true
    this.#canPart = welcome.inParts ?? false
    for (const [id, watched] of this.#watched) this.#sendWatch(id, watched)
    this.#options.onWelcome?.(welcome)
  }

  #event(event: Event): void {
    const watched = this.#watched.get(event.id)
    if (!watched) return
    if (event.isSnapshot || event.left !== undefined) watched.isPartial = (event.left ?? 0) > 0
    // From a part of everything nobody can go on.
    watched.since = watched.isPartial ? undefined : event.revision
    watched.onEvent(event)
  }

  #fail(id: number | undefined, problem: WireProblem): void {
    if (id === undefined) return
    const watched = this.#watched.get(id)
    if (watched) {
      this.#watched.delete(id)
      watched.onRefused(problem)
    }
    this.#settle(id, ({ reject }) => reject(new WireError(problem)))
  }

  #settle(id: number, how: (asked: Asked) => void): void {
    const asked = this.#asked.get(id)
    if (!asked) return
    this.#asked.delete(id)
    asked.forget()
    how(asked)
  }

  #sendWatch(id: number, { kind, filter, since, inParts }: Watched): void {
    this.#send({
      type: 'watch',
      id,
      kind,
      ...(filter ? { filter } : {}),
      ...(since === undefined ? {} : { since }),
      ...(inParts && this.#canPart ? { inParts } : {}),
    })
  }

  #send(frame: FromClient): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame))
  }

  #lose(final?: WireProblem): void {
    this.#drop()
    if (final) this.#isClosed = true
    this.#options.onGone?.(final)
    if (this.#isClosed) return
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** this.#attempts++)
    this.#cancelTimer = this.#options.clock.after(ceiling * (0.5 + this.#options.random() / 2), () => this.#connect())
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isWelcome = false
    this.#cancelTimer?.()
    socket?.close()
    for (const id of this.#asked.keys())
      this.#settle(id, ({ reject }) => reject(offline('the connection to the server broke before it answered')))
  }
}
