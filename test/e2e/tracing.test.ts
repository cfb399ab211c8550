/** Traces through real processes: one trace from the request to the pod that runs, with the agent's own spans in it, and one id in all logs. */
import { mkdirSync, readFileSync, existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClusterEvent, Pod } from '../../kernel/index.ts'
import { Command, endCommands } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

interface Exported {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly startMs: number
  readonly endMs: number
  readonly code: number
}
const MANY = { timeoutMs: 60_000 }
const require = createRequire(import.meta.url)
const api = require.resolve('@opentelemetry/api')
const sdkTraceBase = require.resolve('@opentelemetry/sdk-trace-base')
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'

/** An SDK that writes each span as a line of a file: what somebody names in STARK_TRACING. */
const sdk = (file: string) => `
import { appendFileSync } from 'node:fs'
import { trace } from '${api}'
import { BasicTracerProvider, SimpleSpanProcessor } from '${sdkTraceBase}'
const ms = ([seconds, nanoseconds]) => seconds * 1000 + nanoseconds / 1e6
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, startTime, endTime, status, parentSpanContext } = span
      const { traceId, spanId } = span.spanContext()
      const line = { name, traceId, spanId, parentId: parentSpanContext?.spanId, startMs: ms(startTime), endMs: ms(endTime), code: status.code }
      appendFileSync(${JSON.stringify(file)}, JSON.stringify(line) + '\\n')
    }
    done({ code: 0 })
  },
  shutdown: async () => undefined,
}
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
`
let server: Server
let agent: Command
let spansFile: string

beforeAll(async () => {
  const home = temporaryFolder('tracing')
  mkdirSync(home, { recursive: true })
  spansFile = path.join(home, 'spans')
  const module = path.join(home, 'sdk.mjs')
  await writeFile(module, sdk(spansFile))
  server = await startServer({ env: { STARK_TRACING: module } })
  const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
  const env = {
    STARK_SERVER: server.url,
    STARK_TOKEN: token,
    STARK_CONFIG_DIR: path.join(home, 'config'),
    HOME: home,
    STARK_TRACING: module,
  }
  agent = new Command(['node', 'join', '--name', 'n1', '--data', path.join(home, 'node')], { env })
  await agent.event('joined')
}, 120_000)
afterAll(async () => {
  await endCommands()
  await server?.kill('SIGTERM')
})

const spans = (): Exported[] =>
  existsSync(spansFile)
    ? readFileSync(spansFile, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Exported)
    : []

async function create(body: object, headers: Record<string, string> = {}): Promise<{ pod: Pod; correlationId: string }> {
  const response = await fetch(`${server.url}/api/pods`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const made = (await response.json()) as Pod
  expect(response.status).toBe(201)
  return { pod: made, correlationId: response.headers.get('x-correlation-id') ?? '' }
}

describe('a request that makes a pod', () => {
  const source = 'export default async function main(context) { context.ready(); await context.sleep(200) }'

  test('is one trace with its caller, its commit, the scheduler, the agent, and the pod that runs and ends', async () => {
    const { name } = await server.push({}, source)
    await create({ pack: name }, { traceparent: `00-${TRACE}-${CALLER}-01` })
    const names = [
      'pods.create',
      'commit',
      'pod.schedule',
      'pod.deliver',
      'agent.bundle',
      'agent.start',
      'pod.start',
      'pod.ready',
      'pod.run',
    ]
    const traced = () => spans().filter(({ traceId }) => traceId === TRACE)
    await waitFor('all spans', () => names.every((each) => traced().some((span) => span.name === each)), MANY)
    const request = traced().find((span) => span.name === 'pods.create')
    expect(request?.parentId).toBe(CALLER)
    const parents = new Map(traced().map((span) => [span.name, traced().find(({ spanId }) => spanId === span.parentId)?.name]))
    expect(Object.fromEntries(parents)).toEqual({
      'pods.create': undefined,
      commit: 'pods.create',
      'pod.schedule': 'pods.create',
      'pod.deliver': 'pods.create',
      'agent.start': 'pods.create',
      'agent.bundle': 'agent.start',
      'pod.start': 'pods.create',
      'pod.ready': 'pods.create',
      'pod.run': 'pods.create',
    })
    expect(traced().every(({ startMs, endMs }) => endMs >= startMs)).toBe(true)
  }, 90_000)

  test('makes no trace of what changes nothing: a read, and what is refused', async () => {
    const before = spans().length
    expect((await server.post('/api/namespaces', { name: 'default' })).status).toBe(409)
    await server.get('/api/pods')
    expect(
      spans()
        .slice(before)
        .map(({ name }) => name),
    ).not.toContain('pods.list')
  })

  test('has one correlation id in the answer, the server’s log, the events, the pod and the agent’s log', async () => {
    const { name } = await server.push({}, 'export default async function main() { throw new Error("boom") }')
    const { pod, correlationId } = await create({ pack: name, restartPolicy: 'Never' })
    expect(correlationId).not.toBe('')
    expect(pod.correlationId).toBe(correlationId)
    await waitFor('the agent’s word', () => agent.lines().some((line) => line.includes(pod.id) && line.includes('"failed"')), MANY)
    const lines = agent
      .lines()
      .filter((line) => line.includes(pod.id))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ event, status, correlationId: id }) => [event, status, id])).toEqual([
      ['pod', 'starting', correlationId],
      ['pod', 'running', correlationId],
      ['pod', 'failed', correlationId],
    ])
    expect(server.log.some((line) => line['correlationId'] === correlationId)).toBe(true)
    // The agent knew it before the server did.
    await waitFor('the failed run in the trace', () => spans().some((span) => span.name === 'pod.run' && span.code === 2), MANY)
    const { body } = await server.get<{ items: ClusterEvent[] }>(`/api/events?object=${pod.id}`)
    expect(body.items.length).toBeGreaterThan(0)
  }, 90_000)
})
