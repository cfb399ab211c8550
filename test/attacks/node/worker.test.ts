/**
 * What `isolation: worker` does not promise: the same attacks that a process refuses, and what they get in a thread of the agent. The
 * documentation says so; this is the proof, and the place where it is noticed when it changes.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FileRuntime } from '../../../agents/node/file-runtime.ts'
import { createWorkerRuntime } from '../../../agents/node/worker-runtime.ts'
import { buildIfStale, dist } from '../../../console/cli/build.mjs'
import { services, startPod } from '../../agents/harness.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { attacks, packOf } from './attacks.ts'

type Outcomes = Record<string, { booty?: unknown; refused?: string }>

const SECRET = 'the-secret-of-the-agent'
const folder = temporaryFolder('attacked')
const tcp = createServer((socket) => socket.end())
const onSignal = (): void => undefined
let runtime: FileRuntime
let outcomes: Outcomes

/** By group: what would not end this very process. */
const TRIED = {
  files: ['reads a file that all may read', 'writes a file', 'lists a folder', "reads the agent's environment"],
  processes: ['starts a program', 'starts a thread'],
  agent: ['signals the agent', 'sees a secret in its environment'],
  network: ['connects', 'listens'],
}

beforeAll(async () => {
  await buildIfStale()
  writeFileSync(path.join(folder, 'secret.mjs'), `export const secret = '${SECRET}'`)
  await once(tcp.listen(0, '127.0.0.1'), 'listening')
  process.on('SIGUSR2', onSignal)
  runtime = createWorkerRuntime({ entries: { bootstrap: path.join(dist, 'pod-bootstrap.mjs') }, services: services() })
  const tcpPort = (tcp.address() as AddressInfo).port
  const agent = { pid: process.pid, folder, secretFile: path.join(folder, 'secret.mjs'), secret: SECRET, tcpPort }
  const tried = Object.entries(TRIED).flatMap(([group, names]) => names.map((name) => [name, attacks[group]?.[name] ?? '']))
  const source = packOf(Object.fromEntries(tried) as Record<string, string>)
  const { exit } = await startPod(runtime, source, { env: { AGENT: JSON.stringify(agent) } }).ended()
  outcomes = exit.result as Outcomes
})
afterAll(async () => {
  await runtime.close()
  process.off('SIGUSR2', onSignal)
  tcp.close()
})

test.each([
  'reads a file that all may read',
  'writes a file',
  'lists a folder',
  "reads the agent's environment",
  'starts a program',
  'starts a thread',
  'signals the agent',
  'connects',
  'listens',
])('in a thread a pack %s, and nothing stops it', (name) => {
  expect(outcomes[name]).toHaveProperty('booty')
})

test('in a thread a pack has an environment of its own, all the same', () => {
  expect(outcomes['sees a secret in its environment']).toHaveProperty('refused')
})
