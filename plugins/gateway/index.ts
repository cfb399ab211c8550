/**
 * The WebSocket at /ws, for agents and consoles: one protocol, kernel/wire/frames.ts. Taps nothing; follows durable commits.
 */
import type { IncomingMessage } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Plugin } from '../../kernel/index.ts'
import { isAllowedOrigin, Seats } from './admission.ts'
import { asyncapi } from './asyncapi.ts'
import { Connection } from './connection.ts'
import { Watches } from './watches.ts'

const FRAME_BYTES_MAX = 1_000_000
const CONNECTIONS_MAX = 20_000

/** What decides who somebody is. */
const ACCOUNT_KINDS: readonly string[] = ['users', 'sessions', 'tokens']

export interface GatewayOptions {
  /** Origins whose pages may connect, beside this server's own. */
  readonly allowedOrigins: readonly string[]
}

export const gateway = ({ allowedOrigins }: GatewayOptions): Plugin => ({
  name: 'gateway',
  after: ['rest'],
  apply(kernel) {
    const { server, serve, remoteOf } = kernel.need('web')
    // Compression would triple the cost of a delta.
    const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false })
    const watches = new Watches(kernel)
    const connections = new Map<WebSocket, Connection>()
    const seats = new Seats()
    kernel.provide('connections', { open: () => connections.size, watches: () => watches.count })
    const started = kernel.newId()
    serve('/asyncapi.json', () => ({ contentType: 'application/json', body: JSON.stringify(asyncapi()) }))
    server.on('upgrade', (request, socket, head) => {
      // Whoever hangs up now is nobody's loss; without a listener it would end the process.
      socket.on('error', () => socket.destroy())
      // Not everything that stands in a request line is a URL.
      const [path] = (request.url ?? '').split('?', 1)
      const refusal = refusalOf(path, request, { allowedOrigins, open: connections.size })
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`)
        return
      }
      sockets.handleUpgrade(request, socket, head, (open) => {
        connections.set(open, new Connection({ kernel, watches, seats, socket: open, remote: remoteOf(request), server: started }))
        open.on('close', () => connections.delete(open))
      })
    })
    kernel.onDurable(async ({ changes }) => {
      const ids = new Set(changes.flatMap(({ kind, id }) => (ACCOUNT_KINDS.includes(kind) ? [id] : [])))
      if (ids.size > 0) await Promise.all([...connections.values()].map((connection) => connection.reconsider(ids)))
    })
    kernel.onStop(() => {
      for (const [socket, connection] of connections) {
        connection.close('stopping', 'this control plane is stopping: come back in a moment')
        socket.close()
      }
      sockets.close()
    })
  },
})

interface Door {
  readonly allowedOrigins: readonly string[]
  /** How many connections there are. */
  readonly open: number
}

/** @returns the status to refuse with */
function refusalOf(path: string | undefined, request: IncomingMessage, { allowedOrigins, open }: Door): string | undefined {
  if (path !== '/ws') return '404 Not Found'
  if (!isAllowedOrigin(request, allowedOrigins)) return '403 Forbidden'
  return open >= CONNECTIONS_MAX ? '503 Service Unavailable' : undefined
}
