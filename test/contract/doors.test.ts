/** The doors: what every answer tells a browser, who may connect from where, how many may, and that what is followed ends with a right. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:https'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Pack, Pod } from '../../kernel/schema/index.ts'
import { done } from '../support/api.ts'
import { person, type Person } from '../support/people.ts'
import { startDaemon, startServer, type Daemon, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let server: Server

beforeAll(async () => {
  server = await startServer({ env: { STARK_TRUSTED_PROXIES: '1', STARK_ALLOWED_ORIGINS: 'https://friend.example' } })
})
afterAll(() => server?.kill())

const wsUrl = () => `${server.url.replace(/^http/, 'ws')}/ws`

describe('every answer', () => {
  const paths = [
    '/',
    '/main.js',
    '/docs',
    '/openapi.json',
    '/asyncapi.json',
    '/health',
    '/api/pods',
    '/api/nothing',
    '/nothing',
    '/agent.js',
  ]

  test.each(paths)('of %s is not sniffed, framed, or read by other origins', async (path) => {
    const { headers } = await server.get(path, { headers: { origin: 'https://elsewhere.example' } })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-powered-by')).toBeNull()
    // The element is for every page; it is the only thing that is.
    expect(headers.get('access-control-allow-origin')).toBe(path === '/agent.js' ? '*' : null)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test.each(['/main.js', '/openapi.json', '/api/packs'])(
    'of %s travels compressed to who can read it so, if that is worth it',
    async (path) => {
      const { headers } = await fetch(server.url + path, { headers: { 'accept-encoding': 'br' } })
      const isSmall = path.startsWith('/api')
      expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([isSmall ? null : 'br', 'Accept-Encoding'])
    },
  )

  test('about objects is kept by no cache', async () => {
    for (const path of ['/api/pods', '/api/auth/me', '/api/nothing']) {
      expect((await server.get(path)).headers.get('cache-control')).toBe('no-store')
    }
  })

  test('that is a page runs scripts of ours alone', async () => {
    for (const path of ['/', '/docs']) {
      const policy = (await server.get(path)).headers.get('content-security-policy') ?? ''
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'")
      expect(policy).not.toContain('unsafe-eval')
      expect(policy).toContain("base-uri 'none'")
    }
  })

  test('to a preflight from another origin allows nothing', async () => {
    const preflight = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' }
    const { status, headers } = await server.request('OPTIONS', '/api/pods', undefined, { headers: preflight })
    expect(status).toBeGreaterThanOrEqual(400)
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('a connection', () => {
  const open = async (origin?: string) => {
    const socket = new WebSocket(wsUrl(), origin === undefined ? {} : { origin })
    const opened = await new Promise((resolve) => socket.on('open', () => resolve('open')).on('error', () => resolve('refused')))
    socket.terminate()
    return opened
  }

  test('comes from programs, from pages of this server, and from those that were named', async () => {
    for (const origin of [undefined, server.url, 'https://friend.example']) expect([origin, await open(origin)]).toEqual([origin, 'open'])
    const strangers = ['https://elsewhere.example', 'null', 'https://friend.example.evil.example', `${server.url}.evil.example`, 'x']
    for (const origin of strangers) expect([origin, await open(origin)]).toEqual([origin, 'refused'])
  })

  test('is one of so many of one user, and others have theirs', async () => {
    const { token } = await server.makeToken({ kind: 'api', role: 'viewer' })
    const crowd = await Promise.all(Array.from({ length: 199 }, () => server.connect(token)))
    const last = new WebSocket(wsUrl())
    const said: string[] = []
    last.on('message', (data: Buffer) => said.push(data.toString('utf8')))
    await once(last, 'open')
    const extra = [await server.connect(token)]
    last.send(JSON.stringify({ type: 'hello', protocol: 1, token }))
    await expect.poll(() => said.join('')).toContain('TOO_MANY')
    const other = await person(server, ['viewer'])
    expect(await other.wire.ask('auth.me')).toHaveProperty('output')
    for (const each of [...crowd, ...extra, other.wire, last]) each.close()
  })
})

describe('what is followed', () => {
  let who: Person
  let pack: Pack
  beforeAll(async () => {
    who = await person(server, ['user'])
    pack = await server.push()
  })

  test('begins anew as whom one is after a change of roles', async () => {
    const hidden = await server.push({ visibility: 'private' })
    const packs = who.wire.watch('packs')
    await packs.snapshot()
    expect(packs.records.has(hidden.id)).toBe(false)
    await done(server.patch(`/api/users/${who.user.id}`, { roles: ['admin'] }))
    await expect.poll(() => packs.records.has(hidden.id)).toBe(true)
    await done(server.patch(`/api/users/${who.user.id}`, { roles: ['user'] }))
    await expect.poll(() => packs.records.has(hidden.id)).toBe(false)
    expect(packs.records.has(pack.id)).toBe(true)
  })

  test('is what one may see now, also where nothing was followed when that changed', async () => {
    const hidden = await server.push({ visibility: 'private' })
    const later = await person(server, ['admin'])
    await done(server.patch(`/api/users/${later.user.id}`, { roles: ['viewer'] }))
    const packs = later.wire.watch('packs')
    await packs.snapshot()
    expect([packs.records.has(pack.id), packs.records.has(hidden.id)]).toEqual([true, false])
    later.wire.close()
  })

  test('ends with the session', async () => {
    const watcher = await person(server, ['user'])
    const packs = watcher.wire.watch('packs')
    await packs.snapshot()
    expect((await watcher.api.post('/api/auth/logout')).status).toBe(204)
    await expect.poll(() => packs.refusal?.code).toBe('UNAUTHENTICATED')
    const later = await server.push()
    expect(packs.records.has(later.id)).toBe(false)
    watcher.wire.close()
  })

  test('as a log ends with the session too', async () => {
    const reader = await person(server, ['user'])
    const pod = await server.run(pack, { name: `p-${randomUUID()}`, scheduling: { nodeSelector: { nowhere: 'yes' } } })
    const headers = { authorization: `Bearer ${reader.session.accessToken}` }
    const following = await fetch(`${server.url}/api/pods/${pod.id}/logs?follow=true`, { headers })
    const ended = following.text()
    expect((await server.get<Pod>(`/api/pods/${pod.id}`)).body.status).toBe('pending')
    expect((await reader.api.delete(`/api/auth/sessions`)).status).toBe(204)
    expect((await reader.api.post('/api/auth/logout')).status).toBe(204)
    expect(await ended).toBe('')
    reader.wire.close()
  })
})

describe('behind one proxy', () => {
  const addressOf = async (forwarded: string) => {
    const email = `${randomUUID()}@stark.example`
    const password = 'a password that is long'
    await done(server.post('/api/users', { email, password }))
    const headers = { 'x-forwarded-for': forwarded }
    const { body } = await server.as(undefined).post<{ accessToken: string }>('/api/auth/login', { email, password }, { headers })
    const { items } = await done(server.as(body.accessToken).get<{ items: { remote: string }[] }>('/api/auth/sessions'))
    return items[0]?.remote
  }

  test('the address is what the proxy heard from, whatever the client said before', async () => {
    expect(await addressOf('203.0.113.7')).toBe('203.0.113.7')
    expect(await addressOf('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7')
    expect(await addressOf('nonsense')).toBe('127.0.0.1')
    expect(await addressOf('2001:db8::1')).toBe('2001:db8::1')
  })
})

describe('a caller', () => {
  test('who asks more often than the limit is told when to ask again, over both doors, and others are not', async () => {
    const limited = await startServer({ env: { STARK_RATE_LIMIT: '5' } })
    try {
      const [greedy, other] = [await person(limited, ['viewer']), await person(limited, ['viewer'])]
      const answers = await Promise.all(Array.from({ length: 60 }, () => greedy.api.get('/api/pods')))
      const refused = answers.filter(({ status }) => status === 429)
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(40)
      expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      const said = await Promise.all(Array.from({ length: 10 }, () => greedy.wire.ask('pods.list')))
      expect(said.some((each) => 'problem' in each && each.problem.code === 'TOO_MANY')).toBe(true)
      expect((await other.api.get('/api/pods')).status).toBe(200)
      for (const { wire } of [greedy, other]) wire.close()
    } finally {
      await limited.kill()
    }
  })
})

describe('with a certificate', () => {
  const file = (name: string) => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url))
  const env = () => ({
    STARK_DATA_DIR: temporaryFolder('tls'),
    STARK_TLS_CERT: file('cert'),
    STARK_TLS_KEY: file('key'),
  })
  let daemon: Daemon
  afterAll(async () => {
    daemon?.process.kill('SIGKILL')
    await daemon?.ended()
  })

  test('the server speaks HTTPS and WSS, also beyond this machine', async () => {
    daemon = await startDaemon({ ...env(), HOST: '0.0.0.0' })
    const url = new URL(await daemon.url())
    expect(url.protocol).toBe('https:')
    const ca = readFileSync(file('cert'))
    const [response] = (await once(get({ host: 'localhost', port: url.port, path: '/health', ca }), 'response')) as [
      { statusCode: number; headers: Record<string, string>; resume: () => void },
    ]
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(response.headers['strict-transport-security']).toContain('max-age=')
    const socket = new WebSocket(`wss://localhost:${url.port}/ws`, { ca })
    await once(socket, 'open')
    socket.terminate()
  })

  test('none and no --insecure is no server beyond this machine, and it says what to do', async () => {
    const refused = await startDaemon({ STARK_DATA_DIR: temporaryFolder('open'), HOST: '0.0.0.0' })
    expect(await refused.ended()).toBe(1)
    expect(refused.stderr).toMatch(/STARK_TLS_CERT.*--insecure/)
  })
})
