/**
 * The WebSocket at /ws, for agents and consoles: one protocol, kernel/wire/frames.ts. Taps nothing; follows durable commits.
 */
import { WebSocketServer, type WebSocket } from 'ws'
import type { Plugin } from '../../kernel/index.ts'
import { asyncapi } from './asyncapi.ts'
import { Connection } from './connection.ts'
import { Watches } from './watches.ts'

const FRAME_BYTES_MAX = 1_000_000
const CONNECTIONS_MAX = 20_000

export const gateway = (): Plugin => ({
  name: 'gateway',
  after: ['rest'],
  apply(kernel) {
    const { server, serve } = kernel.need('web')
    // Compression would triple the cost of a delta.
    const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false })
    const watches = new Watches(kernel)
    const connections = new Map<WebSocket, Connection>()
    const started = kernel.newId()
    serve('/asyncapi.json', () => ({ contentType: 'application/json', body: JSON.stringify(asyncapi()) }))
    server.on('upgrade', (request, socket, head) => {
      // Whoever hangs up now is nobody's loss; without a listener it would end the process.
      socket.on('error', () => socket.destroy())
      // Not everything that stands in a request line is a URL.
      const [path] = (request.url ?? '').split('?', 1)
      if (path !== '/ws' || connections.size >= CONNECTIONS_MAX) {
        socket.end(`HTTP/1.1 ${path === '/ws' ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`)
        return
      }
      sockets.handleUpgrade(request, socket, head, (open) => {
        connections.set(
          open,
          new Connection({ kernel, watches, socket: open, remote: request.socket.remoteAddress ?? '', server: started }),
        )
        open.on('close', () => connections.delete(open))
      })
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
