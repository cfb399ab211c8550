/**
 * The API with 100 nodes and 1,000 packs present, under 5 users at once: requests a second and how long they take, beside a bare
 * Koa route that answers the same bytes from a process of its own.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { load, pushSleeper, startCluster, type BenchCluster, type Load } from './support/cluster.ts'
import { spread, type Spread } from './support/statistics.ts'

const NODES = 100
const PACKS = 1_000
const PODS = 100
const USERS = 5
const SECONDS = 5
const WARM_UP_SECONDS = 1
const AT_ONCE = 16

interface Figures extends Omit<Spread, 'count'> {
  readonly requestsPerSecond: number
}
interface Row {
  readonly row: string
  readonly api: Figures
  readonly bareKoa: Figures
}
export interface ApiResult {
  readonly nodes: number
  readonly packs: number
  readonly users: number
  readonly rows: readonly Row[]
}

export async function run(): Promise<ApiResult> {
  const cluster = await startCluster()
  try {
    await fill(cluster)
    const headers = { authorization: `Bearer ${cluster.token}`, 'content-type': 'application/json' }
    const url = new URL('/api/pods', cluster.url)
    const body = JSON.stringify({ pack: 'sleeper', nodeName: 'node-1' })
    const rows = [
      await row('GET /api/pods', { url, method: 'GET', headers }),
      await row('POST /api/pods', { url, method: 'POST', headers, body }),
    ]
    return { nodes: NODES, packs: PACKS, users: USERS, rows }
  } finally {
    await cluster.stop()
  }
}

export function print(result: object): void {
  const { nodes, packs, users, rows } = result as ApiResult
  process.stdout.write(`API, ${nodes} nodes, ${packs} packs, ${users} users\n`)
  for (const { row: name, api, bareKoa } of rows) {
    for (const [who, { requestsPerSecond, p50, p95, p99 }] of [
      ['api', api],
      ['bare Koa', bareKoa],
    ] as const) {
      const ms = (value: number) => `${value.toFixed(1)} ms`
      process.stdout.write(
        `${name.padEnd(16)}${who.padEnd(10)}${Math.round(requestsPerSecond)}/s  p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)}\n`,
      )
    }
  }
}

async function fill(cluster: BenchCluster): Promise<void> {
  const names = (count: number, name: string) => Array.from({ length: count }, (_each, index) => `${name}-${index + 1}`)
  await pushSleeper(cluster)
  await inParallel(names(PACKS, 'pack'), (name) => cluster.call('POST', '/api/packs', { name, version: '1.0.0', runtimeTag: 'universal' }))
  const join = await cluster.call<{ token: string }>('POST', '/api/tokens', { kind: 'join' })
  await inParallel(names(NODES, 'node'), (name) => cluster.call('POST', '/api/nodes', nodeCalled(name), join.token))
  await inParallel(names(PODS, 'pod'), (name) => cluster.call('POST', '/api/pods', { pack: 'sleeper', name }))
}

const nodeCalled = (name: string) => ({
  id: randomUUID(),
  name,
  runtimeType: 'node',
  capabilities: { runtimeVersion: '20.19.0' },
  allocatable: { cpu: 64_000, memory: 256_000, storage: 100_000, pods: 1_000 },
  isNew: true,
})

async function inParallel<T>(items: readonly T[], each: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items]
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await each(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function row(name: string, asked: Load): Promise<Row> {
  const answer = await fetch(asked.url, {
    method: asked.method,
    headers: asked.headers,
    ...(asked.body === undefined ? {} : { body: asked.body }),
  })
  const bare = await startBareKoa(Buffer.from(await answer.arrayBuffer()))
  try {
    return { row: name, api: await measure(asked), bareKoa: await measure({ ...asked, url: bare.url }) }
  } finally {
    bare.stop()
  }
}

async function measure(asked: Load): Promise<Figures> {
  await load(asked, { users: USERS, seconds: WARM_UP_SECONDS })
  const samples = await load(asked, { users: USERS, seconds: SECONDS })
  const { count, ...figures } = spread(samples)
  return { ...figures, requestsPerSecond: count / SECONDS }
}

function startBareKoa(bytes: Buffer): Promise<{ url: URL; stop: () => void }> {
  // The bench itself is a bundle elsewhere: the baseline is found from the root that it was started in.
  const child = spawn(process.execPath, ['test/bench/support/bare-koa.mjs'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(bytes)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.stdout.once('data', (port: Buffer) =>
      resolve({ url: new URL(`http://127.0.0.1:${String(port).trim()}/`), stop: () => child.kill() }),
    )
  })
}
