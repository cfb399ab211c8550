/**
 * Two ends of a connection in memory: one as `ws` gives it to the server, one as clients see it. What is sent arrives in a later
 * turn and in order; `cut` breaks it without a word, as a cable does.
 */
import type { WebSocket } from 'ws'
import type { Socket } from '../../kernel/wire/client.ts'

type Listener = (value: never) => void

class End {
  readonly listeners = new Map<string, Listener[]>()
  readonly sent: string[] = []
  other: End | undefined
  isOpen = true
  isDeaf = false

  emit(event: string, value?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as (given: unknown) => void)(value)
  }

  listen(event: string, listener: Listener): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
  }

  send(text: string): void {
    queueMicrotask(() => this.isOpen && this.other?.isOpen && this.other.emit('message', text))
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
    bufferedAmount: 0,
    on: (event: string, listener: Listener) =>
      far.listen(
        event,
        event === 'message' ? (text: string) => (listener as unknown as (data: string, isBinary: boolean) => void)(text, false) : listener,
      ),
    send: (text: string) => far.send(text),
    close: () => far.close(),
    terminate: () => far.close(),
    ping: () => queueMicrotask(() => near.isOpen && !near.isDeaf && far.emit('pong')),
  }
  queueMicrotask(() => near.emit('open'))
  return {
    client,
    server: server as unknown as WebSocket,
    deafen: () => void (near.isDeaf = true),
    cut() {
      near.shut()
      far.shut()
    },
  }
}
