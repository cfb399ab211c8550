/** A quota under concurrency, over REST and on the real store: what is judged is applied in the same step. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Pack, Pod } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import { startServer, type Server } from '../support/server.ts'

let server: Server
let pack: Pack

beforeAll(async () => {
  server = await startServer()
  pack = await server.push()
})
afterAll(() => server.kill())

const create = (namespace: string) => server.post<Pod | Problem>('/api/pods', { pack: `${pack.name}@${pack.version}`, namespace })
const podsIn = async (namespace: string) => (await done(server.get<{ items: Pod[] }>(`/api/pods?namespace=${namespace}&limit=500`))).items

test('a hundred parallel creations against a quota of ten admit exactly ten', async () => {
  await done(server.post('/api/namespaces', { name: 'crowded', resourceQuota: { hard: { pods: 10 } } }))
  const answers = await Promise.all(Array.from({ length: 100 }, () => create('crowded')))

  const admitted = answers.filter(({ status }) => status === 201).map(({ body }) => (body as Pod).id)
  const refused = answers.filter(({ status }) => status !== 201)
  expect(admitted).toHaveLength(10)
  expect(refused).toHaveLength(90)
  for (const { status, body } of refused) {
    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { resource: 'pods', used: 10, hard: 10, requested: 1 } })
  }
  expect((await podsIn('crowded')).map(({ id }) => id).toSorted()).toEqual(admitted.toSorted())
})

test('room that is made is given away once', async () => {
  await done(server.post('/api/namespaces', { name: 'swapping', resourceQuota: { hard: { pods: 2 } } }))
  const [first] = (await Promise.all([create('swapping'), create('swapping')])).map(({ body }) => body as Pod)
  await done(server.delete(`/api/pods/${first?.id}`))
  const statuses = (await Promise.all(Array.from({ length: 20 }, () => create('swapping')))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(await podsIn('swapping')).toHaveLength(2)
})

test('the refusal outlives a restart: what was admitted is counted from the store', async () => {
  await done(server.post('/api/namespaces', { name: 'lasting', resourceQuota: { hard: { pods: 1 } } }))
  expect((await create('lasting')).status).toBe(201)
  await server.kill()
  server = await startServer({ folder: server.folder })
  expect((await create('lasting')).body).toMatchObject({ code: 'QUOTA_EXCEEDED' })
})
