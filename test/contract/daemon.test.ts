/** The control plane as a process: how it starts, what it says, how it ends, and what is left when it is killed. */
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Pack, Pod, PodHistory } from '../../kernel/schema/index.ts'
import { done, type Api } from '../support/api.ts'
import { ADMIN, SETUP_TOKEN, startDaemon, startServer, type Daemon, type LoggedIn, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { WireSocket } from '../support/wire-socket.ts'

const started: Daemon[] = []
const run = async (env: Readonly<Record<string, string>>): Promise<Daemon> => {
  const daemon = await startDaemon(env)
  started.push(daemon)
  return daemon
}
afterAll(async () => {
  for (const daemon of started) daemon.process.kill('SIGKILL')
  await Promise.all(started.map((daemon) => daemon.ended()))
})

describe('an environment that makes no sense', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['a port that is no number', { PORT: 'http' }, 'PORT is http: it is a number from 0 to 65535, and 0 picks a free one'],
    ['a log format that nobody knows', { STARK_LOG: 'xml' }, 'STARK_LOG is xml: it is pretty, json or silent'],
    [
      'a Supabase without its key',
      { SUPABASE_URL: 'https://abc.supabase.co' },
      'SUPABASE_URL is given and SUPABASE_SECRET_KEY is not: both are needed',
    ],
    ['an address that others reach', { HOST: '0.0.0.0' }, 'HOST is 0.0.0.0: others could reach this server, and it speaks plain HTTP.'],
    ['a set-up token that can be guessed', { STARK_SETUP_TOKEN: 'abc' }, 'STARK_SETUP_TOKEN has 8 to 256 characters'],
  ]

  test.each(cases)('ends with one sentence: %s', async (_what, env, sentence) => {
    const daemon = await run({ STARK_DATA_DIR: temporaryFolder('daemon'), ...env })
    expect(await daemon.ended()).toBe(1)
    expect(daemon.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(`stark: ${sentence}`)])
    expect(daemon.stdout).toBe('')
  })
})

/** One server's life, from its first start to its last: each test goes on where the one before has left it. */
describe('a control plane', () => {
  const folder = temporaryFolder('life')
  let server: Server

  test('says first of all where it listens, and keeps the set-up link to its owner until it is used', async () => {
    server = await startServer({ folder, hasAdmin: false })
    const [first = '', ...others] = server.daemon.stdout.trimEnd().split('\n')
    expect(JSON.parse(first)).toEqual({ event: 'listening', url: server.url })
    expect(server.url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(others.map((line) => Object.keys(JSON.parse(line) as object).slice(0, 3))).toContainEqual(['at', 'level', 'message'])
    const link = path.join(folder, 'setup-link')
    expect(statSync(link).mode & 0o777).toBe(0o600)
    expect(readFileSync(link, 'utf8')).toBe(`${server.url}/#setup=${SETUP_TOKEN}\n`)
    await server.logIn()
    expect(existsSync(link)).toBe(false)
    expect(server.daemon.stdout + server.daemon.stderr).not.toContain(SETUP_TOKEN)
  })

  test('has its folder for itself: a second one says so and ends, and the first goes on', async () => {
    const second = await run({ STARK_DATA_DIR: folder })
    expect(await second.ended()).toBe(1)
    expect(second.stderr).toBe(`stark: data directory ${folder} is in use by another process\n`)
    expect((await server.post('/api/namespaces', { name: 'still-here' })).status).toBe(201)
  })

  test('has all that it acknowledged when it was killed in the middle of its work', async () => {
    const before = await fill(server)
    const creating = Array.from({ length: 60 }, () => server.post<Pod>('/api/pods', { pack: before.pack.name }).catch(() => undefined))
    await Promise.any(creating)
    await server.kill('SIGKILL')
    const acknowledged = (await Promise.all(creating)).flatMap((answer) => (answer?.status === 201 ? [answer.body] : []))
    expect(acknowledged.length).toBeGreaterThan(0)

    server = await startServer({ folder, hasAdmin: false })
    await expectPeople(server, before)
    await expectObjects(server.as(before.apiToken), before)
    for (const { id } of acknowledged) expect((await server.as(before.apiToken).get(`/api/pods/${id}`)).status).toBe(200)
    const node = await WireSocket.greeted(server.url, before.credential)
    expect((await node.watch('pods').snapshot()).put).toContainEqual(before.pod)
    node.close()
    expect(existsSync(path.join(folder, 'setup-link'))).toBe(false)
  })

  test('that is told to end tells whoever is connected, and takes less than 10 s', async () => {
    await server.logIn()
    const node = await server.join()
    const pod = await server.run(await server.push(), { nodeName: node.id })
    const following = server.get(`/api/pods/${pod.id}/logs?follow=true`).catch((error: unknown) => error)
    await waitFor('the log to be followed', () => server.log.some((line) => line['path'] === `/api/pods/${pod.id}/logs`))
    const half = new net.Socket().connect(Number(new URL(server.url).port), 'localhost')
    half.on('error', () => undefined).write('POST /api/pods HTTP/1.1\r\nHost: x\r\n')
    const began = performance.now()
    const code = await server.kill('SIGTERM')
    expect([code, server.daemon.stderr]).toEqual([0, ''])
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(await node.wire.bye()).toMatchObject({ why: 'stopping', problem: { code: 'NOT_READY', retryable: true } })
    await following
    half.destroy()
    node.close()
    expect(server.log.map(({ message }) => message)).toContain('stopping')
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('does not start on a port that is taken, and says so in one sentence', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as net.AddressInfo
    const daemon = await run({ STARK_DATA_DIR: folder, PORT: String(port) })
    expect(await daemon.ended()).toBe(1)
    expect(daemon.stderr).toBe(`stark: PORT ${port} is taken: choose another, or 0 for a free one\n`)
    expect(daemon.stdout).toBe('')
    other.close()
  })

  test('in silence says where it listens and nothing else', async () => {
    server = await startServer({ folder, env: { STARK_LOG: 'silent' } })
    await server.get('/api/nothing')
    expect(server.daemon.stdout).toBe(`{"event":"listening","url":"${server.url}"}\n`)
    expect(server.daemon.stderr).toBe('')
    await server.kill()
  })
})

type Before = Awaited<ReturnType<typeof fill>>

/** Who was let in still is, and who was not is not. */
async function expectPeople(server: Server, { session, ended, apiToken }: Before): Promise<void> {
  const anybody = server.as(undefined)
  const me = await server.as(session.accessToken).get<{ user: object }>('/api/auth/me')
  expect(me.body.user).toMatchObject({ email: ADMIN.email, roles: ['admin'] })
  expect((await server.as(ended.accessToken).get('/api/pods')).status).toBe(401)
  expect((await server.as(apiToken).get('/api/pods')).status).toBe(200)
  expect((await anybody.post('/api/auth/refresh', { refreshToken: session.refreshToken })).status).toBe(200)
  expect((await anybody.post('/api/auth/login', ADMIN)).status).toBe(200)
}

async function expectObjects(api: Api, { pack, source, pod, history, logs, keyed }: Before): Promise<void> {
  expect(await done(api.get<Pack>(`/api/packs/${pack.id}`))).toEqual(pack)
  expect(await done(api.get<string>(`/api/packs/${pack.id}/bundle`))).toBe(source)
  expect(await done(api.get<Pod>(`/api/pods/${pod.id}`))).toEqual(pod)
  expect(await done(api.get(`/api/pods/${pod.id}/history`))).toEqual(history)
  expect(await done(api.get(`/api/pods/${pod.id}/logs`))).toEqual(logs)
  const repeated = await api.post<Pod>('/api/pods', { pack: pack.name }, { headers: { 'idempotency-key': 'before' } })
  expect([repeated.status, repeated.body.id]).toEqual([201, keyed.id])
}

/** One of everything that has to outlive the process. */
async function fill(server: Server) {
  const source = 'export default async function main() { return "kept" }'
  const pack = await server.push({ name: 'kept' }, source)
  const node = await server.join({ name: 'kept' })
  const placed = await server.run(pack, { nodeName: 'kept', name: 'kept' })
  await node.report(await node.sees(placed.id), { status: 'running' })
  const texts = ['one', 'two\n with "quotes", \0, \uD83D and ✓']
  const lines = texts.map((text, at) => ({ number: at + 1, at: new Date().toISOString(), level: 'info', text }))
  await node.wire.ask('pods.appendLogs', { id: placed.id, incarnation: 1, lines })
  const { token: apiToken } = await server.makeToken({ kind: 'api', role: 'admin' })
  const ended = await done(server.as(undefined).post<LoggedIn>('/api/auth/login', ADMIN))
  await server.as(ended.accessToken).post('/api/auth/logout')
  const keyed = await done(server.as(apiToken).post<Pod>('/api/pods', { pack: 'kept' }, { headers: { 'idempotency-key': 'before' } }))
  const history = await done(server.get<{ items: PodHistory[] }>(`/api/pods/${placed.id}/history`))
  const logs = await done(server.get<{ items: unknown[] }>(`/api/pods/${placed.id}/logs`))
  expect(history.items.map(({ newStatus }) => newStatus)).toEqual(['pending', 'scheduled', 'running'])
  expect(logs.items).toHaveLength(2)
  const pod = await server.pod(placed.id)
  node.close()
  if (!server.admin) throw new Error('nobody is logged in')
  return { source, pack, pod, keyed, history, logs, apiToken, ended, session: server.admin, credential: node.credential }
}
