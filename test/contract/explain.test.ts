/** Explaining through the real server: over REST, on the real store, as a person asks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import type { Explanation, Forecast } from '../plugins/explain-cluster.ts'

let server: Server
let pack: Pack
let nodes: RawNode[]

beforeAll(async () => {
  server = await startServer()
  pack = await server.push()
  const join = (name: string, cpu: number) => server.join({ name, allocatable: { cpu, memory: 4000, storage: 100, pods: 10 } })
  nodes = [await join('small', 1000), await join('large', 4000)]
})
afterAll(async () => {
  for (const node of nodes ?? []) node.close()
  await server?.kill()
})

const asking = (cpu: number) => ({ pack: pack.name, resources: { requests: { cpu, memory: 100 } } })
const podsNow = async () => (await done(server.get<{ items: Pod[] }>('/api/pods'))).items

describe('over REST', () => {
  test('POST /api/pods?dryRun=true answers 200 and creates nothing; without it the pod goes where it said', async () => {
    const { status, body } = await server.post<Explanation>('/api/pods?dryRun=true', asking(500))
    expect(status).toBe(200)
    expect(body).toMatchObject({ feasible: ['large', 'small'], chosen: 'large', runnerUp: 'small', victims: [], changes: [] })
    expect(await podsNow()).toEqual([])
    const created = await server.post<Pod>('/api/pods', asking(500))
    expect(created.status).toBe(201)
    await nodes[1]?.sees(created.body.id)
    const { body: explained } = await server.get<Explanation>(`/api/pods/${created.body.id}/explain`)
    expect(explained.summary).toMatch(/^is on large; if it were not, it would go to large/)
  })

  test('a change that is proposed is a patch of what is sent', async () => {
    const { body } = await server.post<Explanation>('/api/pods?dryRun=true', asking(5000))
    const [smaller] = body.changes
    expect(body.summary).toBe('0/2 nodes fit: 2 lack cpu')
    expect(smaller).toMatchObject({ kind: 'pod', text: expect.stringMatching(/^\d+ millicores less cpu$/) as string })
    const { body: retried } = await server.post<Explanation>('/api/pods?dryRun=true', { ...asking(0), ...smaller?.patch })
    expect(retried.chosen).toBe('large')
  })

  test('POST /api/cluster/whatif tells the moves, twice the same, and the node is as it was', async () => {
    const before = await server.node('large')
    const ask = () => server.post<Forecast>('/api/cluster/whatif', { steps: [{ op: 'drain', node: 'large' }] })
    const { status, body } = await ask()
    expect(status).toBe(200)
    expect(body.moves).toMatchObject([{ from: 'large', to: 'small', reason: 'Drained' }])
    expect((await ask()).body).toEqual(body)
    expect(await server.node('large')).toMatchObject({ unschedulable: false, resourceVersion: before.resourceVersion })
  })

  test.each([
    ['POST', '/api/pods?dryRun=perhaps', { pack: 'x' }, 422],
    ['POST', '/api/pods', { pack: 'x', dryRun: true }, 422],
    ['POST', '/api/pods?dryRun=true', { pack: 'nothing' }, 404],
    ['POST', '/api/cluster/whatif', { steps: [{ op: 'drain' }] }, 422],
    ['GET', '/api/pods/nobody/explain', undefined, 404],
  ])('%s %s with %j is refused', async (method, path, body, status) => {
    expect((await server.request(method, path, body)).status).toBe(status)
    expect((await server.as(undefined).request(method, path, body)).status).toBe(401)
  })
})
