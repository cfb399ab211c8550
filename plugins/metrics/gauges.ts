/** What is read off the cluster when somebody asks: pods, queues, deployments and nodes, by the names that kube-state-metrics has for them. */
import { performance, type IntervalHistogram } from 'node:perf_hooks'
import { isBackingOff, isEnded, type Deployment, type Node, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { Series, type LabelValues } from './registry.ts'

const RESOURCES = ['cpu', 'memory', 'storage', 'pods'] as const
const NANOSECONDS = 1e9

export function gauges(kernel: PluginKernel, { lag, underway }: { lag: IntervalHistogram; underway: number }): Series[] {
  const { revision, need } = kernel
  return [
    ...ofPods(kernel),
    ...ofDeployments(kernel),
    ...ofNodes(kernel),
    single('stark_connections', 'WebSockets that are open: agents and consoles.', need('connections').open()),
    single('stark_watches', 'Watches over them.', need('connections').watches()),
    single('stark_revision', 'The newest durable revision.', revision()),
    single('stark_commits_underway', 'Commits that the store has not made durable yet.', underway),
    single('stark_store_available', 'Whether the store takes commits.', need('storeHealth').away() === undefined ? 1 : 0),
    ...ofPlugins(kernel),
    ...ofProcess(lag),
  ]
}

function ofPods({ state, scheduler }: PluginKernel): Series[] {
  const pods = [...state.all('pods')]
  const queues = new Map([
    ['active', 0],
    ['unschedulable', 0],
    ['backoff', 0],
  ])
  for (const pod of pods) {
    const queue = queueOf(pod)
    if (queue) queues.set(queue, (queues.get(queue) ?? 0) + 1)
  }
  return [
    single('stark_scheduler_queue_pods', 'Pods that the scheduler has in its queue, parked ones among them.', scheduler.pending),
    each(
      'stark_scheduler_pending_pods',
      'Pods that wait, by queue: to be looked at, for room, or after a crash.',
      queues,
      ([queue, count]) => [{ queue }, count],
    ),
    counted(
      'stark_pods',
      'Pods by status.',
      pods.map(({ status }) => ({ status })),
    ),
    counted(
      'stark_namespace_pods',
      'Pods that have not ended, by namespace.',
      pods.filter((pod) => !isEnded(pod)).map(({ namespace }) => ({ namespace })),
    ),
  ]
}

/** By kube-scheduler's names, as far as a pod's record tells; undefined where it waits for nothing. */
function queueOf(pod: Pod): string | undefined {
  if (isBackingOff(pod)) return 'backoff'
  if (pod.status !== 'pending') return undefined
  return pod.reason === 'Unschedulable' ? 'unschedulable' : 'active'
}

function ofDeployments({ state }: PluginKernel): Series[] {
  const deployments = state.has('deployments') ? [...state.all('deployments')] : []
  const of = (name: string, help: string, value: (deployment: Deployment) => number) =>
    each(`stark_deployment_${name}`, help, deployments, (deployment) => [
      { namespace: deployment.namespace, deployment: deployment.name },
      value(deployment),
    ])
  return [
    of('spec_replicas', 'How many pods it should have.', ({ status }) => status.desired),
    of('status_replicas', 'How many it has.', ({ status }) => status.total),
    of('status_replicas_available', 'How many are available.', ({ status }) => status.available),
    of('status_replicas_updated', 'How many are of its current revision.', ({ status }) => status.updated),
    of('spec_paused', 'Whether its rollout is held.', ({ paused }) => Number(paused)),
    of('revision', 'Its current revision.', ({ revision }) => revision),
  ]
}

function ofNodes({ state, scheduler, need }: PluginKernel): Series[] {
  const nodes = [...state.all('nodes')]
  const amounts = nodes.flatMap((node) => RESOURCES.map((resource) => ({ node, resource })))
  const named = ({ name: node }: Node, resource: string) => ({ node, resource })
  const used = nodes.flatMap((node) => {
    const use = need('heartbeats').used(node.id)
    return use ? (['cpu', 'memory'] as const).map((resource) => ({ node, resource, amount: use[resource] })) : []
  })
  return [
    counted(
      'stark_nodes',
      'Nodes by status and runtime; those that are online have an agent connected.',
      nodes.map(({ status, runtimeType: runtime }) => ({ status, runtime })),
    ),
    each('stark_node_spec_unschedulable', 'Whether it is cordoned.', nodes, ({ name: node, unschedulable }) => [
      { node },
      Number(unschedulable),
    ]),
    each('stark_node_status_allocatable', 'What pods may have of it: millicores, MB, and pods.', amounts, ({ node, resource }) => [
      named(node, resource),
      node.allocatable[resource],
    ]),
    each('stark_node_requested', 'What its pods ask for.', amounts, ({ node, resource }) => [
      named(node, resource),
      scheduler.usageOf(node.id)[resource],
    ]),
    each('stark_node_used', 'What its pods use, as it reported.', used, ({ node, resource, amount }) => [named(node, resource), amount]),
  ]
}

/** Plugins from outside, as their guard counts them. */
function ofPlugins({ need }: PluginKernel): Series[] {
  const calls = new Series('counter', { name: 'stark_plugin_calls_total', help: 'Calls of plugins from outside since they were enabled.' })
  const time = new Series('counter', { name: 'stark_plugin_seconds_total', help: 'Their own time in these calls.' })
  const faults = new Series('counter', { name: 'stark_plugin_faults_total', help: 'What was wrong with these calls, by fault.' })
  for (const { name: plugin, measured } of need('dropIns').list()) {
    if (!measured) continue
    calls.add({ plugin }, measured.calls)
    time.add({ plugin }, measured.ms / 1000)
    for (const fault of ['threw', 'nonsense', 'slow'] as const) faults.add({ plugin, fault }, measured[fault])
  }
  return [calls, time, faults]
}

function ofProcess(lag: IntervalHistogram): Series[] {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    single('process_resident_memory_bytes', 'Resident memory.', rss),
    single('process_start_time_seconds', 'When it was started, in seconds since 1970.', performance.timeOrigin / 1000),
    single('nodejs_heap_size_used_bytes', 'The part of the heap that is used.', heapUsed),
    single('nodejs_eventloop_lag_p50_seconds', 'How late the event loop is, of half of its turns.', lag.percentile(50) / NANOSECONDS),
    single('nodejs_eventloop_lag_p99_seconds', 'Of all but a hundredth of them.', lag.percentile(99) / NANOSECONDS),
    single('process_cpu_seconds_total', 'Time of processors, of the user and the system.', (user + system) / 1e6, 'counter'),
  ]
}

function counted(name: string, help: string, values: Iterable<LabelValues>): Series {
  const series = new Series('gauge', { name, help })
  for (const labels of values) series.add(labels)
  return series
}

function each<T>(name: string, help: string, items: Iterable<T>, sampleOf: (item: T) => readonly [LabelValues, number]): Series {
  const series = new Series('gauge', { name, help })
  for (const item of items) series.add(...sampleOf(item))
  return series
}

const single = (name: string, help: string, value: number, type: 'gauge' | 'counter' = 'gauge'): Series => {
  const series = new Series(type, { name, help })
  series.add({}, value)
  return series
}
