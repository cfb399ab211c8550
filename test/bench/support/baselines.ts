/** The slow schedulers that stand beside the kernel, on the first pods of the same state. */
import { clusterDefaults, type Pod } from '../../../kernel/index.ts'
import { scheduling } from '../../../plugins/preset.ts'
import type { Cluster } from '../../oracle/cluster.ts'
import { winners } from '../../oracle/oracle.ts'
import { perNode } from './per-node.ts'
import { schedule } from './scheduling.ts'
import { Stopwatch } from './stopwatch.ts'
import { benchPack, type Workload } from './workloads.ts'

export interface Baseline {
  readonly podsPerCpuSecond: number
  /** The first so many pods of the row, which are as many as there was time for; 0 when there was none for a single one. */
  readonly sampledPods: number
}

const SAMPLED_MAX = 500
const BASELINE_MS_MAX = 3_000
/** The oracle cannot be stopped within a question: one that would take longer than this is not asked. */
const QUESTION_MS_MAX = 6_000

/** The same kernel and plugins, asking each node for each pod. */
export async function perNodeRate(workload: Workload): Promise<Baseline> {
  const limits = { wallMs: BASELINE_MS_MAX, podsMax: SAMPLED_MAX, podsPerCommit: 5 }
  const { decided, scheduling: time, kernel } = await schedule(workload, limits, scheduling().map(perNode))
  await kernel.stop()
  return { podsPerCpuSecond: decided / time.cpuSeconds, sampledPods: decided }
}

/** The oracle that the placements are tested against: plain arrays, nothing kept from one pod to the next. */
export function oracleRate({ nodes, placed = () => [], pods }: Workload): Baseline {
  const time = new Stopwatch()
  const there: Pod[] = [...placed()]
  const cluster: Cluster = { nodes: nodes(), pods: there, namespaces: [], packs: [benchPack], settings: clusterDefaults }
  const byName = new Map(cluster.nodes.map((node) => [node.name, node.id]))
  const deadline = performance.now() + BASELINE_MS_MAX
  let sampledPods = 0
  while (sampledPods < Math.min(SAMPLED_MAX, pods.count) && performance.now() < deadline) {
    const pod = pods.make(sampledPods)
    // Of a mixed workload one pod may ask for a hundred times as much as the one before.
    if (expectedMs(cluster, pod) > QUESTION_MS_MAX) break
    time.start()
    const [name] = winners(pod, cluster)
    time.stop()
    if (name !== undefined) there.push({ ...pod, nodeId: byName.get(name) ?? null, status: 'scheduled' })
    sampledPods += 1
  }
  return { podsPerCpuSecond: sampledPods === 0 ? 0 : sampledPods / time.cpuSeconds, sampledPods }
}

/** How long one question will take, from how it grows between small parts of the cluster. */
function expectedMs(cluster: Cluster, pod: Pod): number {
  const askOf = (nodes: number): number => {
    const part = cluster.nodes.slice(0, nodes)
    const ids = new Set(part.map(({ id }) => id))
    const began = performance.now()
    winners(pod, { ...cluster, nodes: part, pods: cluster.pods.filter(({ nodeId }) => nodeId !== null && ids.has(nodeId)) })
    return performance.now() - began
  }
  askOf(PROBE_NODES)
  const [small, large] = [askOf(PROBE_NODES), askOf(2 * PROBE_NODES)]
  return large * Math.max(2, large / small) ** Math.log2(cluster.nodes.length / (2 * PROBE_NODES))
}

const PROBE_NODES = 100
