/**
 * Everything that may come through the doors and must not: each is refused with its code and a sentence that says which field, by a
 * problem document that tells nothing of what is inside; and the server has not noticed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codes, type Problem } from '../../kernel/errors.ts'
import { startServer, type Server } from '../support/server.ts'
import { badFrames } from './support/bad-frames.ts'
import { credentials } from './support/bad-credentials.ts'
import { forms } from './support/bad-forms.ts'
import { wishes } from './support/bad-wishes.ts'
import { hangUp, upgrade } from './support/raw-http.ts'
import { makeWorld, type World } from './support/world.ts'

/** Stack traces, files of ours, SQL: what a caller has no use for, and an attacker has. */
const INSIDES =
  /\n\s+at |file:|node_modules|\.(ts|mjs):\d|\/(tmp|home|root|usr)\/|\b(select|insert|update|delete) .* (from|into|set) |sqlstate|constraint|\bnull value\b/i

let server: Server
let world: World

beforeAll(async () => {
  server = await startServer()
  world = await makeWorld(server)
  await server.post('/api/pods', { pack: 'whole' }, { headers: { 'idempotency-key': 'used' } })
})
afterAll(async () => {
  world?.node.close()
  world?.browser.close()
  await server?.kill()
})

describe.each(Object.entries({ ...forms, ...wishes, credentials }))('a request with bad %s', (_group, rows) => {
  test.each(rows)('is refused: %s', async (_wrong, request, status, code, says) => {
    const { method, path, body, headers, token } = request(world)
    const api = token === undefined ? server : server.as(token ?? undefined)
    const answer = await api.request<Problem>(method, path, body, headers ? { headers } : {})
    expect(answer.body).toMatchObject({ status, code, retryable: codes[code].retryable, type: 'about:blank' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.correlationId).toBe(answer.headers.get('x-correlation-id'))
    const { detail, errors = [] } = answer.body
    const paths = errors.map((each) => each.path)
    const isField = says.startsWith('/') && errors.length > 0
    expect(isField ? ` ${paths.join(' ')} ` : detail).toContain(isField ? ` ${says} ` : says)
    expect(errors.length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(answer.body)).not.toMatch(INSIDES)
    expect(answer.headers.get('allow')).toBe(status === 405 ? says : null)
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
  })
})

test('a wrong password and a person whom nobody knows are answered in the same words', async () => {
  const anybody = server.as(undefined)
  const [wrong, unknown] = await Promise.all([
    anybody.post<Problem>('/api/auth/login', { email: 'admin@stark.example', password: 'wrong password' }),
    anybody.post<Problem>('/api/auth/login', { email: 'nobody@stark.example', password: 'wrong password' }),
  ])
  expect({ ...unknown.body, correlationId: '' }).toEqual({ ...wrong.body, correlationId: '' })
})

describe('a connection', () => {
  test.each(badFrames)('is told what is wrong with %s', async (_wrong, speak, expected) => {
    const answer = await speak(world)
    expect(answer).toMatchObject(expected)
    expect(JSON.stringify(answer)).not.toMatch(INSIDES)
  })

  test('at a path that is none is refused, whatever stands in its request line', async () => {
    for (const path of ['/nothing', '/', '//', '/ws/more', 'http://[', '*']) {
      expect(await upgrade(server.url, path)).toMatch(/^HTTP\/1\.1 404 /)
    }
  })

  test('that is gone before it is refused costs nobody else anything', async () => {
    await Promise.all(Array.from({ length: 50 }, () => hangUp(server.url, '/nothing')))
    expect((await server.get('/health')).status).toBe(200)
  })
})

test('after all that the server is ready, and has nothing to say of itself', async () => {
  expect((await server.get('/ready')).body).toMatchObject({ status: 'ready' })
  expect(await server.pod(world.pod.id)).toMatchObject({ status: 'running', incarnation: 1 })
  expect(server.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
  expect(server.daemon.stderr).toBe('')
})
