/**
 * What the control plane does, in numbers, for Prometheus: GET /metrics, with a credential. Counters and histograms grow as things
 * happen; gauges are read off the state when somebody asks.
 * Taps the operations' settled; adds the operation metrics.get.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Type } from 'typebox'
import { Download, KernelError, strict, type Change, type ChangeSet, type Plugin, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { gauges } from './gauges.ts'
import { Histogram, Series } from './registry.ts'

/** Rules are asked over columns: most calls take microseconds. */
const SHORT_SECONDS = [1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 5e-2]
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

export const metrics = (): Plugin => ({
  name: 'metrics',
  after: ['pods', 'drop-ins', 'rest'],
  apply(kernel) {
    const known = make()
    const lag = monitorEventLoopDelay()
    let newest = 0
    kernel.onStart(() => void lag.enable())
    kernel.onStop(() => void lag.disable())
    kernel.onApplied(({ revision, changes }) => {
      newest = revision
      schedulings(known, changes)
    })
    kernel.onDurable((changeSet) => commitDone(known, changeSet, kernel.clock.now()))
    kernel.operations.settled.tap('metrics', ({ operation, error }) => {
      const code = error === undefined ? 'OK' : error instanceof KernelError ? error.code : 'INTERNAL'
      known.calls.add({ operation: operation?.name ?? 'connect', code })
    })
    measureHttp(kernel, known)
    measurePlugins(kernel, known)
    kernel.operations.define({
      name: 'metrics.get',
      summary: "Metrics in Prometheus' text format",
      http: 'GET /metrics',
      permission: 'system:read',
      gives: 'bytes',
      input: strict({}),
      output: Type.Unknown(),
      handle() {
        const underway = Math.max(0, newest - kernel.revision())
        const bytes = Buffer.from(`${[...Object.values(known), ...gauges(kernel, { lag, underway })].join('\n')}\n`)
        lag.reset()
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
  phases: new Histogram(
    {
      name: 'stark_scheduler_extension_point_duration_seconds',
      help: 'What all plugins took together, each time that they were asked, in one pass of ten, by extension point.',
    },
    SHORT_SECONDS,
  ),
  plugins: new Histogram(
    {
      name: 'stark_scheduler_plugin_execution_duration_seconds',
      help: 'What a plugin took, each time that it was asked, in one pass of ten, by extension point. What is said of records alone is kept and not asked.',
    },
    SHORT_SECONDS,
  ),
  starts: new Histogram({ name: 'stark_pod_start_duration_seconds', help: 'From the node that was chosen to running.' }, SECONDS),
  readies: new Histogram({ name: 'stark_pod_ready_duration_seconds', help: 'From running to the word that it can do its work.' }, SECONDS),
  restarts: new Series('counter', { name: 'stark_pod_restarts_total', help: 'Pods that were started again.' }),
  evictions: new Series('counter', { name: 'stark_pod_evictions_total', help: 'Pods that had to leave their nodes, by reason.' }),
  commits: new Series('counter', { name: 'stark_commits_total', help: 'Commits that are durable, by who asked.' }),
  changes: new Series('counter', { name: 'stark_changes_total', help: 'Records that commits have changed, by kind and operation.' }),
  durations: new Histogram({ name: 'stark_commit_duration_seconds', help: 'From a commit in memory to the store.' }, SECONDS),
  calls: new Series('counter', { name: 'stark_calls_total', help: 'Calls of operations, over REST and the WebSocket, by outcome.' }),
  requests: new Histogram({ name: 'stark_http_request_duration_seconds', help: 'HTTP requests, by method and status.' }, SECONDS),
})

function schedulings({ attempts, waits, starts, readies, restarts, evictions }: Known, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind !== 'pods' || change.op !== 'put' || !change.before) continue
    const [before, after] = [change.before as Pod, change.record as Pod]
    if (before.nodeId === null && after.nodeId !== null) {
      attempts.add({ result: 'scheduled' })
      waits.observe(secondsBetween(after.createdAt, after.scheduledAt))
    } else if (after.reason === 'Unschedulable' && before.statusMessage !== after.statusMessage) attempts.add({ result: 'unschedulable' })
    if (before.startedAt === null && after.startedAt !== null) starts.observe(secondsBetween(after.scheduledAt, after.startedAt))
    if (!before.ready && after.ready) readies.observe(secondsBetween(after.startedAt, after.updatedAt))
    if (after.restarts > before.restarts) restarts.add()
    if (before.status !== 'evicted' && after.status === 'evicted') evictions.add({ reason: after.reason ?? '' })
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

function measurePlugins({ scheduler, onStart, onStop }: PluginKernel, { phases, plugins }: Known): void {
  onStart(() => {
    const end = scheduler.measure({
      now: () => performance.now(),
      onTimed: (phase, ms, plugin) =>
        plugin === undefined
          ? phases.observe(ms / 1000, { extension_point: phase })
          : plugins.observe(ms / 1000, { plugin, extension_point: phase }),
    })
    onStop(end)
  })
}

function measureHttp({ need, onStart, onStop, clock }: PluginKernel, { requests }: Known): void {
  const listener = ({ method = '' }: IncomingMessage, response: ServerResponse): void => {
    const began = clock.now()
    response.once('close', () => requests.observe((clock.now() - began) / 1000, { method, status: String(response.statusCode) }))
  }
  onStart(() => void need('web').server.on('request', listener))
  onStop(() => void need('web').server.off('request', listener))
}
