/**
 * The embedded database's thread with a watch on it: tells by a channel how often it asks the operating system to write to the disk,
 * and whether process.emitWarning still takes an Error. Plain JavaScript, because a thread is started from a file.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { workerData } from 'node:worker_threads'

const channel = new BroadcastChannel(workerData.directory)
const { fsyncSync } = fs
fs.fsyncSync = (descriptor) => {
  fsyncSync(descriptor)
  channel.postMessage('fsync')
}
syncBuiltinESMExports()

await import('../../../dist/db-worker.mjs')

try {
  process.emitWarning(new Error('a warning of the test'))
  channel.postMessage('warned')
} catch (error) {
  channel.postMessage(String(error))
}
