/** Accounts over their life: made, given roles, disabled; their passwords and sessions; and those who guess. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../kernel/errors.ts'
import type { User } from '../../kernel/schema/index.ts'
import { done, type Answer } from '../support/api.ts'
import { ADMIN, startServer, type LoggedIn, type Server } from '../support/server.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.kill())

const PASSWORD = 'a password that is long'
const anybody = () => server.as(undefined)
const codeOf = async (answer: Promise<Answer<unknown>>) => ((await answer).body as Problem).code
const logIn = (email: string, password = PASSWORD) => anybody().post<LoggedIn>('/api/auth/login', { email, password })
const refresh = (refreshToken: string) => anybody().post<LoggedIn>('/api/auth/refresh', { refreshToken })
const me = (token: string) => server.as(token).get<{ user: User; permissions: string[] }>('/api/auth/me')
const newEmail = () => `${randomUUID()}@stark.example`

async function makeUser(fields: object = {}): Promise<{ user: User; session: LoggedIn }> {
  const email = newEmail()
  const user = await done(server.post<User>('/api/users', { email, password: PASSWORD, ...fields }))
  return { user, session: await done(logIn(email)) }
}

describe('an account', () => {
  test('is made by an administrator, with the role user and the namespace default unless told', async () => {
    const { user, session } = await makeUser()
    expect(user).toMatchObject({ roles: ['user'], namespaces: ['default'], disabled: false })
    expect(session.user).toEqual(user)
    expect(Object.keys(user).toSorted()).toEqual([
      'createdAt',
      'disabled',
      'email',
      'id',
      'namespaces',
      'resourceVersion',
      'roles',
      'updatedAt',
    ])
  })

  test('is one for each address, however it is spelt', async () => {
    const { user } = await makeUser()
    const again = { email: user.email.toUpperCase(), password: PASSWORD }
    expect(await codeOf(server.post('/api/users', again))).toBe('ALREADY_EXISTS')
    expect((await logIn(user.email.toUpperCase())).status).toBe(200)
  })

  test("has a password by Supabase's rules", async () => {
    expect(await codeOf(server.post('/api/users', { email: newEmail(), password: 'seven77' }))).toBe('WEAK_PASSWORD')
  })

  test('is made, listed and changed by administrators only', async () => {
    const { user, session } = await makeUser()
    const api = server.as(session.accessToken)
    const refused = [api.get('/api/users'), api.post('/api/users', ADMIN), api.patch(`/api/users/${user.id}`, { roles: ['admin'] })]
    expect(await Promise.all(refused.map(codeOf))).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
    const { items } = await done(server.get<{ items: User[] }>('/api/users?limit=500'))
    expect(items.map(({ id }) => id)).toContain(user.id)
    expect(await done(server.get<User>(`/api/users/${user.email}`))).toEqual(user)
  })

  test('has its new roles at once, also on connections that are open', async () => {
    const { user, session } = await makeUser({ roles: ['viewer'] })
    const wire = await server.connect(session.accessToken)
    const create = { name: `p-${randomUUID()}`, version: '1.0.0', runtimeTag: 'node' }
    expect(await wire.ask('packs.create', create)).toMatchObject({ problem: { code: 'FORBIDDEN' } })
    await done(server.patch(`/api/users/${user.id}`, { roles: ['user'] }))
    expect(await wire.ask('packs.create', create)).toHaveProperty('output')
    await done(server.patch(`/api/users/${user.id}`, { roles: [] }))
    expect(await wire.ask('packs.list', {})).toMatchObject({ problem: { code: 'FORBIDDEN' } })
    wire.close()
  })

  test('cannot be given the role of machines, a field that is not its, or a namespace that is not', async () => {
    const { user } = await makeUser()
    const patches = [{ roles: ['node'] }, { email: newEmail() }, { id: randomUUID() }, { namespaces: ['nowhere'] }]
    for (const patch of patches) expect(await codeOf(server.patch(`/api/users/${user.id}`, patch))).toBe('INVALID')
  })

  test('that is disabled is out at once, everywhere, and comes back when it is enabled', async () => {
    const { user, session } = await makeUser()
    const wire = await server.connect(session.accessToken)
    await done(server.patch(`/api/users/${user.id}`, { disabled: true }))
    expect(await codeOf(me(session.accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(refresh(session.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await wire.ask('auth.me')).toMatchObject({ problem: { code: 'UNAUTHENTICATED' } })
    expect(await codeOf(logIn(user.email))).toBe('INVALID_CREDENTIALS')
    await done(server.patch(`/api/users/${user.id}`, { disabled: false }))
    expect((await logIn(user.email)).status).toBe(200)
    expect(await codeOf(me(session.accessToken))).toBe('UNAUTHENTICATED')
    wire.close()
  })

  test('is not the last administrator that ends', async () => {
    const patch = (fields: object) => codeOf(server.patch(`/api/users/${ADMIN.email}`, fields))
    expect(await patch({ roles: ['user'] })).toBe('LAST_ADMINISTRATOR')
    expect(await patch({ disabled: true })).toBe('LAST_ADMINISTRATOR')
    expect((await me(server.token)).body.permissions).toEqual(['*'])
  })
})

describe('registration', () => {
  const register = () => anybody().post<LoggedIn>('/api/auth/register', { email: newEmail(), password: PASSWORD })

  test('is open as long as the cluster says so, and makes users', async () => {
    expect(await codeOf(register())).toBe('REGISTRATION_CLOSED')
    await done(server.patch('/api/cluster', { registration: 'open' }))
    const { user, accessToken } = await done(register())
    expect(user).toMatchObject({ roles: ['user'], namespaces: ['default'] })
    expect((await me(accessToken)).status).toBe(200)
    expect(await codeOf(anybody().post('/api/auth/register', ADMIN))).toBe('ALREADY_EXISTS')
    await done(server.patch('/api/cluster', { registration: 'closed' }))
    expect(await codeOf(register())).toBe('REGISTRATION_CLOSED')
  })
})

describe('a refresh token that is used twice at once', () => {
  test('gives one session and not two', async () => {
    const { session } = await makeUser()
    const answers = await Promise.all([refresh(session.refreshToken), refresh(session.refreshToken), refresh(session.refreshToken)])
    const [good, ...others] = answers.toSorted((a, b) => a.status - b.status)
    expect(good?.status).toBe(200)
    expect(others.every(({ status }) => status === 409 || status === 401)).toBe(true)
  })
})

describe('a password', () => {
  const change = (token: string, currentPassword: string, newPassword: string) =>
    server.as(token).post('/api/auth/password', { currentPassword, newPassword })

  test('is changed by who knows it; other sessions end, and the one that asked goes on', async () => {
    const { user, session } = await makeUser()
    const other = await done(logIn(user.email))
    const next = 'another password that is long'
    expect(await codeOf(change(session.accessToken, 'a wrong password', next))).toBe('INVALID_CREDENTIALS')
    expect(await codeOf(change(session.accessToken, PASSWORD, 'seven77'))).toBe('WEAK_PASSWORD')
    expect((await change(session.accessToken, PASSWORD, next)).status).toBe(204)
    expect(await codeOf(me(other.accessToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(refresh(other.refreshToken))).toBe('UNAUTHENTICATED')
    expect((await me(session.accessToken)).status).toBe(200)
    expect((await refresh(session.refreshToken)).status).toBe(200)
    expect(await codeOf(logIn(user.email))).toBe('INVALID_CREDENTIALS')
    expect((await logIn(user.email, next)).status).toBe(200)
  })

  test('is not changed with a token', async () => {
    const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
    expect(await codeOf(change(token, ADMIN.password, PASSWORD))).toBe('FORBIDDEN')
  })
})

describe('sessions', () => {
  interface Shown {
    readonly id: string
    readonly userId: string
    readonly isCurrent: boolean
  }
  const list = (token: string, query = '') => server.as(token).get<{ items: Shown[] }>(`/api/auth/sessions${query}`)

  test('are listed to whose they are, without what they are held by', async () => {
    const { user, session } = await makeUser()
    await done(logIn(user.email))
    const { items } = await done(list(session.accessToken))
    expect(items.map(({ userId }) => userId)).toEqual([user.id, user.id])
    expect(items.map(({ isCurrent }) => isCurrent)).toEqual([true, false])
    expect(JSON.stringify(items)).not.toMatch(/hash|token/i)
  })

  test('end one by one, or all but the one that asks', async () => {
    const { user, session } = await makeUser()
    const [second, third] = [await done(logIn(user.email)), await done(logIn(user.email))]
    const ours = server.as(session.accessToken)
    const { items } = await done(list(second.accessToken))
    const current = items.find(({ isCurrent }) => isCurrent)
    expect((await ours.delete(`/api/auth/sessions/${current?.id}`)).status).toBe(204)
    expect(await codeOf(me(second.accessToken))).toBe('UNAUTHENTICATED')
    expect((await me(third.accessToken)).status).toBe(200)
    expect((await ours.delete('/api/auth/sessions')).status).toBe(204)
    expect(await codeOf(me(third.accessToken))).toBe('UNAUTHENTICATED')
    expect((await me(session.accessToken)).status).toBe(200)
  })

  test('of others are not seen and not ended, but by an administrator', async () => {
    const [mine, theirs] = [await makeUser(), await makeUser()]
    const [{ id } = { id: '' }] = (await done(list(theirs.session.accessToken))).items
    expect(await codeOf(list(mine.session.accessToken, `?userId=${theirs.user.id}`))).toBe('FORBIDDEN')
    expect(await codeOf(server.as(mine.session.accessToken).delete(`/api/auth/sessions/${id}`))).toBe('NOT_FOUND')
    expect((await done(list(server.token, `?userId=${theirs.user.id}`))).items.map((each) => each.id)).toEqual([id])
    expect((await server.delete(`/api/auth/sessions/${id}`)).status).toBe(204)
    expect(await codeOf(me(theirs.session.accessToken))).toBe('UNAUTHENTICATED')
  })
})

describe('whoever guesses', () => {
  test('is told to wait, also with the right password, and others are not', async () => {
    const { user } = await makeUser()
    const bystander = await makeUser()
    const guesses = await Promise.all(Array.from({ length: 12 }, () => logIn(user.email, 'a wrong guess')))
    const slowed = guesses.filter(({ status }) => status === 429)
    expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10)
    expect(slowed.length).toBeGreaterThanOrEqual(2)
    expect(Number(slowed[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(slowed[0]?.body).toMatchObject({ code: 'TOO_MANY' })
    expect(await codeOf(logIn(user.email))).toBe('TOO_MANY')
    expect((await logIn(bystander.user.email)).status).toBe(200)
  })

  test('learns neither from words nor from time whether there is an account', async () => {
    const { user } = await makeUser()
    const timed = async (email: string) => {
      const started = performance.now()
      const { status, body } = await logIn(email, 'a wrong guess')
      const { code, detail } = body as unknown as Problem
      return { status, code, detail, seconds: Math.round((performance.now() - started) / 1000) }
    }
    expect(await timed(newEmail())).toEqual(await timed(user.email))
  })
})
