/**
 * The first code in a pod's isolate on Node.js, process or thread: makes the port and hands over to the pack runtime.
 * A process talks by JSON lines on two pipes. It writes them synchronously, so that nothing is lost when a pack exits the
 * process, and so that a pack that says more than the agent reads waits, and fills nobody's memory.
 */
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { runPack } from '../pack-runtime.ts'
import type { Boot, FromPod, Port, ToPod } from '../pod-messages.ts'
import { FROM_POD_FD, FRAME_BYTES_MAX, TO_POD_FD } from './channel.ts'
import { LineSplitter } from './lines.ts'

const MEMORY_REPORT_MS = 1000

if (parentPort) {
  const port = parentPort
  start(
    { post: (message) => port.postMessage(JSON.stringify(message)), onMessage: (listener) => port.on('message', parseFor(listener)) },
    workerData as Boot,
  )
  // Of a thread only the thread itself knows its memory.
  setInterval(() => {
    const { heapUsed, external } = process.memoryUsage()
    port.postMessage(JSON.stringify({ type: 'memory', bytes: heapUsed + external } satisfies FromPod))
  }, MEMORY_REPORT_MS).unref()
} else {
  const port = pipes()
  port.onMessage((message) => {
    if (message.type === 'boot') start(port, message.boot)
  })
  port.post({ type: 'waiting' })
}

function start(port: Port<FromPod, ToPod>, boot: Boot): void {
  const run = runPack({ port, boot, load: () => import(boot.bundleUrl) as Promise<unknown>, runtimeUrl: import.meta.url })
  // Rejections that nobody handles arrive here too.
  process.on('uncaughtException', (error) => run.fail(error))
  void run.ended.then(({ status }) => process.exit(status === 'failed' ? 1 : 0))
}

function pipes(): Port<FromPod, ToPod> {
  let listener: (message: ToPod) => void = () => undefined
  const gone = (): never => process.exit(1)
  const splitter = new LineSplitter({ bytesMax: FRAME_BYTES_MAX, onLine: parseFor((message) => listener(message)), onTooLong: gone })
  const input = new Socket({ fd: TO_POD_FD, readable: true, writable: false })
  input.on('data', (chunk) => splitter.push(chunk))
  // Without its agent a pod has nothing to live for.
  input.on('close', gone)
  input.on('error', gone)
  return {
    post: (message) => writeWhole(`${JSON.stringify(message)}\n`),
    onMessage(next) {
      listener = next
    },
  }
}

function writeWhole(text: string): void {
  const bytes = Buffer.from(text)
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(FROM_POD_FD, bytes, written)
  } catch {
    // The agent has closed its end: it is gone, or done with this pod.
    process.exit(1)
  }
}

function parseFor(listener: (message: ToPod) => void): (text: string) => void {
  return (text) => listener(JSON.parse(text) as ToPod)
}
