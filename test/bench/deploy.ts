/**
 * From POST to `running`, as somebody who watches over the WebSocket sees it: one agent, its bundle cached, one pod at a time.
 * Beside it what no deploy can be quicker than: a bare process of Node.js that says it is there.
 */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { WebSocket } from 'ws'
import type { Pod } from '../../kernel/schema/pod.ts'
import { WireClient } from '../../kernel/wire/client.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'
import { agentClock } from '../../agents/clock.ts'
import { Command } from '../support/command.ts'
import { waitFor } from '../support/wait-for.ts'
import { pushSleeper, startCluster, type BenchCluster } from './support/cluster.ts'
import { spread, type Spread } from './support/statistics.ts'

const WARM_UPS = 5
const DEPLOYS = 40
const RESTARTS = 5
const POD_MS = 400

export interface DeployResult {
  readonly deployMs: Spread
  readonly bareProcessMs: Spread
  /** From the start of the server on existing data, after a SIGKILL, to /ready. */
  readonly restartMs: Spread
}

export async function run(): Promise<DeployResult> {
  const cluster = await startCluster()
  const agent = new Command(['node', 'join', '--name', 'bench', '--data', path.join(cluster.folder, 'node')], { env: cluster.env })
  try {
    await agent.event('joined')
    await pushSleeper(cluster)
    const watcher = watch(cluster)
    const samples: number[] = []
    for (let index = 0; index < WARM_UPS + DEPLOYS; index += 1) {
      const ms = await deploy(cluster, watcher)
      if (index >= WARM_UPS) samples.push(ms)
    }
    watcher.close()
    const bareProcessMs = spread(await bareProcesses(cluster.folder))
    const restarts: number[] = []
    for (let index = 0; index < RESTARTS; index += 1) restarts.push(await cluster.restart())
    return { deployMs: spread(samples), bareProcessMs, restartMs: spread(restarts) }
  } finally {
    await agent.kill('SIGTERM')
    await cluster.stop()
  }
}

export function print(result: object): void {
  const { deployMs, bareProcessMs, restartMs } = result as DeployResult
  for (const [name, { count, p50, p99 }] of [
    ['POST to running', deployMs],
    ['bare process', bareProcessMs],
    ['restart to ready', restartMs],
  ] as const) {
    process.stdout.write(`${name.padEnd(18)}p50 ${p50.toFixed(0)} ms  p99 ${p99.toFixed(0)} ms  (${count})\n`)
  }
}

interface Watcher {
  readonly pods: ReadonlyMap<string, Pod>
  readonly runningAt: ReadonlyMap<string, number>
  close(): void
}

function watch({ url, token }: BenchCluster): Watcher {
  const replica = new ReplicaOf<Pod>()
  const runningAt = new Map<string, number>()
  const client = new WireClient({
    url: url.replace('http', 'ws') + '/ws',
    token: () => token,
    open: (address) => new WebSocket(address),
    clock: agentClock,
    random: () => Math.random(),
  })
  client.watch('pods', {
    onEvent(event) {
      replica.apply(event)
      for (const { id, status } of event.put as readonly Pod[]) if (status === 'running') runningAt.set(id, performance.now())
    },
    onRefused: ({ detail }) => process.stderr.write(`the watch was refused: ${detail}\n`),
  })
  return { pods: replica.records, runningAt, close: () => client.close() }
}

async function deploy({ call }: BenchCluster, { pods, runningAt }: Watcher): Promise<number> {
  const began = performance.now()
  const { id } = await call<Pod>('POST', '/api/pods', { pack: 'sleeper', args: [String(POD_MS)] })
  const at = await waitFor('the pod to run', () => runningAt.get(id), { intervalMs: 1, timeoutMs: 30_000 })
  // One at a time: what is measured is a deploy, not how many fit on the machine.
  await waitFor('the pod to end', () => pods.get(id)?.status === 'succeeded', { timeoutMs: 30_000 })
  return at - began
}

async function bareProcesses(folder: string): Promise<number[]> {
  const script = path.join(folder, 'bare.mjs')
  writeFileSync(script, `process.send('there')\nprocess.disconnect()\n`)
  const samples: number[] = []
  for (let index = 0; index < DEPLOYS; index += 1) {
    const began = performance.now()
    const child = fork(script)
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('error', reject)
    })
    samples.push(performance.now() - began)
  }
  return samples
}
