/**
 * The WebSocket at /ws, for agents and consoles: one protocol, kernel/wire/frames.ts. Taps nothing; follows durable commits.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Plugin } from '../../kernel/index.ts'
import { isAllowedOrigin } from './admission.ts'
import { asyncapi } from './asyncapi.ts'
import { Connection, sharedIn } from './connection.ts'

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
    const options = { noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false, clientTracking: false }
    const sockets = new WebSocketServer(options)
    const connections = new Set<Connection>()
    const shared = sharedIn(kernel)
    /** Not inside of the listener below: what is made there remembers the request for as long as the connection lasts. */
    const open = (socket: WebSocket, remote: string): void => {
      const connection = new Connection(shared, { socket, remote })
      connections.add(connection)
      connection.onClose(() => connections.delete(connection))
    }
    kernel.provide('connections', { open: () => connections.size, watches: () => shared.watches.count })
    serve('/asyncapi.json', () => ({ contentType: 'application/json', body: JSON.stringify(asyncapi()) }))
    server.on('upgrade', (request, socket, head) => {
      // Whoever hangs up now is nobody's loss; without a listener it would end the process.
      socket.on('error', hangUp)
      // Not everything that stands in a request line is a URL.
      const [path] = (request.url ?? '').split('?', 1)
      const refusal = refusalOf(path, request, { allowedOrigins, open: connections.size })
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`)
        return
      }
      sockets.handleUpgrade(request, socket, head, (upgraded) => open(upgraded, remoteOf(request)))
    })
    kernel.onDurable(async ({ changes }) => {
      const ids = new Set(changes.flatMap(({ kind, id }) => (ACCOUNT_KINDS.includes(kind) ? [id] : [])))
      if (ids.size > 0) await Promise.all([...connections].map((connection) => connection.reconsider(ids)))
    })
    kernel.onStop(() => {
      for (const connection of connections) connection.close('stopping', 'this control plane is stopping: come back in a moment')
      sockets.close()
    })
  },
})

function hangUp(this: Duplex): void {
  this.destroy()
}

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
