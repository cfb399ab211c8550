/**
 * Nodes: from the order to `running` in each runtime beside its bare isolate, what an idle pod holds, and one control plane with
 * thousands of hollow agents that send heartbeats, beside a bare server of WebSockets. Only the quick rows run unless more are named.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { WebSocket } from 'ws'
import type { FileRuntime } from '../../agents/node/file-runtime.ts'
import { createProcessRuntime } from '../../agents/node/process-runtime.ts'
import { createPodFetch } from '../../agents/node/pod-fetch.ts'
import { createWorkerRuntime } from '../../agents/node/worker-runtime.ts'
import { memoryKeyValues } from '../../agents/pod-kv.ts'
import type { PodSpec, RunningPod } from '../../agents/runtime.ts'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { RuntimePage } from '../agents/browser-runtime.ts'
import { office } from '../agents/post-office.ts'
import { childrenOf } from '../agents/processes.ts'
import { waitFor } from '../support/wait-for.ts'
import type { BenchOptions } from './support/bench.ts'
import { startCluster, type BenchCluster } from './support/cluster.ts'
import { Hollow } from './support/hollow.ts'
import { cpuMs, privateBytes } from './support/process-usage.ts'
import { spread, type Spread } from './support/statistics.ts'

const STARTS = 20
const IDLE_PODS = 10
/** Three heartbeats of each agent. */
const WINDOW_MS = 30_000
const SIZES: Readonly<Record<string, number>> = { 'hollow-1000': 1_000, 'hollow-5000': 5_000, 'hollow-10000': 10_000 }
const QUICK = ['start', 'memory', 'pods', 'hollow-1000']
/** Pods of one agent are started so many at a time, until starting takes too long or there are enough: Kubernetes allows 110 on a node. */
const HELD_AT_ONCE = 10
const HELD_MAX = 300
const HELD_START_MS_MAX = 1_000
const IDLE = `export default async (context) => { await context.sleep(600_000) }`

const POD: PodSpec = {
  podId: 'idle',
  incarnation: 1,
  name: 'idle',
  namespace: 'default',
  labels: {},
  nodeName: 'bench',
  nodeId: 'bench',
  env: {},
  args: [],
  attempt: 1,
  memoryLimitMb: 512,
}

interface StartRow {
  readonly row: 'start'
  /** ms from the order to running, or until the bare isolate says that it is there. */
  readonly runtimes: Readonly<Record<string, Spread>>
}
interface MemoryRow {
  readonly row: 'memory'
  readonly bytesPerIdlePod: Readonly<Record<string, number>>
}
interface HeldRow {
  readonly row: 'pods'
  /** How many idle pods one agent held, and ms that each of the first and the last of them took to start, ten at a time. */
  readonly held: Readonly<Record<string, { readonly pods: number; readonly firstStartMs: number; readonly lastStartMs: number }>>
}
interface HollowRow {
  readonly row: string
  readonly agents: number
  readonly joinMs: number
  /** Of one core, while nothing but heartbeats happens. */
  readonly serverCpuShare: number
  /** Of the heap: what a node costs that is known and away, and what its connection costs beside that. */
  readonly heapBytesPerNode: number
  readonly heapBytesPerConnection: number
  /** All that the process holds more than with no node, the embedded store and what is free in it included. */
  readonly serverBytesPerAgent: number
  readonly bareHeapBytesPerConnection: number
  readonly bareBytesPerConnection: number
  /** After SIGKILL and a start on the same data. */
  readonly restartToReadyMs: number
  readonly readyToAllBackMs: number
}
export interface AgentsResult {
  /** Of the machine, when the bench began and when it ended. */
  readonly load: readonly [number, number]
  readonly rows: readonly (StartRow | MemoryRow | HeldRow | HollowRow)[]
}

export async function run({ rows = QUICK }: BenchOptions): Promise<AgentsResult> {
  await buildIfStale()
  const [before = 0] = loadavg()
  const results: AgentsResult['rows'][number][] = []
  for (const row of rows) {
    const agents = SIZES[row]
    if (row === 'start') results.push(await inFolder(measureStarts))
    else if (row === 'memory') results.push(await inFolder(measureMemory))
    else if (row === 'pods') results.push(await inFolder(measureHeld))
    else if (agents !== undefined) results.push(await measureHollow(row, agents))
    else throw new Error(`there is no row ${row}: ${['start', 'memory', 'pods', ...Object.keys(SIZES)].join(', ')}`)
  }
  const [after = 0] = loadavg()
  return { load: [before, after], rows: results }
}

export function print(result: object): void {
  const { load, rows } = result as AgentsResult
  process.stdout.write(`load of the machine: ${load.map((each) => each.toFixed(1)).join(' before, ')} after\n`)
  for (const row of rows) {
    if ('runtimes' in row)
      for (const [name, { p50, p95 }] of Object.entries(row.runtimes)) {
        process.stdout.write(`${name.padEnd(26)}p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms\n`)
      }
    else if ('bytesPerIdlePod' in row)
      for (const [name, bytes] of Object.entries(row.bytesPerIdlePod)) {
        process.stdout.write(`${name.padEnd(26)}${(bytes / 1e6).toFixed(1)} MB a pod\n`)
      }
    else if ('held' in row)
      for (const [name, { pods, firstStartMs, lastStartMs }] of Object.entries(row.held)) {
        process.stdout.write(
          `${name.padEnd(26)}${pods} pods, each started in ${firstStartMs.toFixed(1)} ms at first, ${lastStartMs.toFixed(1)} ms at last\n`,
        )
      }
    else process.stdout.write(`${row.row.padEnd(26)}${JSON.stringify(row)}\n`)
  }
}

const entries = () => {
  const built = (name: string) => path.join(dist, `${name}.mjs`)
  return { bootstrap: built('pod-bootstrap'), guard: built('net-guard'), reaper: built('reaper') }
}
const services = () => ({ kv: memoryKeyValues(), fetch: createPodFetch(), mail: office })
const processes = (): FileRuntime => createProcessRuntime({ entries: entries(), services: services() })
const threads = (): FileRuntime => createWorkerRuntime({ entries: entries(), services: services() })

/** Of this bench's own, with the pack that all of its pods run. */
async function inFolder<T>(measure: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stark-bench-'))
  writeFileSync(path.join(folder, 'idle.mjs'), IDLE, { mode: 0o644 })
  try {
    return await measure(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly pod: RunningPod
  readonly running: Promise<void>
  readonly ended: Promise<void>
}

function startIdle(runtime: FileRuntime, folder: string): Started {
  const ignore = (): void => undefined
  let settle = { run: ignore, end: ignore }
  const running = new Promise<void>((run) => (settle = { ...settle, run }))
  const ended = new Promise<void>((end) => (settle = { ...settle, end }))
  const pod = runtime.start(
    { ...POD, bundlePath: path.join(folder, 'idle.mjs') },
    {
      onRunning: () => settle.run(),
      onReady: ignore,
      onStatus: ignore,
      onProgress: ignore,
      onLog: ignore,
      onExit: () => settle.end(),
    },
  )
  return { pod, running, ended }
}

async function measureStarts(folder: string): Promise<StartRow> {
  const page = await RuntimePage.open(path.join(folder, 'profile'))
  try {
    return {
      row: 'start',
      runtimes: {
        'process, cold': await startsOf(processes(), { folder }),
        'process, from the spare': await startsOf(processes(), { folder, isWarm: true }),
        'bare fork': await repeat(bareFork),
        worker: await startsOf(threads(), { folder }),
        'bare Worker': await repeat(bareWorker),
        'browser, cold': await startsOf(await page.runtime(), { folder }),
        'browser, from the spare': await startsOf(await page.runtime({ isWarm: true }), { folder, isWarm: true }),
        'bare frame and worker': spread(await page.ask((side, count) => side.bareStarts(count), STARTS)),
      },
    }
  } finally {
    await page.close()
  }
}

/** One at a time; the first, which fills caches, is not counted. */
async function startsOf(runtime: FileRuntime, { folder, isWarm = false }: { folder: string; isWarm?: boolean }): Promise<Spread> {
  const samples: number[] = []
  for (let index = 0; index <= STARTS; index += 1) {
    // Its spare is made anew after each start.
    if (isWarm) await runtime.warm()
    const began = performance.now()
    const { pod, running, ended } = startIdle(runtime, folder)
    await running
    if (index > 0) samples.push(performance.now() - began)
    pod.kill()
    await ended
  }
  await runtime.close()
  return spread(samples)
}

async function repeat(start: () => Promise<void>): Promise<Spread> {
  const samples: number[] = []
  for (let index = 0; index < STARTS; index += 1) {
    const began = performance.now()
    await start()
    samples.push(performance.now() - began)
  }
  return spread(samples)
}

async function bareFork(): Promise<void> {
  const child = fork('data:text/javascript,process.send(1);process.disconnect()', {
    execPath: process.execPath,
    execArgv: ['--input-type=module', '--eval', 'process.send(1);process.disconnect()'],
  })
  await once(child, 'message')
}

async function bareWorker(): Promise<void> {
  const worker = new Worker(`require('node:worker_threads').parentPort.postMessage(1)`, { eval: true, env: {} })
  await once(worker, 'message')
  await worker.terminate()
}

async function measureMemory(folder: string): Promise<MemoryRow> {
  const bytesPerIdlePod = { process: await memoryOfProcesses(folder), worker: await memoryOfThreads(folder) }
  return { row: 'memory', bytesPerIdlePod }
}

async function idlePods(runtime: FileRuntime, folder: string): Promise<void> {
  await Promise.all(Array.from({ length: IDLE_PODS }, () => startIdle(runtime, folder).running))
}

async function measureHeld(folder: string): Promise<HeldRow> {
  return { row: 'pods', held: { process: await heldBy(processes(), folder), worker: await heldBy(threads(), folder) } }
}

async function heldBy(runtime: FileRuntime, folder: string): Promise<HeldRow['held'][string]> {
  const startMs: number[] = []
  while (startMs.length * HELD_AT_ONCE < HELD_MAX && (startMs.at(-1) ?? 0) < HELD_START_MS_MAX) {
    const began = performance.now()
    await Promise.all(Array.from({ length: HELD_AT_ONCE }, () => startIdle(runtime, folder).running))
    startMs.push((performance.now() - began) / HELD_AT_ONCE)
  }
  await runtime.close()
  return { pods: startMs.length * HELD_AT_ONCE, firstStartMs: startMs[0] ?? 0, lastStartMs: startMs.at(-1) ?? 0 }
}

async function memoryOfProcesses(folder: string): Promise<number> {
  const runtime = processes()
  await idlePods(runtime, folder)
  const pods = childrenOf(process.pid).filter(({ command }) => command.includes('bootstrap.mjs'))
  const bytes = pods.reduce((sum, { pid }) => sum + privateBytes(pid), 0) / pods.length
  await runtime.close()
  return bytes
}

async function memoryOfThreads(folder: string): Promise<number> {
  const runtime = threads()
  const before = privateBytes(process.pid)
  await idlePods(runtime, folder)
  const bytes = (privateBytes(process.pid) - before) / IDLE_PODS
  await runtime.close()
  return bytes
}

async function measureHollow(row: string, agents: number): Promise<HollowRow> {
  // First, and gone before the agents come: together they would need more files than a process may open.
  const bare = await bareConnections(agents)
  const cluster = await startCluster()
  const hollow = new Hollow(cluster)
  try {
    const empty = await heldByServer(cluster)
    const joinMs = await hollow.add(agents)
    hollow.suspend()
    await cluster.restart()
    const away = await heldByServer(cluster)
    hollow.resume()
    await hollow.allOnline()
    const serverCpuShare = await shareOfCore(cluster.pid())
    const there = await heldByServer(cluster)
    const restartToReadyMs = await cluster.restart()
    const ready = performance.now()
    await hollow.allOnline()
    return {
      row,
      agents,
      joinMs,
      serverCpuShare,
      heapBytesPerNode: (away.heap - empty.heap) / agents,
      heapBytesPerConnection: (there.heap - away.heap) / agents,
      serverBytesPerAgent: (there.all - empty.all) / agents,
      bareHeapBytesPerConnection: bare.heap,
      bareBytesPerConnection: bare.all,
      restartToReadyMs,
      readyToAllBackMs: performance.now() - ready,
    }
  } finally {
    await hollow.stop()
    await cluster.stop()
  }
}

interface Held {
  readonly heap: number
  readonly all: number
}

async function heldByServer(cluster: BenchCluster): Promise<Held> {
  const heap = await cluster.heapBytes()
  return { heap, all: privateBytes(cluster.pid()) }
}

async function shareOfCore(pid: number): Promise<number> {
  const [cpu, began] = [cpuMs(pid), performance.now()]
  await waitFor('the window to pass', () => performance.now() - began > WINDOW_MS, { timeoutMs: 2 * WINDOW_MS, intervalMs: 250 })
  return (cpuMs(pid) - cpu) / (performance.now() - began)
}

/** @returns what a bare server holds for each connection that has said something once */
async function bareConnections(count: number): Promise<Held> {
  const server = fork(path.join(path.dirname(dist), 'test/bench/support/bare-echo.mjs'), { execArgv: ['--expose-gc'] })
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const empty = await heldByBare(server)
  const sockets: WebSocket[] = []
  for (let index = 0; index < count; index += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(socket, 'open')
    socket.send('{"type":"ask","id":1,"operation":"nodes.heartbeat","input":{}}')
    sockets.push(socket)
  }
  const { heap, all } = await heldByBare(server)
  for (const socket of sockets) socket.terminate()
  await ended(server)
  return { heap: (heap - empty.heap) / count, all: (all - empty.all) / count }
}

async function heldByBare(server: ChildProcess): Promise<Held> {
  server.send('how much?')
  const [{ heapBytes }] = (await once(server, 'message')) as [{ heapBytes: number }]
  return { heap: heapBytes, all: privateBytes(server.pid ?? 0) }
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.disconnect()
  await gone
}
