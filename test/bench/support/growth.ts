/** How the cost of a placement grows with the cluster, and what a node and a pod weigh in memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { schedule } from './scheduling.ts'
import { ofSize } from './workloads.ts'

export interface Growth {
  readonly nodes: number
  readonly pods: number
  readonly cpuMicrosecondsPerPod: number
}

const SIZES = [500, 5_000, 50_000] as const
const PODS = 20_000

export async function growth(): Promise<Growth[]> {
  const found: Growth[] = []
  for (const nodes of SIZES) {
    const { decided, scheduling: time, kernel } = await schedule(ofSize(nodes, PODS), { wallMs: 20_000, podsMax: PODS })
    await kernel.stop()
    found.push({ nodes, pods: decided, cpuMicrosecondsPerPod: (time.cpuSeconds * 1e6) / decided })
  }
  return found
}

export interface Memory {
  readonly nodes: number
  readonly pods: number
  readonly bytesPerNode: number
  readonly bytesPerPod: number
}

/** Records, tables, indexes and the scheduler's books, all together. */
export async function memory(): Promise<Memory> {
  const [nodes, pods] = [50_000, 100_000]
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const workload = ofSize(nodes, pods)
  workload.nodes()
  const before = used()
  const onlyNodes = await schedule(workload, { wallMs: 60_000, podsMax: 0 })
  const withNodes = used()
  await onlyNodes.kernel.stop()
  const full = await schedule(workload, { wallMs: 60_000, podsMax: pods })
  const withPods = used()
  await full.kernel.stop()
  return { nodes, pods: full.decided, bytesPerNode: (withNodes - before) / nodes, bytesPerPod: (withPods - withNodes) / full.decided }
}
