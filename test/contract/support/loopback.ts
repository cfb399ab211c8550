/** Serves a fetch function over HTTP on 127.0.0.1, and can fail as networks do: gone, or gone between the work and its answer. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fetch } from '../../../plugins/supabase/client.ts'

export class Loopback {
  readonly #fetch: Fetch
  #server: Server | undefined
  #port = 0
  /** While true, each request is carried out and its caller never hears of it. */
  losesAnswers = false
  readonly #underway = new Set<Promise<void>>()
  /** Requests that were carried out, by path. */
  readonly served = new Map<string, number>()

  constructor(fetch: Fetch) {
    this.#fetch = fetch
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens; after a stop on the same port. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const answered = this.#answer(request, response).catch(() => void response.destroy())
      this.#underway.add(answered)
      void answered.then(() => this.#underway.delete(answered))
    }).listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Cuts all connections; what was asked before is still carried out, unheard, and waited for. */
  async stop(): Promise<void> {
    const server = this.#server
    if (!server?.listening) return
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await Promise.all(this.#underway)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = 'GET', url = '/', headers } = request
    const answer = await this.#fetch(new URL(url, 'http://127.0.0.1'), {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks),
    })
    this.served.set(url, (this.served.get(url) ?? 0) + 1)
    if (this.losesAnswers) return void response.destroy()
    const body = Buffer.from(await answer.arrayBuffer())
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body)
  }
}
