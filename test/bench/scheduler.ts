/**
 * The scheduler through the path that the running server uses: pods are committed, the loop places them pass by pass with every
 * default plugin and every node judged, and each pass is a commit. Only the store is left out: it answers at once.
 * Workloads come from a fixed seed; the gate is what kube-scheduler's own benchmark asks of it, with its API server.
 */
import { Kernel, silent, type Clock, type Pod } from '../../kernel/index.ts'
import { scheduling } from '../../plugins/preset.ts'
import { idMaker } from '../support/ids.ts'
import { MemoryStore } from '../support/memory-store.ts'
import type { BenchOptions } from './support/bench.ts'
import { workloads, type Workload } from './support/workloads.ts'

/** A row ends within this, whatever it has done by then. */
const ROW_MS_MAX = 30_000

interface Rate {
  readonly podsPerCpuSecond: number
  readonly podsPerWallSecond: number
}
interface Row extends Rate {
  readonly row: string
  readonly nodes: number
  /** How many were placed, or refused where none fits, in the time that there was. */
  readonly pods: number
  readonly gate: number | null
}
export interface SchedulerResult {
  readonly rows: readonly Row[]
}

export async function run({ rows }: BenchOptions): Promise<SchedulerResult> {
  const results: Row[] = []
  for (const workload of workloads) {
    if (rows && !rows.includes(workload.row)) continue
    const result = await measure(workload)
    process.stderr.write(`${line(result)}\n`)
    results.push(result)
  }
  return { rows: results }
}

export function print(result: object): void {
  for (const row of (result as SchedulerResult).rows) process.stdout.write(`${line(row)}\n`)
}

const line = ({ row, nodes, pods, gate, podsPerCpuSecond, podsPerWallSecond }: Row): string =>
  `${row.padEnd(20)}${String(nodes).padStart(7)} nodes ${String(pods).padStart(8)} pods  ${String(Math.round(podsPerCpuSecond)).padStart(9)}/cpu s ${String(Math.round(podsPerWallSecond)).padStart(9)}/s  gate ${gate ?? '-'}`

const PODS_PER_COMMIT = 1_000

async function measure({ row, nodes, pods, gate, placed = [] }: Workload): Promise<Row> {
  const { kernel, turn } = await startBenchKernel()
  await kernel.commit({ actorId: 'bench' }, (transaction) => {
    for (const node of nodes()) transaction.create('nodes', node)
    for (const pod of placed) transaction.create('pods', pod)
  })
  const cpu = process.cpuUsage()
  const began = performance.now()
  const isLate = () => performance.now() - began > ROW_MS_MAX
  let created = 0
  let decided = 0
  kernel.committer.onApplied(({ changes, origin }) => {
    if (origin.actorId === 'scheduler') decided += changes.filter(({ kind }) => kind === 'pods').length
  })
  for (let batch: Pod[] = []; created < pods.count && !isLate(); batch = []) {
    for (let index = 0; index < PODS_PER_COMMIT && created < pods.count; index += 1) batch.push(pods.make(created++))
    await kernel.commit({ actorId: 'bench' }, (transaction) => {
      for (const pod of batch) transaction.create('pods', pod)
    })
    while (decided < created && !isLate() && (await turn()));
  }
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await kernel.stop()
  return { row, nodes: nodes().length, pods: decided, gate, podsPerCpuSecond: decided / ((user + system) / 1e6), podsPerWallSecond: decided / seconds }
}

/** A kernel whose timers of no delay run when they are asked to. */
async function startBenchKernel() {
  const due: (() => void)[] = []
  let now = Date.UTC(2026, 0, 1)
  const clock: Clock = {
    now: () => now,
    after: (ms, runIt) => {
      if (ms === 0) due.push(runIt)
      return () => undefined
    },
    every: () => () => undefined,
  }
  const store = new MemoryStore()
  const kernel = new Kernel({ plugins: [store.plugin(), ...scheduling()], clock, newId: idMaker(0xb), log: silent })
  await kernel.start()
  const turn = async (): Promise<boolean> => {
    now += 1
    const ready = due.splice(0)
    for (const runIt of ready) runIt()
    await Promise.resolve()
    await Promise.resolve()
    return ready.length > 0
  }
  return { kernel, turn }
}
