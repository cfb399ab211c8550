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

async function measure({ row, nodes, pods, gate, placed = [], expectsAll = true }: Workload): Promise<Row> {
  const { kernel, turn } = await startBenchKernel()
  await kernel.commit({ actorId: 'bench' }, (transaction) => {
    for (const node of nodes()) transaction.create('nodes', node)
    for (const pod of placed) transaction.create('pods', pod)
  })
  const watch = new Stopwatch()
  const began = performance.now()
  const isLate = () => performance.now() - began > ROW_MS_MAX
  const done = { created: 0, decided: 0 }
  const leaving: string[] = []
  kernel.committer.onApplied(({ changes, origin }) => {
    if (origin.actorId !== 'scheduler') return
    for (const change of changes) {
      const pod = change.op === 'put' && change.kind === 'pods' ? (change.record as Pod) : undefined
      if (pod?.status === 'stopping') leaving.push(pod.id)
      else if (pod && (pod.status === 'scheduled' || !expectsAll)) done.decided += 1
    }
  })
  for (let batch: Pod[] = []; done.created < pods.count && !isLate(); batch = []) {
    for (let index = 0; index < PODS_PER_COMMIT && done.created < pods.count; index += 1) batch.push(pods.make(done.created++))
    watch.start()
    await kernel.commit({ actorId: 'bench' }, (transaction) => {
      for (const pod of batch) transaction.create('pods', pod)
    })
    for (let isBusy = true; isBusy && done.decided < done.created && !isLate(); isBusy = (await turn()) || leaving.length > 0) {
      if (leaving.length > 0) await endAll(kernel, leaving.splice(0))
    }
    watch.stop()
  }
  await kernel.stop()
  return {
    row,
    nodes: nodes().length,
    pods: done.decided,
    gate,
    podsPerCpuSecond: done.decided / watch.cpuSeconds,
    podsPerWallSecond: done.decided / watch.wallSeconds,
  }
}

/** The agents' part: what is asked to stop ends at once. */
const endAll = (kernel: Kernel, podIds: readonly string[]): Promise<void> =>
  kernel.commit({ actorId: 'bench' }, (transaction) => {
    for (const id of podIds) transaction.update('pods', id, { status: 'evicted' })
  })

/** What the scheduler took, without the making of its workload. */
class Stopwatch {
  cpuSeconds = 0
  wallSeconds = 0
  #cpu = process.cpuUsage()
  #wall = 0

  start(): void {
    this.#cpu = process.cpuUsage()
    this.#wall = performance.now()
  }

  stop(): void {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.cpuSeconds += (user + system) / 1e6
    this.wallSeconds += (performance.now() - this.#wall) / 1000
  }
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
