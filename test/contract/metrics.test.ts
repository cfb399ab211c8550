/** /metrics: in Prometheus' text format, for those who may see the cluster, and with what has happened in it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Histogram, Series } from '../../plugins/metrics/registry.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server
let node: RawNode

beforeAll(async () => {
  server = await startServer()
  node = await server.join()
})
afterAll(async () => {
  node?.close()
  await server?.kill('SIGTERM')
})

const scrape = async (token: string | undefined = server.token): Promise<Response> =>
  fetch(`${server.url}/metrics`, token === '' ? {} : { headers: { authorization: `Bearer ${token}` } })
const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1],
  )

describe('/metrics', () => {
  test('needs a credential', async () => {
    expect((await scrape('')).status).toBe(401)
  })

  test('is text of Prometheus: each line a comment or a sample, each metric with its type, none twice', async () => {
    const response = await scrape()
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const lines = (await response.text()).trimEnd().split('\n')
    const sample = /^[a-z][a-z0-9_]*(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? -?[\d.e+-]+$/
    expect(lines.filter((line) => !sample.test(line) && !/^# (HELP|TYPE) [a-z][a-z0-9_]* .+$/.test(line))).toEqual([])
    const types = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
    expect(new Set(types).size).toBe(types.length)
    expect(types).toEqual(expect.arrayContaining(['stark_pods', 'stark_commits_total', 'stark_scheduler_pending_pods', 'stark_watches']))
  })

  test('counts what happens: a pod that is placed and runs, one that fits nowhere, calls and requests', async () => {
    const pack = await server.push()
    const pod = await server.run(pack, { nodeName: node.id })
    const bound = await node.sees(pod.id)
    await node.report(bound, { status: 'running' })
    await server.run(pack, { scheduling: { nodeSelector: { nowhere: 'yes' } } })
    const text = await waitFor('the counts', async () => {
      const now = await (await scrape()).text()
      return valueOf(now, 'stark_scheduler_schedule_attempts_total{result="unschedulable"}') > 0 && now
    })
    expect(valueOf(text, 'stark_pods{status="running"}')).toBe(1)
    const plugin = 'stark_scheduler_plugin_execution_duration_seconds_count{plugin="resources",extension_point="filter"}'
    expect(valueOf(text, plugin)).toBeGreaterThan(0)
    expect(valueOf(text, 'stark_scheduler_extension_point_duration_seconds_count{extension_point="score"}')).toBeGreaterThan(0)
    expect(valueOf(text, 'stark_pods{status="pending"}')).toBe(1)
    expect(valueOf(text, 'stark_scheduler_pending_pods{queue="unschedulable"}')).toBe(1)
    expect(valueOf(text, 'stark_scheduler_queue_pods')).toBe(1)
    expect(valueOf(text, 'stark_scheduler_schedule_attempts_total{result="scheduled"}')).toBe(1)
    expect(valueOf(text, 'stark_scheduler_pod_scheduling_duration_seconds_count')).toBe(1)
    expect(valueOf(text, 'stark_nodes{status="online",runtime="node"}')).toBe(1)
    expect(valueOf(text, 'stark_calls_total{operation="pods.create",code="OK"}')).toBe(2)
    expect(valueOf(text, 'stark_calls_total{operation="metrics.get",code="UNAUTHENTICATED"}')).toBe(1)
    expect(valueOf(text, 'stark_http_request_duration_seconds_count{method="POST",status="201"}')).toBeGreaterThan(2)
    expect(valueOf(text, 'stark_connections')).toBe(1)
    expect(valueOf(text, 'stark_store_available')).toBe(1)
    expect(valueOf(text, 'process_start_time_seconds')).toBeGreaterThan(1.7e9)
    expect(valueOf(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  })

  test('has deployments and nodes as kube-state-metrics has them, and why pods had to leave', async () => {
    const { name } = await server.push()
    await server.post('/api/deployments', { pack: name, name: 'counted', replicas: 2, template: { resources: { requests: { cpu: 700 } } } })
    await waitFor('both pods', () => [...node.pods.records.values()].length === 3)
    await server.post(`/api/nodes/${node.id}/drain`, { force: true })
    const ids = Array.from(node.pods.records.values(), ({ id }) => id)
    for (const id of ids) await node.report(await node.sees(id), { status: 'stopped' })
    const text = await waitFor('the evictions', async () => {
      const now = await (await scrape()).text()
      return valueOf(now, 'stark_pod_evictions_total{reason="Drained"}') === 3 && now
    })
    expect(valueOf(text, 'stark_deployment_spec_replicas{namespace="default",deployment="counted"}')).toBe(2)
    expect(valueOf(text, 'stark_deployment_status_replicas_available{namespace="default",deployment="counted"}')).toBe(0)
    const { name: nodeName } = node.node
    expect(valueOf(text, `stark_node_spec_unschedulable{node="${nodeName}"}`)).toBe(1)
    expect(valueOf(text, `stark_node_status_allocatable{node="${nodeName}",resource="cpu"}`)).toBe(8000)
    expect(valueOf(text, `stark_node_requested{node="${nodeName}",resource="pods"}`)).toBe(0)
  })
})

describe('a histogram', () => {
  test('counts into each bucket all that is not more, and what is more than all only into the last', () => {
    const histogram = new Histogram({ name: 'h', help: 'x' }, [1, 2])
    for (const seconds of [0.5, 1, 1.5, 9]) histogram.observe(seconds, { a: 'b' })
    expect(histogram.toString().split('\n').slice(2)).toEqual([
      'h_bucket{a="b",le="1"} 2',
      'h_bucket{a="b",le="2"} 3',
      'h_bucket{a="b",le="+Inf"} 4',
      'h_sum{a="b"} 12',
      'h_count{a="b"} 4',
    ])
  })
})

describe('a label', () => {
  test('may hold anything', () => {
    const series = new Series('counter', { name: 'c', help: 'x' })
    series.add({ a: 'quote " slash \\ line\nend' })
    expect(series.toString().split('\n').at(-1)).toBe('c{a="quote \\" slash \\\\ line\\nend"} 1')
  })
})
