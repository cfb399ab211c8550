/**
 * One connection: says hello, then calls operations and follows kinds. What it may do is judged at each call, so that the end
 * of a session or a token counts at once. A reader that is too slow is dropped; it comes back and resumes where it was.
 */
import { Compile } from 'typebox/compile'
import type { RawData, WebSocket } from 'ws'
import { KernelError, toProblem, type LiveSession, type PluginKernel, type Principal } from '../../kernel/index.ts'
import { FromClient, type Bye, type FromServer } from '../../kernel/wire/frames.ts'
import { Seats } from './admission.ts'
import { run, type Ask } from './ask.ts'
import { Courier, Delivery, type NextPart } from './courier.ts'
import { Rounds, type Visited } from './rounds.ts'
import { Watches, type Reader } from './watches.ts'

const HELLO_MAX_MS = 10_000
/** How often it is asked for a sign of life, and who it is. */
const VISIT_MS = 30_000
const WATCHES_MAX = 64
const ASKS_MAX = 256
const BUFFERED_BYTES_MAX = 8_000_000

const frames = Compile(FromClient)
type Frame<T extends FromClient['type']> = Extract<FromClient, { readonly type: T }>

/** What all connections of a server share. */
export interface Shared {
  readonly kernel: PluginKernel
  readonly watches: Watches
  readonly courier: Courier
  readonly rounds: Rounds
  readonly seats: Seats
  /** Another at each start of the control plane. */
  readonly server: string
  /** How many connections there have been. */
  count: number
}

export const sharedIn = (kernel: PluginKernel): Shared => ({
  kernel,
  watches: new Watches(kernel),
  courier: new Courier(kernel.clock),
  rounds: new Rounds(kernel.clock, VISIT_MS),
  seats: new Seats(),
  server: kernel.newId(),
  count: 0,
})

interface Following {
  readonly request: Frame<'watch'>
  readonly end: () => void
}

/** There are ten thousand of these: what they remember is counted in bytes. */
export class Connection implements LiveSession, Reader, Visited {
  readonly id: string
  readonly #shared: Shared
  readonly #socket: WebSocket
  readonly #remote: string
  readonly #watches = new Map<number, Following>()
  #onClose: readonly (() => void)[] = []
  readonly #step: number
  #endPatience: () => void
  #delivery: Delivery | undefined
  #token: string | undefined
  #who: Principal | undefined
  #isStale = false
  #asks = 0
  #hasAnswered = true
  #isClosed = false

  constructor(shared: Shared, { socket, remote }: { readonly socket: WebSocket; readonly remote: string }) {
    const { kernel, rounds } = shared
    this.#shared = shared
    this.#socket = socket
    this.#remote = remote
    this.id = String((shared.count += 1))
    this.#step = rounds.join(this)
    this.#endPatience = kernel.clock.after(HELLO_MAX_MS, () => {
      if (!this.#who) this.#bye('protocol', new KernelError('INVALID_FRAME', 'no hello came in time'))
    })
    socket.on('message', (data, isBinary) => this.#receive(isBinary ? undefined : textOf(data)))
    socket.on('pong', () => (this.#hasAnswered = true))
    socket.on('close', () => this.#closed())
    socket.on('error', ignore)
  }

  onClose(listener: () => void): void {
    if (this.#isClosed) listener()
    else this.#onClose = [...this.#onClose, listener]
  }

  notify(about: string, data: object): void {
    this.#send({ type: 'notice', about, data })
  }

  close(why: 'replaced' | 'stopping', detail: string): void {
    this.#bye(why, new KernelError(why === 'replaced' ? 'CONFLICT' : 'NOT_READY', detail))
  }

  tell(text: string, onTaken?: () => void): void {
    const socket = this.#socket
    if (this.#isClosed) return
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) {
      this.#isClosed = true
      // It does not read: a goodbye would wait behind everything else.
      socket.terminate()
      return
    }
    socket.send(text, onTaken)
  }

  deliver(snapshot: NextPart): () => void {
    this.#delivery ??= new Delivery(this.#shared.courier, (text, onTaken) => this.tell(text, onTaken))
    return this.#delivery.add(snapshot)
  }

  /**
   * Keeps what lies between from forgetting the connection, and finds those whose other end is gone without a word. It says
   * nothing about the agent: the network process of a frozen tab answers too, which is why heartbeats are frames.
   */
  visit(): void {
    void this.#recheck()
    if (!this.#hasAnswered) return this.#socket.terminate()
    this.#hasAnswered = false
    this.#socket.ping()
  }

  /**
   * Some accounts, sessions or tokens have changed. Calls are judged one by one anyway; what is followed begins anew as whom the
   * client is now, or ends.
   */
  async reconsider(ids: ReadonlySet<string>): Promise<void> {
    const before = this.#who
    if (!before || !(ids.has(before.id) || ids.has(before.credentialId))) return
    if (this.#watches.size === 0) {
      this.#isStale = true
      return
    }
    try {
      this.#who = await this.#identify()
      if (isSame(before, this.#who)) return
      for (const { request } of this.#endWatches()) this.#watch(request, this.#who)
    } catch (error) {
      this.#isStale = true
      // Who it is cannot be said now; the next look will tell.
      if (error instanceof KernelError && error.retryable) return
      for (const { request } of this.#endWatches()) this.#send({ type: 'error', id: request.id, problem: toProblem(error) })
    }
  }

  #receive(text: string | undefined): void {
    if (this.#isClosed) return
    const frame = text === undefined ? undefined : parse(text)
    if (!frame) {
      const error = new KernelError('INVALID_FRAME', 'this is no frame of the protocol: /asyncapi.json describes them')
      if (!this.#who) return this.#bye('protocol', error)
      return this.#send({ type: 'error', problem: toProblem(error) })
    }
    if (frame.type === 'hello') return void this.#hello(frame)
    if (!this.#who) return this.#bye('protocol', new KernelError('INVALID_FRAME', 'the first frame is a hello'))
    if (frame.type === 'ask') return void this.#ask(frame, this.#who)
    if (frame.type === 'watch') return void this.#follow(frame, this.#who)
    return this.#unwatch(frame)
  }

  async #hello({ token }: Frame<'hello'>): Promise<void> {
    const { kernel, seats, server } = this.#shared
    if (this.#token !== undefined) return this.#bye('protocol', new KernelError('INVALID_FRAME', 'a connection says hello once'))
    this.#token = token
    try {
      const who = await this.#identify()
      this.onClose(seats.take(who))
      this.#who = who
      this.#endPatience()
      this.#endPatience = ignore
      this.#send({ type: 'welcome', server, revision: kernel.revision(), name: who.name, inParts: true })
    } catch (error) {
      const isFinal = error instanceof KernelError && !error.retryable
      this.#bye(isFinal ? 'refused' : 'stopping', error)
    }
  }

  async #ask(ask: Ask, { id: actorId }: Principal): Promise<void> {
    const { kernel } = this.#shared
    const { id, operation } = ask
    const correlationId = kernel.newId()
    try {
      const asker = { actorId, bearer: this.#token, remote: this.#remote, session: this, correlationId }
      this.#send({ type: 'result', id, output: await this.#oneOfSoMany(() => run(kernel, ask, asker)) })
    } catch (error) {
      if (!(error instanceof KernelError)) kernel.log.error('a call failed', { operation, correlationId, error: String(error) })
      this.#send({ type: 'error', id, problem: toProblem(error, correlationId) })
    }
  }

  /** @throws KernelError TOO_MANY */
  async #oneOfSoMany<T>(call: () => Promise<T>): Promise<T> {
    if (this.#asks >= ASKS_MAX)
      throw new KernelError('TOO_MANY', `${ASKS_MAX} calls are under way on this connection: wait for one of them`)
    this.#asks += 1
    try {
      return await call()
    } finally {
      this.#asks -= 1
    }
  }

  /** Who the client is may have changed since it said so, where it followed nothing meanwhile. */
  async #follow(request: Frame<'watch'>, who: Principal): Promise<void> {
    if (!this.#isStale) return this.#watch(request, who)
    try {
      this.#who = await this.#identify()
      this.#isStale = false
      this.#watch(request, this.#who)
    } catch (error) {
      this.#send({ type: 'error', id: request.id, problem: toProblem(error) })
    }
  }

  #watch(request: Frame<'watch'>, who: Principal): void {
    const { type: _type, id, ...wanted } = request
    try {
      if (this.#watches.size >= WATCHES_MAX)
        throw new KernelError('TOO_MANY', `${WATCHES_MAX} watches are open on this connection: end one first`)
      if (this.#watches.has(id)) throw new KernelError('INVALID_FRAME', `watch ${id} is open already`)
      const end = this.#shared.watches.open({ id, ...wanted, who, reader: this })
      // Opened anew it begins with everything, whatever it was opened with.
      const { since: _since, ...anew } = request
      this.#watches.set(id, { request: anew, end })
    } catch (error) {
      this.#send({ type: 'error', id, problem: toProblem(error) })
    }
  }

  #unwatch({ id }: Frame<'unwatch'>): void {
    this.#watches.get(id)?.end()
    this.#watches.delete(id)
  }

  #endWatches(): Following[] {
    const ended = [...this.#watches.values()]
    for (const { end } of ended) end()
    this.#watches.clear()
    return ended
  }

  #identify(): Promise<Principal> {
    return this.#shared.kernel.operations.identify({ bearer: this.#token, remote: this.#remote })
  }

  async #recheck(): Promise<void> {
    if (!this.#who || !this.#shared.kernel.isReady()) return
    try {
      await this.#identify()
    } catch (error) {
      // Whoever has a newer token may come back with it; whoever is asked for too much now, later.
      const canComeBack = error instanceof KernelError && (error.retryable || error.code === 'TOKEN_EXPIRED')
      this.#bye(canComeBack ? 'stopping' : 'refused', error)
    }
  }

  #send(frame: FromServer): void {
    this.tell(JSON.stringify(frame))
  }

  #bye(why: Bye['why'], error: unknown): void {
    this.#send({ type: 'bye', why, problem: toProblem(error) })
    this.#isClosed = true
    this.#socket.close(1000)
  }

  #closed(): void {
    this.#isClosed = true
    this.#endPatience()
    this.#shared.rounds.leave(this, this.#step)
    this.#endWatches()
    for (const listener of this.#onClose) listener()
  }
}

/** A broken connection is closed right after; there is nobody left to tell. */
const ignore = (): void => undefined

const isSame = (before: Principal, after: Principal): boolean =>
  String([before.roles, before.permissions]) === String([after.roles, after.permissions])

/** `ws` gives a message as one Buffer unless it is told otherwise. */
const textOf = (data: RawData): string => (data as Buffer).toString('utf8')

function parse(text: string): FromClient | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return frames.Check(frame) ? frame : undefined
  } catch {
    // Not JSON is not a frame: the caller tells the client so.
    return undefined
  }
}
