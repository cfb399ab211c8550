/** Who may come in, for how long, and how at once it ends: accounts, sessions, and the tokens of nodes and machines. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { Node, Token, User } from '../../kernel/schema/index.ts'
import { done, type Answer } from '../support/api.ts'
import { ADMIN, SETUP_TOKEN, startServer, type LoggedIn, type Server } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server

beforeAll(async () => {
  server = await startServer({ hasAdmin: false })
})
afterAll(() => server?.kill())

const anybody = () => server.as(undefined)
const codeOf = async (answer: Promise<Answer<unknown>>) => ((await answer).body as Problem).code
const me = (token: string) => server.as(token).get<{ user: User; permissions: string[] }>('/api/auth/me')
const logIn = () => done(anybody().post<LoggedIn>('/api/auth/login', ADMIN))
const refresh = (refreshToken: string) => anybody().post<LoggedIn>('/api/auth/refresh', { refreshToken })

describe('the first administrator', () => {
  const setUp = (fields: object = {}) => anybody().post<LoggedIn>('/api/auth/setup', { token: SETUP_TOKEN, ...ADMIN, ...fields })

  test('is not made with another token, nor with a password that is too short', async () => {
    expect(await codeOf(setUp({ token: 'another token' }))).toBe('INVALID_CREDENTIALS')
    expect(await codeOf(setUp({ password: 'seven77' }))).toBe('WEAK_PASSWORD')
    expect(await codeOf(anybody().post('/api/auth/login', ADMIN))).toBe('INVALID_CREDENTIALS')
  })

  test('is made once, however many ask at once', async () => {
    const answers = await Promise.all([setUp(), setUp({ email: 'second@stark.example' }), setUp({ email: 'third@stark.example' })])
    const [made, ...others] = answers.toSorted((a, b) => a.status - b.status)
    expect(made?.status).toBe(201)
    expect(others.map(({ status }) => status)).toEqual([409, 409])
    expect(made?.body).toMatchObject({ user: { roles: ['admin'], disabled: false } })
    expect(await codeOf(setUp({ email: 'fourth@stark.example' }))).toBe('ALREADY_SET_UP')
    await server.logIn()
  })

  test('is who the access token says', async () => {
    const { body } = await me(server.token)
    expect(body).toMatchObject({ user: { email: ADMIN.email, roles: ['admin'] }, permissions: ['*'] })
    expect(JSON.stringify(body)).not.toMatch(/hash|password/i)
  })
})

describe('a session', () => {
  test('lasts as long as it says, and no answer holds more than the two tokens', async () => {
    const session = await logIn()
    expect(Object.keys(session).toSorted()).toEqual(['accessToken', 'expiresAt', 'refreshToken', 'user'])
    const seconds = (Date.parse(session.expiresAt) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(60)
    expect(seconds).toBeLessThanOrEqual(3600)
  })

  test('goes on with a new refresh token, each of which is good once', async () => {
    const first = await logIn()
    const second = await done(refresh(first.refreshToken))
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect((await me(second.accessToken)).status).toBe(200)
    const third = await done(refresh(second.refreshToken))
    expect((await me(third.accessToken)).status).toBe(200)
  })

  test('ends when an old refresh token is used again: one of the two who hold it is a thief', async () => {
    const [first, other] = [await logIn(), await logIn()]
    const second = await done(refresh(first.refreshToken))
    expect(await codeOf(refresh(first.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(me(second.accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(refresh(second.refreshToken))).toBe('UNAUTHENTICATED')
    expect((await me(other.accessToken)).status).toBe(200)
  })

  test('ends at once with logout, also for connections that are open, and alone', async () => {
    const [session, other] = [await logIn(), await logIn()]
    const wire = await server.connect(session.accessToken)
    expect(await wire.ask('auth.me')).toHaveProperty('output')
    expect((await server.as(session.accessToken).post('/api/auth/logout')).status).toBe(204)
    expect(await codeOf(me(session.accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(refresh(session.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await wire.ask('auth.me')).toMatchObject({ problem: { code: 'UNAUTHENTICATED' } })
    expect((await me(other.accessToken)).status).toBe(200)
    wire.close()
  })
})

describe('a token', () => {
  const tokens = async () => (await done(server.get<{ items: Token[] }>('/api/tokens?limit=500'))).items

  test('is shown once; a list has neither it nor its hash', async () => {
    const made = await server.makeToken({ kind: 'api', role: 'viewer', description: 'for the dashboard' })
    expect(made.token).toMatch(/^stark_api_[0-9a-f-]{36}_[\w-]{43}$/)
    const listed = (await tokens()).find(({ id }) => id === made.id)
    const { token, ...rest } = made
    expect(listed).toEqual(rest)
    expect(JSON.stringify(await tokens())).not.toContain(token.slice(-43))
    expect(rest).not.toHaveProperty('hash')
  })

  test('ends at once when it is deleted, also for connections that are open', async () => {
    const { id, token } = await server.makeToken({ kind: 'api', role: 'viewer' })
    const wire = await server.connect(token)
    expect(await wire.ask('pods.list')).toHaveProperty('output')
    expect((await server.delete(`/api/tokens/${id}`)).status).toBe(204)
    expect(await codeOf(server.as(token).get('/api/pods'))).toBe('UNAUTHENTICATED')
    expect(await wire.ask('pods.list')).toMatchObject({ problem: { code: 'UNAUTHENTICATED' } })
    expect((await server.delete(`/api/tokens/${id}`)).status).toBe(404)
    wire.close()
  })

  test('ends at its time', async () => {
    const { token } = await server.makeToken({ kind: 'api', expiresAt: new Date(Date.now() + 1500).toISOString() })
    expect((await server.as(token).get('/api/pods')).status).toBe(200)
    await waitFor('the token to end', async () => (await codeOf(server.as(token).get('/api/pods'))) === 'TOKEN_EXPIRED')
  })

  test('acts for its maker with the role that it was given, and no more', async () => {
    const viewer = server.as((await server.makeToken({ kind: 'api', role: 'viewer' })).token)
    const user = server.as((await server.makeToken({ kind: 'api' })).token)
    expect((await done(viewer.get<{ user: User }>('/api/auth/me'))).user.email).toBe(ADMIN.email)
    expect((await viewer.get('/api/pods')).status).toBe(200)
    const namespace = { name: `n-${randomUUID()}` }
    const makers = [viewer, user].map((api) => codeOf(api.post('/api/tokens', { kind: 'api', role: 'admin' })))
    expect(await Promise.all(makers)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect(await codeOf(viewer.post('/api/packs', { name: 'x', version: '1.0.0', runtimeTag: 'node' }))).toBe('FORBIDDEN')
    expect(await codeOf(user.post('/api/namespaces', namespace))).toBe('FORBIDDEN')
    expect(
      (await server.as((await server.makeToken({ kind: 'api', role: 'admin' })).token).post('/api/namespaces', namespace)).status,
    ).toBe(201)
  })
})

describe('a join token', () => {
  const facts = (fields: object = {}) => {
    const id = randomUUID()
    const allocatable = { cpu: 1000, memory: 1000, storage: 1000, pods: 10 }
    return { id, name: `node-${id}`, runtimeType: 'node', capabilities: {}, allocatable, isNew: true, ...fields }
  }
  const join = (token: string, fields: object = {}) => server.as(token).post<{ node: Node; token: string }>('/api/nodes', facts(fields))

  test('lets in as many nodes as it has uses, however many come at once', async () => {
    const { id, token } = await server.makeToken({ kind: 'join', uses: 2 })
    const answers = await Promise.all(Array.from({ length: 6 }, () => join(token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2)
    expect(answers.filter(({ status }) => status === 401 || status === 403)).toHaveLength(4)
    expect(await codeOf(join(token))).toBe('UNAUTHENTICATED')
    expect(await codeOf(server.delete(`/api/tokens/${id}`))).toBe('NOT_FOUND')
  })

  test('that has expired lets nobody in', async () => {
    const { token } = await server.makeToken({ kind: 'join', expiresAt: new Date(Date.now() - 1000).toISOString() })
    expect(await codeOf(join(token))).toBe('TOKEN_EXPIRED')
  })

  test('decides labels and taints, whatever the node says of itself', async () => {
    const taint = { key: 'edge', value: 'yes', effect: 'NoSchedule' } as const
    const { token } = await server.makeToken({ kind: 'join', labels: { tier: 'edge', zone: 'a' }, taints: [taint] })
    const { node } = await done(join(token, { labels: { tier: 'core', rack: '7' } }))
    expect(node.labels).toMatchObject({ tier: 'edge', zone: 'a', rack: '7', 'stark/runtime': 'node' })
    expect(node.taints).toEqual([taint])
  })

  test('for browsers lets no Node.js in, and that costs no use', async () => {
    const { token } = await server.makeToken({ kind: 'join', runtimeType: 'browser', uses: 1 })
    expect(await codeOf(join(token))).toBe('FORBIDDEN')
    expect((await join(token, { runtimeType: 'browser' })).status).toBe(200)
  })

  test('is answered by a credential of the node, which ends with the node', async () => {
    const node = await server.join()
    expect(node.credential).toMatch(/^stark_node_/)
    expect(await node.heartbeat()).toHaveProperty('output')
    expect((await server.delete(`/api/nodes/${node.id}`)).status).toBe(204)
    expect(await node.wire.bye()).toMatchObject({ why: 'replaced' })
    expect(await codeOf(server.as(node.credential).get('/api/packs'))).toBe('UNAUTHENTICATED')
    node.close()
  })

  test('makes no second node of an id that is in use', async () => {
    const node = await server.join()
    const { token } = await server.makeToken({ kind: 'join' })
    expect(await codeOf(join(token, { id: node.id }))).toBe('ALREADY_EXISTS')
    expect(await node.heartbeat()).toHaveProperty('output')
    node.close()
  })
})
