/**
 * What the control plane does, in numbers, for Prometheus: GET /metrics, with a credential. Counters and histograms grow as things
 * happen; gauges are read off the state when somebody asks.
 * Taps the operations' settled; adds the operation metrics.get.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Type } from 'typebox'
import { Download, KernelError, strict, type Change, type ChangeSet, type Plugin, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { Histogram, Series } from './registry.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

export const metrics = (): Plugin => ({
  name: 'metrics',
  after: ['pods', 'drop-ins', 'rest'],
  apply(kernel) {
    const known = make()
    kernel.onApplied(({ changes }) => schedulings(known, changes))
    kernel.onDurable((changeSet) => commitDone(known, changeSet, kernel.clock.now()))
    kernel.operations.settled.tap('metrics', ({ operation, error }) => {
      const code = error === undefined ? 'OK' : error instanceof KernelError ? error.code : 'INTERNAL'
      known.calls.add({ operation: operation?.name ?? 'connect', code })
    })
    measureHttp(kernel, known)
    kernel.operations.define({
      name: 'metrics.get',
      summary: "Metrics in Prometheus' text format",
      http: 'GET /metrics',
      permission: 'system:read',
      gives: 'bytes',
      input: strict({}),
      output: Type.Unknown(),
      handle() {
        const bytes = Buffer.from(`${[...Object.values(known), ...gauges(kernel)].join('\n')}\n`)
        const etag = createHash('sha256').update(bytes).digest('hex')
        return new Download(bytes, { contentType: 'text/plain; version=0.0.4; charset=utf-8', etag, isFleeting: true })
      },
    })
  },
})

type Known = ReturnType<typeof make>
const make = () => ({
  attempts: new Series('counter', { name: 'stark_scheduler_schedule_attempts_total', help: 'Pods that were looked at, by result.' }),
  waits: new Histogram(
    { name: 'stark_scheduler_pod_scheduling_duration_seconds', help: 'From the creation of a pod to its node.' },
    SECONDS,
  ),
  starts: new Histogram({ name: 'stark_pod_start_duration_seconds', help: 'From the node that was chosen to running.' }, SECONDS),
  restarts: new Series('counter', { name: 'stark_pod_restarts_total', help: 'Pods that were started again.' }),
  commits: new Series('counter', { name: 'stark_commits_total', help: 'Commits that are durable, by who asked.' }),
  changes: new Series('counter', { name: 'stark_changes_total', help: 'Records that commits have changed, by kind and operation.' }),
  durations: new Histogram({ name: 'stark_commit_duration_seconds', help: 'From a commit in memory to the store.' }, SECONDS),
  calls: new Series('counter', { name: 'stark_calls_total', help: 'Calls of operations, over REST and the WebSocket, by outcome.' }),
  requests: new Histogram({ name: 'stark_http_request_duration_seconds', help: 'HTTP requests, by method and status.' }, SECONDS),
})

function schedulings({ attempts, waits, starts, restarts }: Known, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind !== 'pods' || change.op !== 'put' || !change.before) continue
    const [before, after] = [change.before as Pod, change.record as Pod]
    if (before.nodeId === null && after.nodeId !== null) {
      attempts.add({ result: 'scheduled' })
      waits.observe(secondsBetween(after.createdAt, after.scheduledAt))
    } else if (after.reason === 'Unschedulable' && before.statusMessage !== after.statusMessage) attempts.add({ result: 'unschedulable' })
    if (before.startedAt === null && after.startedAt !== null) starts.observe(secondsBetween(after.scheduledAt, after.startedAt))
    if (after.restarts > before.restarts) restarts.add()
  }
}

const secondsBetween = (from: string | null, to: string | null): number =>
  from === null || to === null ? 0 : Math.max(0, Date.parse(to) - Date.parse(from)) / 1000

function commitDone({ commits, changes, durations }: Known, { origin, at, changes: made }: ChangeSet, now: number): void {
  // People are many: who they were is in the audit.
  commits.add({ by: origin.roles || origin.operation !== undefined ? 'call' : origin.actorId })
  for (const { kind, op } of made) changes.add({ kind, op })
  durations.observe(Math.max(0, now - at) / 1000)
}

function measureHttp({ need, onStart, onStop, clock }: PluginKernel, { requests }: Known): void {
  const listener = ({ method = '' }: IncomingMessage, response: ServerResponse): void => {
    const began = clock.now()
    response.once('close', () => requests.observe((clock.now() - began) / 1000, { method, status: String(response.statusCode) }))
  }
  onStart(() => void need('web').server.on('request', listener))
  onStop(() => void need('web').server.off('request', listener))
}

function gauges(kernel: PluginKernel): Series[] {
  const { state, scheduler, revision, need } = kernel
  const count = (name: string, help: string, values: Iterable<Readonly<Record<string, string>>>): Series => {
    const series = new Series('gauge', { name, help })
    for (const labels of values) series.add(labels)
    return series
  }
  const single = (name: string, help: string, value: number, type: 'gauge' | 'counter' = 'gauge'): Series => {
    const series = new Series(type, { name, help })
    series.add({}, value)
    return series
  }
  const pods = [...state.all('pods')].map(({ status }) => ({ status }))
  const nodes = [...state.all('nodes')].map(({ status, runtimeType: runtime }) => ({ status, runtime }))
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    single('stark_scheduler_pending_pods', 'Pods that wait for a node.', scheduler.pending),
    count('stark_pods', 'Pods by status.', pods),
    count('stark_nodes', 'Nodes by status and runtime; those that are online have an agent connected.', nodes),
    single('stark_connections', 'WebSockets that are open: agents and consoles.', need('connections').open()),
    single('stark_watches', 'Watches over them.', need('connections').watches()),
    single('stark_revision', 'The newest durable revision.', revision()),
    single('stark_store_available', 'Whether the store takes commits.', need('storeHealth').away() === undefined ? 1 : 0),
    ...ofPlugins(kernel),
    single('process_resident_memory_bytes', 'Resident memory.', rss),
    single('nodejs_heap_size_used_bytes', 'The part of the heap that is used.', heapUsed),
    single('process_cpu_seconds_total', 'Time of processors, of the user and the system.', (user + system) / 1e6, 'counter'),
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
