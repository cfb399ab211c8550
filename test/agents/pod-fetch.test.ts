/** `context.fetch` from a pack's side, through a real runtime and a real server: what arrives, what is refused, what is bounded. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkerRuntime } from '../../agents/node/worker-runtime.ts'
import type { FileRuntime } from '../../agents/node/file-runtime.ts'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { services, startPod } from './harness.ts'

let origin: string
let forbidden: string
let runtime: FileRuntime
const forbiddenRequests: string[] = []

const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/echo': (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(201, 'Made', { 'x-method': request.method, 'x-seen': request.headers['x-sent'] ?? 'nothing' })
      response.end(Buffer.concat(chunks))
    })
  },
  '/empty': (_, response) => response.writeHead(204).end(),
  '/large': (_, response) => response.end(Buffer.alloc(5_000_000)),
  '/to-echo': (_, response) => response.writeHead(303, { location: '/echo' }).end(),
  '/to-forbidden': (_, response) => response.writeHead(302, { location: `${forbidden}/` }).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/never': () => undefined,
}
const server = createServer((request, response) => routes[request.url ?? '']?.(request, response))
const forbiddenServer = createServer((request, response) => {
  forbiddenRequests.push(request.url ?? '')
  response.end('secret')
})

beforeAll(async () => {
  await buildIfStale()
  await Promise.all([once(server.listen(0, '127.0.0.1'), 'listening'), once(forbiddenServer.listen(0, '127.0.0.1'), 'listening')])
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  forbidden = `http://127.0.0.1:${(forbiddenServer.address() as AddressInfo).port}`
  runtime = createWorkerRuntime({
    entries: { bootstrap: path.join(dist, 'pod-bootstrap.mjs') },
    services: services({ allowFetch: (url) => (url.origin === forbidden ? 'it is on the list' : undefined) }),
  })
})
afterAll(async () => {
  await runtime.close()
  server.closeAllConnections()
  server.close()
  forbiddenServer.closeAllConnections()
  forbiddenServer.close()
})

/** @returns what the expression resolves to in a pack, or the error's code and message */
async function inPack(expression: string): Promise<unknown> {
  const source = `export default async ({ fetch, env, signal, kv }) => {
    try { return await (async () => { ${expression} })() } catch (error) { return (error.code ?? error.name) + ' ' + error.message } }`
  return (await startPod(runtime, source, { env: { ORIGIN: origin, FORBIDDEN: forbidden } }).ended()).exit.result
}

describe('a pack that fetches', () => {
  test('gets the status, the headers and the bytes, and sends its own', async () => {
    const response =
      await inPack(`const r = await fetch(env.ORIGIN + '/echo', { method: 'PUT', headers: { 'x-sent': 'yes' }, body: new Uint8Array([0, 255, 10, 128]) })
      return [r.status, r.statusText, r.ok, r.url === env.ORIGIN + '/echo', r.headers.get('x-method'), r.headers.get('x-seen'), [...new Uint8Array(await r.arrayBuffer())]]`)
    expect(response).toEqual([201, 'Made', true, true, 'PUT', 'yes', [0, 255, 10, 128]])
  })

  test('gets an answer without a body', async () => {
    expect(await inPack(`const r = await fetch(env.ORIGIN + '/empty'); return [r.status, await r.text()]`)).toEqual([204, ''])
  })

  test('follows a redirect as browsers do: after 303 without method and body', async () => {
    const followed = `const r = await fetch(env.ORIGIN + '/to-echo', { method: 'POST', body: 'x' }); return [r.url, r.headers.get('x-method'), await r.text()]`
    expect(await inPack(followed)).toEqual([`${origin}/echo`, 'GET', ''])
  })

  test('is refused what the policy refuses, also behind a redirect', async () => {
    const refusal = `POLICY_REFUSED the policy of this node refuses ${forbidden}: it is on the list`
    expect(await inPack(`return (await fetch(env.FORBIDDEN)).status`)).toBe(refusal)
    expect(await inPack(`return (await fetch(env.ORIGIN + '/to-forbidden')).status`)).toBe(refusal)
    expect(forbiddenRequests).toEqual([])
  })

  test('is told when there is no answer to be had', async () => {
    expect(await inPack(`return (await fetch('http://127.0.0.1:1/')).status`)).toMatch(
      /^FETCH_FAILED cannot fetch http:\/\/127.0.0.1:1\/: /,
    )
    expect(await inPack(`return (await fetch(env.ORIGIN + '/loop')).status`)).toMatch(/^FETCH_FAILED more than 10 redirects/)
  })

  test('gets no more than the limits', async () => {
    expect(await inPack(`return (await fetch(env.ORIGIN + '/large')).status`)).toBe('LIMIT_EXCEEDED the answer has more than 4000000 bytes')
    const sent = await inPack(`return (await fetch(env.ORIGIN + '/echo', { method: 'POST', body: 'x'.repeat(1_000_001) })).status`)
    expect(sent).toBe('LIMIT_EXCEEDED the body has 1000001 bytes, and 1000000 is the most')
  })

  test('has as many calls in flight as it may, and no more', async () => {
    const outcome = await inPack(`const stopped = new AbortController()
      const all = Array.from({ length: 300 }, () => fetch(env.ORIGIN + '/never', { signal: stopped.signal }).catch((error) => (error.name === 'PackCallError' ? error.code : error.name)))
      await kv.get('x').catch(() => 0)
      stopped.abort()
      const codes = await Promise.all(all)
      return [codes.filter((code) => code === 'LIMIT_EXCEEDED').length, codes.filter((code) => code === 'AbortError').length]`)
    expect(outcome).toEqual([44, 256])
  })
})
