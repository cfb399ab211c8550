/** The attacks of attacks.ts against the process runtime: none gets anything, and nothing reaches the agent or a server of ours. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import inspector from 'node:inspector'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProcessRuntime } from '../../../agents/node/process-runtime.ts'
import type { FileRuntime } from '../../../agents/node/file-runtime.ts'
import { buildIfStale, dist } from '../../../console/cli/build.mjs'
import { services, startPod } from '../../agents/harness.ts'
import { childrenOf } from '../../agents/processes.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { attacks, packOf } from './attacks.ts'

type Outcomes = Record<string, { booty?: unknown; refused?: string }>

const entries = {
  bootstrap: path.join(dist, 'pod-bootstrap.mjs'),
  guard: path.join(dist, 'net-guard.mjs'),
  reaper: path.join(dist, 'reaper.mjs'),
}
const SECRET = 'the-secret-of-the-agent'
const folder = temporaryFolder('attacked')
const reached: string[] = []
const tcp = createServer((socket) => {
  reached.push('tcp')
  socket.end()
})
const unix = createServer((socket) => {
  reached.push('unix')
  socket.end()
})
const udp = createSocket('udp4', () => reached.push('udp'))
const onSignal = (): void => void reached.push('signal')
let runtime: FileRuntime
let agent: string

beforeAll(async () => {
  await buildIfStale()
  // Whatever a pod may not touch would let anybody in, so that only the isolation stands in the way.
  chmodSync(folder, 0o777)
  writeFileSync(path.join(folder, 'secret.mjs'), `export const secret = '${SECRET}'`, { mode: 0o666 })
  process.env.STARK_ATTACK_SECRET = SECRET
  process.on('SIGUSR2', onSignal)
  const socket = path.join(folder, 's')
  await Promise.all([
    once(tcp.listen(0, '127.0.0.1'), 'listening'),
    once(unix.listen(socket), 'listening'),
    once(udp.bind(0, '127.0.0.1'), 'listening'),
  ])
  chmodSync(socket, 0o777)
  const ports = { tcpPort: (tcp.address() as AddressInfo).port, udpPort: udp.address().port }
  agent = JSON.stringify({ pid: process.pid, folder, secretFile: path.join(folder, 'secret.mjs'), socket, secret: SECRET, ...ports })
  runtime = createProcessRuntime({ entries, services: services() })
})
afterAll(async () => {
  await runtime.close()
  delete process.env.STARK_ATTACK_SECRET
  process.off('SIGUSR2', onSignal)
  tcp.close()
  unix.close()
  udp.close()
})

describe.each(Object.entries(attacks))('a hostile pack, %s:', (_, group) => {
  let outcomes: Outcomes
  beforeAll(async () => {
    const exit = await startPod(runtime, packOf(group), { env: { AGENT: agent } }).ended()
    expect(exit.exit.error).toBeNull()
    outcomes = exit.exit.result as Outcomes
  })

  test.each(Object.keys(group))('%s, and is refused', (name) => {
    expect(outcomes[name]).toEqual({ refused: expect.any(String) })
  })
})

// An agent without root's rights is its pods' equal before the kernel, and would be killed here.
describe.runIf(process.getuid?.() === 0)('behind the guard, which is only JavaScript,', () => {
  let unguarded: FileRuntime
  beforeAll(() => {
    const guard = path.join(temporaryFolder('no-guard'), 'guard.mjs')
    writeFileSync(guard, '')
    unguarded = createProcessRuntime({ entries: { ...entries, guard }, services: services() })
  })
  afterAll(async () => {
    await unguarded.close()
  })

  test('the kernel refuses signals to an agent that is root, and Node.js refuses its own insides', async () => {
    const { exit } = await startPod(unguarded, packOf({ ...attacks.agent, ...attacks.processes }), { env: { AGENT: agent } }).ended()
    const outcomes = exit.result as Outcomes
    const got = Object.entries(outcomes).flatMap(([name, { booty }]) => (booty === undefined ? [] : [name]))
    expect(got).toEqual(['learns the pid of its agent'])
    expect(outcomes['kills the agent']?.refused).toContain('EPERM')
  })
})

test('a pack that has Node.js itself write a trace cannot make a file', async () => {
  const source = `import { createTracing } from 'node:trace_events'
    export default () => { createTracing({ categories: ['node', 'v8'] }).enable(); return new Promise(() => {}) }`
  const observed = startPod(runtime, source)
  // Node.js writes it past its own permission model: what stands in the way is that nobody may write to the working directory.
  await observed.logged('Could not open trace file node_trace.1.log: permission denied')
  observed.pod.kill()
  expect(await observed.ended()).toMatchObject({ reason: 'Killed' })
})

describe('after all of it', () => {
  test('no server, socket or signal handler of ours was reached', () => {
    expect(reached).toEqual([])
  })

  test('no file was written', () => {
    expect(readdirSync(folder).toSorted()).toEqual(['s', 'secret.mjs'])
  })

  test("the agent's inspector is closed", () => {
    expect(inspector.url()).toBeUndefined()
  })

  test('also when SIGUSR1 does arrive', async () => {
    // The runtime's own handler, before this test adds another.
    expect(process.listenerCount('SIGUSR1')).toBe(1)
    const arrived = once(process, 'SIGUSR1')
    process.kill(process.pid, 'SIGUSR1')
    await arrived
    expect(inspector.url()).toBeUndefined()
  })

  test('no process is left but the reaper', async () => {
    const ours = () => childrenOf(process.pid).filter(({ command }) => command.includes('stark-pods-'))
    expect(ours().filter(({ command }) => command.includes('bootstrap.mjs'))).toEqual([])
    await runtime.close()
    expect(ours()).toEqual([])
  })
})
