/**
 * The scheduler by workload: placements a second through its loop and its commits, beside kube-scheduler's own gate at that size, the
 * oracle, and the same plugins asked node by node. Workloads come from a fixed seed. A row is run on a new kernel several times, and
 * the median of the later half counts: the earlier ones warm the process up.
 */
import { perNodeRate, oracleRate, type Baseline } from './support/baselines.ts'
import type { BenchOptions } from './support/bench.ts'
import { growth, memory, type Growth, type Memory } from './support/growth.ts'
import { schedule } from './support/scheduling.ts'
import { workloads, type Workload } from './support/workloads.ts'

/** A row is run again until it has taken so long, or often enough. */
const ROW_MS = 12_000
const RUNS_MAX = 15
/** One run ends within this, whatever it has done by then. */
const RUN_MS_MAX = 38_000

interface Row {
  readonly row: string
  readonly nodes: number
  /** How many were placed, or refused where none fits, in the time that there was. */
  readonly pods: number
  readonly podsPerCpuSecond: number
  readonly podsPerWallSecond: number
  /** Committing the pods themselves is not in the figures above; it is this. */
  readonly createdPerCpuSecond: number
  readonly runs: number
  /** MB of the process at the end of a run */
  readonly rssMb: number
  /** Pods a second that kube-scheduler's own benchmark asks for at this size, with its API server. */
  readonly gate: number | null
  readonly oracle: Baseline
  readonly perNode: Baseline
}
export interface SchedulerResult {
  readonly rows: readonly Row[]
  readonly growth?: readonly Growth[]
  readonly memory?: Memory
}

/** Without a choice of rows also the growth from 500 to 50,000 nodes, and memory. */
export async function run({ rows }: BenchOptions): Promise<SchedulerResult> {
  const results: Row[] = []
  for (const workload of workloads) {
    if (rows && !rows.includes(workload.row)) continue
    const result = await measure(workload)
    process.stderr.write(`${line(result)}\n`)
    results.push(result)
  }
  if (rows) return { rows: results }
  return { rows: results, growth: await growth(), memory: await memory() }
}

export function print(result: object): void {
  const { rows, growth: sizes = [], memory: weights } = result as SchedulerResult
  for (const row of rows) process.stdout.write(`${line(row)}\n`)
  for (const { nodes, cpuMicrosecondsPerPod } of sizes)
    process.stdout.write(`${nodes} nodes: ${cpuMicrosecondsPerPod.toFixed(1)} us of CPU a placement\n`)
  if (weights) process.stdout.write(`${Math.round(weights.bytesPerNode)} bytes a node, ${Math.round(weights.bytesPerPod)} bytes a pod\n`)
}

const baseline = (name: string, { podsPerCpuSecond, sampledPods }: Baseline): string =>
  `${name} ${podsPerCpuSecond.toPrecision(3)}/cpu s (${sampledPods} pods)`

const line = ({ row, nodes, pods, gate, podsPerCpuSecond, podsPerWallSecond, oracle, perNode, rssMb }: Row): string =>
  [
    `${row.padEnd(20)}${String(nodes).padStart(7)} nodes ${String(pods).padStart(8)} pods`,
    `${String(Math.round(podsPerCpuSecond)).padStart(9)}/cpu s ${String(Math.round(podsPerWallSecond)).padStart(9)}/s`,
    `gate ${gate ?? '-'}`,
    baseline('oracle', oracle),
    baseline('per node', perNode),
    `${rssMb} MB`,
  ].join('  ')

async function measure(workload: Workload): Promise<Row> {
  const deadline = performance.now() + ROW_MS
  const runs: Omit<Row, 'row' | 'nodes' | 'gate' | 'oracle' | 'perNode' | 'runs'>[] = []
  while (runs.length === 0 || (runs.length < RUNS_MAX && performance.now() < deadline)) {
    const { decided, scheduling, creating, kernel } = await schedule(workload, { wallMs: RUN_MS_MAX, podsMax: Infinity })
    runs.push({
      pods: decided,
      podsPerCpuSecond: decided / scheduling.cpuSeconds,
      podsPerWallSecond: decided / scheduling.wallSeconds,
      createdPerCpuSecond: decided / creating.cpuSeconds,
      rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    })
    await kernel.stop()
  }
  const warm = runs.slice(runs.length >> 1)
  const median = warm.toSorted((a, b) => a.podsPerCpuSecond - b.podsPerCpuSecond)[warm.length >> 1]
  if (!median) throw new Error('nothing was run')
  return {
    row: workload.row,
    nodes: workload.nodes().length,
    gate: workload.gate,
    runs: runs.length,
    ...median,
    oracle: oracleRate(workload),
    perNode: await perNodeRate(workload),
  }
}
