/** Deployments and events on the embedded store: what was acknowledged is there, and as it was, after the power has gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClusterEvent, Deployment, Pod } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { startServer, type Server } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await server?.kill('SIGTERM')
})

const deployment = () => done(server.get<Deployment>('/api/deployments/kept'))
const podsOf = async ({ id }: Deployment): Promise<Pod[]> =>
  (await done(server.get<{ items: Pod[] }>('/api/pods'))).items.filter(({ deploymentId }) => deploymentId === id)
const events = async (query: string): Promise<ClusterEvent[]> =>
  (await done(server.get<{ items: ClusterEvent[] }>(`/api/events?${query}`))).items

describe('a deployment that is killed with its server', () => {
  test('is as it was afterwards, with its revisions, its pods and its events, and goes on', async () => {
    const pack = await server.push({ name: 'kept-pack' })
    await server.push({ name: 'kept-pack', version: '1.1.0' })
    const template = { env: { LEVEL: 'debug' }, resources: { requests: { cpu: 10 } } }
    const body = { pack: `${pack.name}@^1.0.0`, followVersion: true, name: 'kept', replicas: 2, template, labels: { tier: 'web' } }
    expect((await server.post<Deployment>('/api/deployments', body)).status).toBe(201)
    await waitFor('its pods', async () => (await podsOf(await deployment())).length === 2)
    await waitFor('its events', async () => (await events('object=kept')).length > 0)
    const before = { deployment: await deployment(), events: await events('object=kept') }
    const { folder } = server
    await server.kill('SIGKILL')
    server = await startServer({ folder })
    expect(await deployment()).toEqual(before.deployment)
    expect(await events('object=kept')).toEqual(before.events)
    expect(before.events).toMatchObject([{ reason: 'Created', message: 'revision 1: kept-pack@1.1.0', count: 1 }])
    await server.push({ name: 'kept-pack', version: '1.2.0' })
    await waitFor('the next version', async () => (await deployment()).status.version === '1.2.0')
    expect((await deployment()).revision).toBe(2)
  }, 120_000)

  test('is deleted with 202 while its pods stop, and is gone after them', async () => {
    const { id } = await deployment()
    const answer = await server.delete<Deployment>(`/api/deployments/${id}`)
    expect(answer).toMatchObject({ status: 202, body: { status: { phase: 'deleting' } } })
    await waitFor('it to be gone', async () => (await server.get(`/api/deployments/${id}`)).status === 404)
  })

  test('goes with its namespace, in the database too', async () => {
    await done(server.post('/api/namespaces', { name: 'brief' }))
    await done(server.post('/api/deployments', { pack: 'kept-pack', name: 'inside', namespace: 'brief', replicas: 0 }))
    await done(server.post('/api/deployments', { pack: 'kept-pack', name: 'beside', namespace: 'brief', replicas: 2 }))
    expect((await server.delete('/api/namespaces/brief')).status).toBe(202)
    await waitFor('the namespace to be gone', async () => (await server.get('/api/namespaces/brief')).status === 404)
    expect((await server.get('/api/deployments/inside?namespace=brief')).status).toBe(404)
    const { folder } = server
    await server.kill('SIGKILL')
    server = await startServer({ folder })
    expect((await server.get('/api/namespaces/brief')).status).toBe(404)
  }, 120_000)
})
