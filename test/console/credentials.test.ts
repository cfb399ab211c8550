/** The file with the logins and the lock around it, the addresses of servers, and the sentences for refusals. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseSetup, serverAddress, serverSlug } from '../../console/cli/address.ts'
import { configFolder, CredentialFile, type Login } from '../../console/cli/credentials.ts'
import { failureOf } from '../../console/cli/failure.ts'
import { storedBearer } from '../../console/cli/session.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { serve } from './support/http.ts'

const login = (email: string): Login => ({ email, accessToken: 'a', refreshToken: 'r', expiresAt: '2030-01-01T00:00:00Z' })

describe('the credentials', () => {
  test('that are changed at the same time lose none of the changes', async () => {
    const folder = temporaryFolder('credentials')
    const change = (name: string) =>
      new CredentialFile(folder).change((now) => ({ ...now, servers: { ...now.servers, [name]: login(name) } }))
    const names = Array.from({ length: 20 }, (_, index) => `http://server-${index}`)
    await Promise.all(names.map(change))
    expect(Object.keys((await new CredentialFile(folder).read()).servers).toSorted()).toEqual(names.toSorted())
    expect(statSync(path.join(folder, 'credentials.json')).mode & 0o777).toBe(0o600)
  })

  test('can be changed although a command that held the lock has died', async () => {
    const folder = temporaryFolder('credentials')
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(path.join(folder, 'credentials.json.lock'), String(pid))
    await new CredentialFile(folder).change((now) => ({ ...now, current: 'http://localhost:1' }))
    expect((await new CredentialFile(folder).read()).current).toBe('http://localhost:1')
  })

  test('stay as they were when the change fails, and can be changed after', async () => {
    const folder = temporaryFolder('credentials')
    const file = new CredentialFile(folder)
    await file.change((now) => ({ ...now, current: 'http://localhost:1' }))
    const before = readFileSync(path.join(folder, 'credentials.json'), 'utf8')
    await expect(file.change(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
    expect(readFileSync(path.join(folder, 'credentials.json'), 'utf8')).toBe(before)
    await file.change((now) => now)
  })

  test.each(['{', '[]', '{"servers":null}'])('that read %s are refused, and the sentence names the file', async (text) => {
    const folder = temporaryFolder('credentials')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'credentials.json'), text)
    await expect(new CredentialFile(folder).read()).rejects.toThrow(path.join(folder, 'credentials.json'))
  })

  test('are in a folder of their own', () => {
    expect(configFolder({ STARK_CONFIG_DIR: '/etc/mine' })).toBe('/etc/mine')
    expect(configFolder({ XDG_CONFIG_HOME: '/home/ada/.config' })).toBe('/home/ada/.config/stark')
  })
})

describe('a login that has ended', () => {
  test('is refreshed by one of those who find it so, and the others take what it got', async () => {
    let refreshed = 0
    const server = await serve((_, response) => {
      refreshed += 1
      const answer = { ...login('ada'), accessToken: `access-${refreshed}`, user: { email: 'ada', roles: [] } }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
    const file = new CredentialFile(temporaryFolder('credentials'))
    await file.change(() => ({ servers: { [server]: login('ada') } }))
    const renewals = Array.from({ length: 5 }, () => storedBearer(server, file).renew('a'))
    expect(new Set(await Promise.all(renewals))).toEqual(new Set(['access-1']))
    expect(refreshed).toBe(1)
    expect(await storedBearer(server, file).current()).toBe('access-1')
  })
})

describe('an address', () => {
  test.each([
    ['localhost:8600', 'http://localhost:8600'],
    ['http://127.0.0.9:1/docs', 'http://127.0.0.9:1'],
    ['http://[::1]:8600', 'http://[::1]:8600'],
    ['https://stark.example.com/', 'https://stark.example.com'],
  ])('%s is %s', (text, origin) => {
    expect(serverAddress(text, { isInsecure: false })).toBe(origin)
  })

  test.each([
    'http://stark.example.com',
    'http://10.0.0.1:8600',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://0.0.0.0',
  ])('%s needs --insecure', (text) => {
    expect(() => serverAddress(text, { isInsecure: false })).toThrow('--insecure')
    expect(serverAddress(text, { isInsecure: true })).toBe(text)
  })

  test.each(['', 'ftp://localhost', 'http://ada:secret@localhost', 'http://'])('"%s" is none', (text) => {
    expect(() => serverAddress(text, { isInsecure: true })).toThrow('is not the address of a server')
  })

  test('of two servers never becomes one folder', () => {
    expect(serverSlug('http://localhost:8600')).toBe('localhost_8600')
    expect(serverSlug('http://localhost:8601')).not.toBe(serverSlug('http://localhost:8600'))
  })
})

describe('what --setup takes', () => {
  test('is the link of the server, or only its token', () => {
    expect(parseSetup('http://localhost:8600/#setup=abc-123')).toEqual({ server: 'http://localhost:8600', token: 'abc-123' })
    expect(parseSetup('abc-123')).toEqual({ server: undefined, token: 'abc-123' })
    expect(() => parseSetup('http://localhost:8600/')).toThrow('#setup=TOKEN')
  })
})

describe('a refusal', () => {
  const refusal = { detail: 'the server says why', retryable: false } as const

  test.each([
    ['UNAUTHENTICATED', 4],
    ['FORBIDDEN', 4],
    ['NOT_FOUND', 3],
    ['QUOTA_EXCEEDED', 1],
    ['INVALID', 1],
    ['STORE_UNAVAILABLE', 1],
  ] as const)('%s is exit code %i', (code, exitCode) => {
    expect(failureOf({ ...refusal, code }, 'http://localhost:8600').exitCode).toBe(exitCode)
  })

  test('of several fields names each as it is typed', () => {
    const errors = [
      { path: '/name', message: 'must match a pattern' },
      { path: '/resources/requests/cpu', message: 'must be 0 or more' },
    ]
    expect(failureOf({ ...refusal, code: 'INVALID', errors }, 'http://localhost:8600').fields).toEqual([
      'name: must match a pattern',
      'resources.requests.cpu: must be 0 or more',
    ])
  })

  test('that may pass says that trying again may help', () => {
    expect(failureOf({ ...refusal, code: 'TOO_MANY', retryable: true }, 'http://localhost:8600').message).toContain('trying again')
  })
})
