/**
 * One process to a data directory. PGlite has no lock of its own, and two that open one directory both say that they saved what is lost.
 * The lock is a socket that is listened on: the kernel gives it up with the process, also after a SIGKILL, and a file left behind is
 * told from a living owner by connecting to it.
 */
import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'

/** A socket's path has a fixed size in the kernel: 108 bytes on Linux, 104 on macOS, with the byte that ends it. */
const SOCKET_PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103

/** @throws Error when another process has the directory */
export async function lockDirectory(directory: string): Promise<void> {
  const socket = socketPath(directory)
  if (await listen(socket)) return
  if (await isAnswered(socket)) throw inUse(directory)
  rmSync(socket, { force: true })
  if (!(await listen(socket))) throw inUse(directory)
}

const inUse = (directory: string) => new Error(`data directory ${directory} is in use by another process`)

function socketPath(directory: string): string {
  const real = realpathSync(directory)
  if (process.platform === 'win32') return `\\\\.\\pipe\\stark-${createHash('sha256').update(real).digest('hex')}`
  const absolute = path.join(real, 'lock')
  const relative = path.relative(process.cwd(), absolute)
  const shorter = Buffer.byteLength(relative) < Buffer.byteLength(absolute) ? relative : absolute
  const bytes = Buffer.byteLength(shorter)
  if (bytes > SOCKET_PATH_BYTES_MAX) {
    throw new Error(
      `the path ${shorter} has ${bytes} bytes, and a socket's may have ${SOCKET_PATH_BYTES_MAX}: use a shorter data directory`,
    )
  }
  return shorter
}

/** @returns whether it is ours now; false when the path is taken */
const listen = (socket: string) =>
  new Promise<boolean>((resolve, reject) => {
    const server = net.createServer((connection) => connection.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    server.listen(socket, () => {
      server.unref() // held for as long as the process lives, without keeping it alive
      resolve(true)
    })
  })

const isAnswered = (socket: string) =>
  new Promise<boolean>((resolve) => {
    const connection = net.connect(socket)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', () => resolve(false))
  })
