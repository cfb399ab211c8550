/** The contract, for worker threads. */
import path from 'node:path'
import { beforeAll } from 'vitest'
import { createWorkerRuntime } from '../../agents/node/worker-runtime.ts'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { services } from './harness.ts'
import { runtimeContract } from './runtime.contract.ts'

beforeAll(async () => {
  await buildIfStale()
})

runtimeContract('worker runtime', {
  create: () => createWorkerRuntime({ entries: { bootstrap: path.join(dist, 'pod-bootstrap.mjs') }, services: services() }),
  killSignal: null,
})
