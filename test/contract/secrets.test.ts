/** Secrets of a namespace: written, never read back, and found by the pods that name them, on their node, for that start. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Pack, Pod, Secret } from '../../kernel/schema/index.ts'
import { done, type Answer, type Api } from '../support/api.ts'
import { person, type Person } from '../support/people.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'

let server: Server
let node: RawNode
let pack: Pack
let user: Person

beforeAll(async () => {
  server = await startServer()
  node = await server.join()
  pack = await server.push()
  user = await person(server, ['user'])
})
afterAll(async () => {
  node?.close()
  user?.wire.close()
  await server?.kill()
})

const newName = () => `s-${randomUUID()}`
const newValue = () => `value-${randomBytes(24).toString('hex')}`
const codeOf = async (answer: Promise<Answer<unknown>>) => ((await answer).body as Problem).code
const put = (api: Api, name: string, value: string, namespace = 'default') =>
  api.put<Secret>(`/api/secrets/${name}?namespace=${namespace}`, { value })
type Delivered = { readonly output: { readonly values: Record<string, string> } } | { readonly problem: { readonly code: string } }
const deliver = ({ id, incarnation }: Pod, to = node): Promise<Delivered> => to.wire.ask('pods.secrets', { id, incarnation })

async function startedWith(...secrets: string[]): Promise<Pod> {
  const pod = await server.run(pack, { nodeName: node.id, secrets })
  return node.sees(pod.id)
}

describe('a secret', () => {
  test('is set, replaced and deleted, and never shown', async () => {
    const [name, value] = [newName(), newValue()]
    const made = await put(server, name, value)
    expect(made.status).toBe(201)
    expect(Object.keys(made.body).toSorted()).toEqual(['createdAt', 'createdBy', 'id', 'name', 'namespace', 'resourceVersion', 'updatedAt'])
    const again = await put(server, name, newValue())
    expect([again.status, again.body.id]).toEqual([200, made.body.id])
    const said = JSON.stringify([made, again, await server.get(`/api/secrets/${name}`), await server.get('/api/secrets')])
    expect(said).not.toContain(value)
    expect(said).not.toMatch(/sealed|keyId/)
    expect((await server.delete(`/api/secrets/${name}`)).status).toBe(204)
    expect(await codeOf(server.get(`/api/secrets/${name}`))).toBe('NOT_FOUND')
  })

  test('is replaced only in the version that was seen, where one is named', async () => {
    const name = newName()
    const { resourceVersion } = (await put(server, name, newValue())).body
    const seen = (version: number) => ({ headers: { 'if-match': `"${version}"` } })
    expect(await codeOf(server.put(`/api/secrets/${name}`, { value: 'x' }, seen(resourceVersion - 1)))).toBe('PRECONDITION_FAILED')
    expect((await server.put(`/api/secrets/${name}`, { value: 'x' }, seen(resourceVersion))).status).toBe(200)
  })

  test('is followed without its value, by those who were let into its namespace', async () => {
    const namespace = `n-${randomUUID()}`
    await done(server.post('/api/namespaces', { name: namespace }))
    const wire = await server.connect()
    const [all, own] = [wire.watch('secrets'), user.wire.watch('secrets')]
    await Promise.all([all.snapshot(), own.snapshot()])
    const [elsewhere, value] = [newName(), newValue()]
    const hidden = await done(put(server, elsewhere, value, namespace))
    const seen = await done(put(server, newName(), value))
    await expect.poll(() => [...own.records.keys()]).toContain(seen.id)
    await expect.poll(() => [...all.records.keys()]).toEqual(expect.arrayContaining([hidden.id, seen.id]))
    expect([...own.records.keys()]).not.toContain(hidden.id)
    expect(JSON.stringify([...wire.frames, ...user.wire.frames])).not.toMatch(new RegExp(`sealed|keyId|${value}`))
    wire.close()
  })

  test('of a namespace is for those who were let into it', async () => {
    const namespace = `n-${randomUUID()}`
    await done(server.post('/api/namespaces', { name: namespace }))
    const name = newName()
    await done(put(server, name, newValue(), namespace))
    const asked = [
      user.api.get(`/api/secrets?namespace=${namespace}`),
      user.api.get(`/api/secrets/${name}?namespace=${namespace}`),
      put(user.api, name, newValue(), namespace),
      user.api.delete(`/api/secrets/${name}?namespace=${namespace}`),
    ]
    expect(await Promise.all(asked.map(codeOf))).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
    await done(server.patch(`/api/users/${user.user.id}`, { namespaces: ['default', namespace] }))
    expect((await put(user.api, name, newValue(), namespace)).status).toBe(200)
  })

  test('goes with its namespace', async () => {
    const [namespace, name] = [`n-${randomUUID()}`, newName()]
    await done(server.post('/api/namespaces', { name: namespace }))
    await done(put(server, name, newValue(), namespace))
    await done(server.delete(`/api/namespaces/${namespace}`))
    await expect.poll(async () => (await server.get(`/api/namespaces/${namespace}`)).status).toBe(404)
    await done(server.post('/api/namespaces', { name: namespace }))
    await expect.poll(async () => codeOf(server.get(`/api/secrets/${name}?namespace=${namespace}`))).toBe('NOT_FOUND')
  })
})

describe('a pod', () => {
  test('finds what it names, as it is at its start, and nothing else', async () => {
    const [first, second, other] = [newName(), newName(), newName()]
    await done(put(server, first, 'one'))
    await done(put(server, second, 'two \u{1f511}'))
    await done(put(server, other, 'three'))
    const pod = await startedWith(first, second)
    expect(pod.secrets).toEqual([first, second])
    await done(put(server, first, 'changed'))
    expect(await deliver(pod)).toEqual({ output: { values: { [first]: 'changed', [second]: 'two \u{1f511}' } } })
  })

  test('that names one that is not, is not made, also in a dry run', async () => {
    const wanted = { pack: pack.name, secrets: [newName()] }
    expect(await codeOf(server.post('/api/pods', wanted))).toBe('NOT_FOUND')
    expect(await codeOf(server.post('/api/pods?dryRun=true', wanted))).toBe('NOT_FOUND')
  })

  test('has them told to its own node, for this incarnation, as long as it lives, and to nobody else', async () => {
    const name = newName()
    await done(put(server, name, newValue()))
    const pod = await startedWith(name)
    const stranger = await server.join()
    expect(await deliver(pod, stranger)).toMatchObject({ problem: { code: 'NOT_FOUND' } })
    expect(await deliver({ ...pod, incarnation: pod.incarnation + 1 })).toMatchObject({ problem: { code: 'NOT_FOUND' } })
    expect(await codeOf(server.get(`/api/pods/${pod.id}/secrets?incarnation=${pod.incarnation}`))).toBe('NOT_FOUND')
    expect(await codeOf(user.api.get(`/api/pods/${pod.id}/secrets?incarnation=${pod.incarnation}`))).toBe('FORBIDDEN')
    expect(await deliver(pod)).toHaveProperty('output')
    await node.report(pod, { status: 'failed' })
    expect(await deliver(pod)).toMatchObject({ problem: { code: 'NOT_FOUND' } })
    stranger.close()
  })
})

describe('at rest', () => {
  test('a secret is sealed with a key in a file for its owner only; with that file it outlives the server, and a rotation', async () => {
    const [name, value] = [newName(), newValue()]
    await done(put(server, name, value))
    const pod = await startedWith(name)
    const { keyId, sealed } = await done(server.post<{ keyId: string; sealed: number }>('/api/secrets/rotate'))
    expect(sealed).toBeGreaterThan(0)
    expect(await deliver(pod)).toEqual({ output: { values: { [name]: value } } })
    expect((await done(server.post<{ keyId: string }>('/api/secrets/rotate'))).keyId).not.toBe(keyId)
    // Sessions hold something sealed too, and go on.
    const refreshed = await server.as(undefined).post('/api/auth/refresh', { refreshToken: user.session.refreshToken })
    expect(refreshed.status).toBe(200)
    expect(statSync(path.join(server.folder, 'secrets-key')).mode & 0o777).toBe(0o600)
    await server.kill('SIGTERM')
    expect(filesWith(server.folder, value)).toEqual([])
    expect(server.daemon.stdout + server.daemon.stderr).not.toContain(value)
    const { folder } = server
    server = await startServer({ folder })
    node.close()
    node = await server.join()
    const again = await server.run(await server.push(), { nodeName: node.id, secrets: [name] })
    expect(await deliver(await node.sees(again.id))).toEqual({ output: { values: { [name]: value } } })
  })
})

/** Files under a folder that have the text in them. */
function filesWith(folder: string, text: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.map(({ parentPath, name }) => path.join(parentPath, name)).filter((file) => readFileSync(file).includes(text))
}
