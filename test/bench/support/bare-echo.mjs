// @ts-check
/**
 * The least that a server of WebSockets can be: echoes what it hears. Says its port, and how much it holds whenever it is asked, and
 * lives until its parent hangs up. Started with --expose-gc.
 */
import { WebSocketServer } from 'ws'

const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
sockets.on('listening', () => process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (sockets.address()).port }))
process.on('message', () => {
  globalThis.gc?.()
  process.send?.({ heapBytes: process.memoryUsage().heapUsed })
})
process.on('disconnect', () => process.exit())
