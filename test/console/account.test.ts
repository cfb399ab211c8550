/** login, whoami, logout, and the login that refreshes itself, against a real server. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Credentials, Login } from '../../console/cli/credentials.ts'
import { EMAIL, PASSWORD, SETUP_TOKEN, useStark } from './support/stark.ts'

const LIMIT_MS = 60_000
const stark = useStark()

const file = () => path.join(stark.configFolder, 'credentials.json')
const stored = () => JSON.parse(readFileSync(file(), 'utf8')) as Credentials
const login = () => stored().servers[stark.url]
function amend(change: Partial<Login>): void {
  const now = stored()
  const before = now.servers[stark.url]
  writeFileSync(file(), JSON.stringify({ ...now, servers: { [stark.url]: { ...before, ...change } } }))
}

describe('login', () => {
  test('with the set-up link made the first administrator, and whoami says so', { timeout: LIMIT_MS }, async () => {
    expect(await stark.run(['whoami'])).toEqual({ code: 0, stdout: `${EMAIL} (admin) at ${stark.url}\n`, stderr: '' })
    expect(await stark.json(['whoami'])).toMatchObject({ server: stark.url, user: { email: EMAIL, roles: ['admin'] } })
  })

  test('keeps its credentials where only their owner can read them', () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(stark.configFolder).mode & 0o777).toBe(0o700)
    expect(readFileSync(file(), 'utf8')).not.toContain(PASSWORD)
  })

  test('with the set-up link works once', { timeout: LIMIT_MS }, async () => {
    const link = `${stark.url}/#setup=${SETUP_TOKEN}`
    const { code, stderr } = await stark.run(['login', '--setup', link, '--email', 'eve@example.com', '--password-stdin'], {
      input: PASSWORD,
    })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'stark: the first administrator exists: log in\n' })
  })

  test('with a wrong password is refused, and leaves the login that was there', { timeout: LIMIT_MS }, async () => {
    const before = login()
    const { code, stderr } = await stark.run(['login', '--email', EMAIL, '--password-stdin'], { input: 'wrong password' })
    expect(code).toBe(4)
    expect(stderr).toContain('check what you gave')
    expect(login()).toEqual(before)
  })

  test('asks nobody for a password when nobody is there', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['login', '--email', EMAIL])
    expect(code).toBe(2)
    expect(stderr).toContain('--password-stdin')
  })
})

describe('a login whose access token has ended', () => {
  test('is refreshed before it is used', { timeout: LIMIT_MS }, async () => {
    const before = login()
    amend({ expiresAt: '2020-01-01T00:00:00Z' })
    expect((await stark.run(['whoami'])).code).toBe(0)
    expect(login()?.refreshToken).not.toBe(before?.refreshToken)
    expect(Date.parse(login()?.expiresAt ?? '')).toBeGreaterThan(Date.now())
  })

  test('is refreshed when only the server knows that it has ended', { timeout: LIMIT_MS }, async () => {
    amend({ accessToken: 'not-a-token' })
    expect((await stark.run(['whoami'])).code).toBe(0)
    expect(login()?.accessToken).not.toBe('not-a-token')
  })

  test(
    'survives that several commands find it ended at the same time: all of them go on, and so does the next',
    { timeout: LIMIT_MS },
    async () => {
      amend({ expiresAt: '2020-01-01T00:00:00Z' })
      const ran = await Promise.all(Array.from({ length: 6 }, () => stark.run(['whoami'])))
      expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ran.map(() => ({ code: 0, stderr: '' })))
      expect((await stark.run(['whoami'])).code).toBe(0)
    },
  )
})

describe('a server', () => {
  test('that cannot be reached is exit code 6, and the sentence says what to do', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['get', 'pods', '--server', 'http://127.0.0.1:2'])
    expect(code).toBe(6)
    expect(stderr).toMatch(/^stark: http:\/\/127\.0\.0\.1:2 cannot be reached \(\w+\): .*"stark up".*--server/)
  })

  test('that one is not logged in to is exit code 4', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['whoami', '--server', 'http://127.0.0.1:2'])
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: 'stark: you are not logged in to http://127.0.0.1:2: run "stark login --server http://127.0.0.1:2"\n',
    })
  })

  test('on another machine is not spoken to in plain HTTP', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['whoami'], { env: { STARK_SERVER: 'http://stark.example.com' } })
    expect(code).toBe(2)
    expect(stderr).toContain('plain HTTP')
  })
})

describe('STARK_TOKEN', () => {
  test('acts in place of a login', { timeout: LIMIT_MS }, async () => {
    const made = await stark.run(['token', 'create', '--kind', 'api', '--role', 'viewer'])
    expect(made.code).toBe(0)
    const env = { STARK_TOKEN: made.stdout.trim() }
    expect(await stark.run(['get', 'namespaces', '-o', 'name'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('default\n'),
    })
    const refused = await stark.run(['namespace', 'create', '--name', 'team-a'], { env })
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('namespaces:write')
  })
})

describe('logout', () => {
  test('ends the session, and forgets it', { timeout: LIMIT_MS }, async () => {
    const accessToken = login()?.accessToken ?? ''
    expect(await stark.run(['logout'])).toMatchObject({ code: 0, stdout: `logged out of ${stark.url}\n` })
    expect(login()).toBeUndefined()
    expect((await stark.run(['whoami'])).code).toBe(4)
    expect((await stark.run(['whoami'], { env: { STARK_TOKEN: accessToken } })).code).toBe(4)
  })

  test('is followed by a login with the password', { timeout: LIMIT_MS }, async () => {
    const { code, stdout } = await stark.run(['login', '--email', EMAIL, '--password-stdin'], { input: `${PASSWORD}\r\n` })
    expect({ code, stdout }).toEqual({ code: 0, stdout: `logged in to ${stark.url} as ${EMAIL} (admin)\n` })
    expect((await stark.run(['whoami'])).code).toBe(0)
  })
})
