/**
 * A thread that tries a plugin out, for `stark plugin test`: whoever started it ends it when it does not come back.
 * Becomes dist/plugin-test.mjs.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { probe } from './probe.ts'

const { file } = workerData as { readonly file: string }
parentPort?.postMessage(await probe(file, () => performance.now()))
