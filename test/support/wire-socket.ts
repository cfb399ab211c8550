/**
 * The wire as a test speaks it: a bare WebSocket on which it can also say what no client of ours would, with everything that came
 * back. Clients that reconnect are kernel/wire/client.ts.
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Bye, Event, Failure, FromServer, Result, WatchFilter, Welcome, WireProblem } from '../../kernel/wire/frames.ts'
import { waitFor } from './wait-for.ts'

export interface AskOptions {
  readonly idempotencyKey?: string
}
export type Outcome<T> = { readonly output: T } | { readonly problem: WireProblem }

export class WireSocket {
  readonly socket: WebSocket
  readonly frames: FromServer[] = []
  /** The code that the connection was closed with. */
  closedWith: number | undefined
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString('utf8')) as FromServer))
    socket.on('close', (code) => {
      this.closedWith = code
    })
    // What is wrong with it is asserted by what it says and how it closes.
    socket.on('error', () => undefined)
  }

  /** @param url of the server, http: */
  static async open(url: string): Promise<WireSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`)
    const wire = new WireSocket(socket)
    await once(socket, 'open')
    return wire
  }

  /** An open connection on which the server has said welcome. */
  static async greeted(url: string, token: string): Promise<WireSocket> {
    const wire = await WireSocket.open(url)
    await wire.hello(token)
    return wire
  }

  send(frame: object | string | Buffer): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame))
  }

  async hello(token: string): Promise<Welcome> {
    this.send({ type: 'hello', protocol: 1, token })
    return this.next<Welcome>('a welcome', ({ type }) => type === 'welcome')
  }

  async ask<T>(operation: string, input: object = {}, options: AskOptions = {}): Promise<Outcome<T>> {
    const id = ++this.#lastId
    this.send({ type: 'ask', id, operation, input, ...options })
    const isAnswer = (frame: FromServer) => (frame.type === 'result' || frame.type === 'error') && frame.id === id
    const answer = await this.next<Result | Failure>(`the answer to ${operation}`, isAnswer)
    return answer.type === 'result' ? { output: answer.output as T } : { problem: answer.problem }
  }

  /** @returns the watch's events, which go on growing */
  watch(kind: string, { filter, since }: { filter?: WatchFilter; since?: number } = {}): Watching {
    const id = ++this.#lastId
    this.send({ type: 'watch', id, kind, ...(filter ? { filter } : {}), ...(since === undefined ? {} : { since }) })
    return new Watching(this, id)
  }

  bye(): Promise<Bye> {
    return this.next<Bye>('a goodbye', ({ type }) => type === 'bye')
  }

  async closed(): Promise<number> {
    await waitFor('the end of the connection', () => this.closedWith !== undefined)
    return this.closedWith ?? 0
  }

  next<T extends FromServer>(what: string, isIt: (frame: FromServer) => boolean): Promise<T> {
    return waitFor(what, () => this.frames.find(isIt), { intervalMs: 2 }) as Promise<T>
  }

  close(): void {
    this.socket.close()
  }

  /** As a cable that is cut. */
  terminate(): void {
    this.socket.terminate()
  }
}

export class Watching {
  readonly id: number
  readonly #wire: WireSocket

  constructor(wire: WireSocket, id: number) {
    this.#wire = wire
    this.id = id
  }

  get events(): Event[] {
    return this.#wire.frames.filter((frame): frame is Event => frame.type === 'event' && frame.id === this.id)
  }

  get refusal(): WireProblem | undefined {
    return this.#wire.frames.find((frame): frame is Failure => frame.type === 'error' && frame.id === this.id)?.problem
  }

  /** What follows of all events so far, by id. */
  get records(): Map<string, { readonly id: string }> {
    const records = new Map<string, { readonly id: string }>()
    for (const { isSnapshot, put, gone } of this.events) {
      if (isSnapshot) records.clear()
      for (const record of put as readonly { readonly id: string }[]) records.set(record.id, record)
      for (const id of gone) records.delete(id)
    }
    return records
  }

  async snapshot(): Promise<Event> {
    return waitFor('a snapshot', () => this.events[0], { intervalMs: 2 })
  }
}
