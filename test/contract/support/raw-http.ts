/** HTTP below what a client lets one say. */
import net from 'node:net'

const open = (url: string, path: string): net.Socket => {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  return socket
}

/** Asks for a WebSocket. @returns all that the server says until it hangs up */
export function upgrade(url: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    open(url, path)
      .setEncoding('utf8')
      .on('data', (text: string) => (said += text))
      .on('close', () => resolve(said))
      .on('error', reject)
  })
}

/** Asks for a WebSocket and breaks the connection at once. */
export function hangUp(url: string, path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = open(url, path)
    socket.on('close', () => resolve()).on('connect', () => setImmediate(() => socket.resetAndDestroy()))
  })
}
