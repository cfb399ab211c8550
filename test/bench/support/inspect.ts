/**
 * What a process of Node.js holds, asked over its inspector, which a signal opens: what the system says it holds is mostly what it has
 * not given back yet. Start it with `inspectable`, or it takes the port that others may have.
 * Source: https://nodejs.org/api/process.html#signal-events, https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getHeapUsage
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { waitFor } from '../../support/wait-for.ts'

/** Its environment. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' }

const LISTENING = /Debugger listening on (ws:\S+)/

export interface Inspected {
  readonly pid: number
  readonly stderr: string
}

/** @returns bytes that are used once what is not used any more has been collected */
export async function heapBytesOf(inspected: Inspected): Promise<number> {
  const urlOf = (): string | undefined => LISTENING.exec(inspected.stderr)?.[1]
  if (urlOf() === undefined) process.kill(inspected.pid, 'SIGUSR1')
  const url = await waitFor('the inspector to open', urlOf)
  const socket = new WebSocket(url)
  await once(socket, 'open')
  await ask(socket, 'HeapProfiler.enable')
  // Twice, because what has a finaliser goes with the second.
  await ask(socket, 'HeapProfiler.collectGarbage')
  await ask(socket, 'HeapProfiler.collectGarbage')
  const { usedSize } = await ask<{ usedSize: number }>(socket, 'Runtime.getHeapUsage')
  socket.close()
  await once(socket, 'close')
  return usedSize
}

let lastId = 0

function ask<T>(socket: WebSocket, method: string): Promise<T> {
  const id = ++lastId
  socket.send(JSON.stringify({ id, method }))
  return new Promise((resolve) => {
    const hear = (data: Buffer): void => {
      const answer = JSON.parse(data.toString('utf8')) as { readonly id?: number; readonly result: T }
      if (answer.id !== id) return
      socket.off('message', hear)
      resolve(answer.result)
    }
    socket.on('message', hear)
  })
}
