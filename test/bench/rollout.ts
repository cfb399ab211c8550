/**
 * A rolling update of 1,000 pods on hollow agents, whose pods take one second from their start until they can do their work, and none to stop.
 * Beside the least that its own surge settings allow: of N pods at most maxSurge + maxUnavailable are on their way at a time, so it takes
 * ceil(N / (maxSurge + maxUnavailable)) times that second, if everything else took no time at all. A watcher counts along how many serve.
 */
import { WebSocket } from 'ws'
import { agentClock } from '../../agents/clock.ts'
import type { AgentOptions } from '../../agents/agent.ts'
import type { RunningPod } from '../../agents/runtime.ts'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import type { Pod } from '../../kernel/schema/pod.ts'
import { WireClient } from '../../kernel/wire/client.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'
import { waitFor } from '../support/wait-for.ts'
import type { BenchOptions } from './support/bench.ts'
import { startCluster, type BenchCluster } from './support/cluster.ts'
import { Hollow } from './support/hollow.ts'

const PODS = 1_000
const QUICK_PODS = 100
/** Ten pods each, and room for the surge. */
const PODS_PER_AGENT = 10
const START_MS = 1_000
const ROLLOUT_MAX_MS = 300_000

const STRATEGIES = {
  default: { maxSurge: '25%', maxUnavailable: '25%' },
  'surge only': { maxSurge: '25%', maxUnavailable: 0 },
  'unavailable only': { maxSurge: 0, maxUnavailable: '25%' },
  narrow: { maxSurge: '10%', maxUnavailable: 0 },
} as const

interface Row {
  readonly row: string
  readonly pods: number
  readonly agents: number
  readonly maxSurge: number
  readonly maxUnavailable: number
  readonly seconds: number
  /** What the settings allow at best. */
  readonly minimumSeconds: number
  readonly ratio: number
  /** The fewest that served at a time, as a watcher saw it, and what was promised. */
  readonly leastAvailable: number
  readonly promisedAvailable: number
  readonly mostPods: number
}
interface RolloutResult {
  readonly startMs: number
  /** From POST until all pods of the first version served. */
  readonly firstSeconds: number
  readonly rows: readonly Row[]
}

export async function run({ rows: only, isQuick = false }: BenchOptions): Promise<RolloutResult> {
  const pods = isQuick ? QUICK_PODS : PODS
  const cluster = await startCluster()
  const hollow = new Hollow(cluster, pretend)
  try {
    await hollow.add(Math.ceil((pods * 1.3) / PODS_PER_AGENT))
    const watcher = new Watcher(cluster)
    let version = 1
    await push(cluster, version)
    const began = performance.now()
    const template = { resources: { requests: { cpu: 100, memory: 1 } } }
    await cluster.call('POST', '/api/deployments', { pack: 'rolled@1.0.0', name: 'rolled', replicas: pods, template })
    await complete(cluster, version)
    const firstSeconds = secondsSince(began)
    const rows: Row[] = []
    for (const [row, strategy] of Object.entries(STRATEGIES)) {
      if (only && !only.includes(row)) continue
      version += 1
      rows.push(await roll({ cluster, watcher, agents: hollow.agents.length, pods }, { row, strategy, version }))
    }
    watcher.close()
    return { startMs: START_MS, firstSeconds, rows }
  } finally {
    await hollow.stop()
    await cluster.stop()
  }
}

export function print(result: object): void {
  const { rows, firstSeconds } = result as RolloutResult
  process.stdout.write(`the first version served after ${firstSeconds.toFixed(1)} s\n`)
  for (const { row, pods, seconds, minimumSeconds, ratio, leastAvailable, promisedAvailable } of rows) {
    process.stdout.write(
      `${row.padEnd(18)}${pods} pods in ${seconds.toFixed(1)} s, ${minimumSeconds.toFixed(1)} s at best: ${ratio.toFixed(2)} times; ` +
        `${leastAvailable} served at least, ${promisedAvailable} were promised\n`,
    )
  }
}

interface Stage {
  readonly cluster: BenchCluster
  readonly watcher: Watcher
  readonly agents: number
  readonly pods: number
}

async function roll(
  { cluster, watcher, agents, pods }: Stage,
  { row, strategy, version }: { row: string; strategy: { maxSurge: string | number; maxUnavailable: string | number }; version: number },
): Promise<Row> {
  await push(cluster, version)
  const maxSurge = inPods(strategy.maxSurge, pods)
  const maxUnavailable = inPods(strategy.maxUnavailable, pods)
  watcher.begin()
  const began = performance.now()
  await cluster.call('PATCH', '/api/deployments/rolled', { packVersion: `${version}.0.0`, strategy })
  await complete(cluster, version)
  const seconds = secondsSince(began)
  const minimumSeconds = (Math.ceil(pods / (maxSurge + maxUnavailable)) * START_MS) / 1000
  return {
    row,
    pods,
    agents,
    maxSurge,
    maxUnavailable,
    seconds,
    minimumSeconds,
    ratio: seconds / minimumSeconds,
    leastAvailable: watcher.least,
    promisedAvailable: pods - maxUnavailable,
    mostPods: watcher.most,
  }
}

const inPods = (share: string | number, pods: number): number =>
  typeof share === 'number' ? share : Math.ceil((pods * Number(share.slice(0, -1))) / 100)

const secondsSince = (began: number): number => (performance.now() - began) / 1000

async function push({ call, url, token }: BenchCluster, version: number): Promise<void> {
  const registration = { name: 'rolled', version: `${version}.0.0`, runtimeTag: 'universal' }
  const { id } = await call<{ id: string }>('POST', '/api/packs', registration)
  const body = `export default async () => ${version}\n`
  const response = await fetch(new URL(`/api/packs/${id}/bundle`, url), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body,
  })
  if (!response.ok) throw new Error(`the bundle was refused: ${await response.text()}`)
}

async function complete({ call }: BenchCluster, version: number): Promise<void> {
  const isThere = async () => {
    const { status } = await call<Deployment>('GET', '/api/deployments/rolled')
    return status.phase === 'complete' && status.version === `${version}.0.0`
  }
  await waitFor(`version ${version} to be there`, isThere, { timeoutMs: ROLLOUT_MAX_MS, intervalMs: 50 })
}

/** A pod that serves a second after its start, and stops when it is asked to. */
const pretend: AgentOptions['run'] = (pod, _pack, events) => {
  let hasEnded = false
  const end = (reason: string): void => {
    if (hasEnded) return
    hasEnded = true
    cancel()
    events.onExit({ status: 'stopped', reason, exit: { code: 0, signal: null, result: null, error: null } })
  }
  const cancel = agentClock.after(START_MS, () => {
    events.onRunning()
    events.onReady()
  })
  const running: RunningPod = {
    podId: pod.id,
    incarnation: pod.incarnation,
    stop: (reason) => end(reason),
    kill: () => end('Killed'),
    message: () => undefined,
    request: () => Promise.reject(new Error('nobody answers here')),
    usage: () => Promise.resolve({ cpuMillicores: 0, memoryMb: 0 }),
  }
  return Promise.resolve(running)
}

/** Counts how many pods there are and serve, after each commit, as anybody can who watches. */
class Watcher {
  readonly #client: WireClient
  readonly #pods = new ReplicaOf<Pod>()
  least = Infinity
  most = 0

  constructor({ url, token }: BenchCluster) {
    this.#client = new WireClient({
      url: `${url.replace('http', 'ws')}/ws`,
      token: () => token,
      open: (address) => new WebSocket(address),
      clock: agentClock,
      random: () => Math.random(),
    })
    this.#client.watch('pods', {
      onEvent: (event) => {
        this.#pods.apply(event)
        this.#count()
      },
      onRefused: ({ detail }) => process.stderr.write(`the watch was refused: ${detail}\n`),
    })
  }

  begin(): void {
    this.least = Infinity
    this.most = 0
  }

  close(): void {
    this.#client.close()
  }

  #count(): void {
    const staying = [...this.#pods.records.values()].filter(({ deletedAt, status }) => deletedAt === null && status !== 'stopping')
    this.least = Math.min(this.least, staying.filter(({ status, ready }) => status === 'running' && ready).length)
    this.most = Math.max(this.most, staying.length)
  }
}
