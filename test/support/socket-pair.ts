/**
 * Two ends of a connection in memory: one as `ws` gives it to the server, one as clients see it. What is sent arrives in a later
 * turn and in order; `cut` breaks it without a word, as a cable does, and `stall` lets nothing through, as a client that does not read.
 */
import type { WebSocket } from 'ws'
import type { Socket } from '../../kernel/wire/client.ts'

type Listener = (value: never) => void

interface Message {
  readonly text: string
  readonly onTaken: (() => void) | undefined
}

class End {
  readonly listeners = new Map<string, Listener[]>()
  readonly sent: string[] = []
  other: End | undefined
  isOpen = true
  isDeaf = false
  isStalled = false
  #held: Message[] = []

  get heldCharacters(): number {
    return this.#held.reduce((sum, { text }) => sum + text.length, 0)
  }

  emit(event: string, value?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as (given: unknown) => void)(value)
  }

  listen(event: string, listener: Listener): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
  }

  send(text: string, onTaken?: () => void): void {
    this.#held.push({ text, onTaken })
    if (!this.isStalled) this.take(1)
  }

  /** Lets so many of the oldest messages through. */
  take(count: number): void {
    for (const { text, onTaken } of this.#held.splice(0, count)) {
      queueMicrotask(() => {
        if (this.isOpen && this.other?.isOpen) this.other.emit('message', text)
        onTaken?.()
      })
    }
  }

  close(): void {
    queueMicrotask(() => {
      for (const end of [this, this.other]) end?.shut()
    })
  }

  shut(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.emit('close')
  }
}

export interface SocketPair {
  readonly client: Socket
  readonly server: WebSocket
  cut(): void
  /** The client's machine answers nothing any more, and nobody has noticed. */
  deafen(): void
  /** The client reads no more than it is told to take. */
  stall(): void
  take(messages: number): void
  /** It reads again as it comes. */
  flow(): void
}

export function socketPair(): SocketPair {
  const [near, far] = [new End(), new End()]
  near.other = far
  far.other = near
  const client: Socket = {
    get readyState() {
      return near.isOpen ? 1 : 3
    },
    send: (text) => near.send(text),
    close: () => near.close(),
    addEventListener: (event: string, listener: (given: never) => void) =>
      near.listen(
        event,
        event === 'message' ? (text: string) => (listener as (given: { data: unknown }) => void)({ data: text }) : listener,
      ),
  }
  const server = {
    get bufferedAmount() {
      return far.heldCharacters
    },
    on: (event: string, listener: Listener) =>
      far.listen(
        event,
        event === 'message' ? (text: string) => (listener as unknown as (data: string, isBinary: boolean) => void)(text, false) : listener,
      ),
    send: (text: string, onTaken?: () => void) => far.send(text, onTaken),
    close: () => far.close(),
    terminate: () => far.close(),
    ping: () => queueMicrotask(() => near.isOpen && !near.isDeaf && far.emit('pong')),
  }
  queueMicrotask(() => near.emit('open'))
  return {
    client,
    server: server as unknown as WebSocket,
    deafen: () => void (near.isDeaf = true),
    stall: () => void (far.isStalled = true),
    take: (messages) => far.take(messages),
    flow() {
      far.isStalled = false
      far.take(Number.MAX_SAFE_INTEGER)
    },
    cut() {
      near.shut()
      far.shut()
    },
  }
}
