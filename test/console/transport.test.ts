/** Requests and answers: pages, a log over connections that break, the server's document kept, and servers that are none. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anonymous, Api } from '../../console/cli/api.ts'
import { invoke, requestFor } from '../../console/cli/invoke.ts'
import { followLog, linesOf } from '../../console/cli/log-stream.ts'
import { loadOperations, operationsOf, type Operation } from '../../console/cli/registry.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { serve } from './support/http.ts'

const document = {
  paths: {
    '/api/pods': {
      get: {
        operationId: 'pods.list',
        summary: 'Pods',
        parameters: ['limit', 'cursor', 'status'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
        responses: {},
      },
    },
    '/api/pods/{id}/rollback': {
      post: {
        operationId: 'pods.rollback',
        summary: 'Back',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'namespace', in: 'query', schema: { type: 'string' } },
          { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
        ],
        requestBody: {
          content: { 'application/json': { schema: { properties: { version: { type: 'string' } }, required: ['version'] } } },
        },
        responses: {},
      },
    },
  },
}
const operation = (id: string): Operation => {
  const found = operationsOf(document).find((each) => each.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}
const json = (response: ServerResponse, body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
const queryOf = ({ url = '/' }: IncomingMessage) => new URL(url, 'http://localhost').searchParams

describe('an operation', () => {
  test('becomes a request: what is in the path, in the query and in the body', () => {
    const values = { id: '@scope/web', namespace: 'team', version: '1.0.0', unknown: 1 }
    expect(requestFor(operation('pods.rollback'), values)).toEqual({
      method: 'POST',
      path: '/api/pods/%40scope%2Fweb/rollback',
      query: { namespace: 'team' },
      body: { version: '1.0.0' },
      headers: { 'idempotency-key': expect.any(String) },
    })
  })

  test('that lists is asked for all pages, unless one was chosen', async () => {
    const pages = [['a', 'b'], ['c'], []]
    const server = await serve((request, response) => {
      const page = Number(queryOf(request).get('cursor') ?? 0)
      json(response, { items: pages[page], nextCursor: page + 1 < pages.length ? String(page + 1) : null })
    })
    const api = new Api(server, anonymous)
    expect(await invoke(api, operation('pods.list'), {})).toEqual({ items: ['a', 'b', 'c'], nextCursor: null })
    expect(await invoke(api, operation('pods.list'), { limit: '2' })).toEqual({ items: ['a', 'b'], nextCursor: '1' })
  })
})

describe('the log of a pod', () => {
  test('is cut into the same lines, however it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))),
        fc.nat(7),
        async (lines, size) => {
          const text = lines.map((line) => `${line}\n`).join('')
          const chunks = text.match(new RegExp(`[^]{1,${size + 1}}`, 'g')) ?? []
          const seen: string[] = []
          for await (const line of linesOf(Readable.from(chunks))) seen.push(line)
          expect(seen).toEqual(lines)
        },
      ),
    )
  })

  test('goes on behind its last line when the connection breaks, and ends when the server ends it', async () => {
    const cursors: (string | null)[] = []
    const server = await serve((request, response) => {
      cursors.push(queryOf(request).get('cursor'))
      const from = Number(cursors.at(-1))
      response.setHeader('content-type', 'application/x-ndjson')
      response.write(`${JSON.stringify({ seq: from + 1 })}\n${JSON.stringify({ seq: from + 2 })}\n`, () => {
        if (cursors.length < 3) response.destroy()
        else response.end()
      })
    })
    const seen: number[] = []
    const log = followLog(new Api(server, anonymous), { pod: 'web', namespace: undefined }, { signal: new AbortController().signal })
    for await (const { seq } of log) seen.push(seq)
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(cursors).toEqual(['0', '2', '4'])
  })

  test('that nobody reads any more is hung up on', async () => {
    let isGone = false
    const server = await serve((_, response) => {
      response.once('close', () => (isGone = true))
      response.write(`${JSON.stringify({ seq: 1 })}\n`)
    })
    const log = followLog(new Api(server, anonymous), { pod: 'web', namespace: undefined }, { signal: new AbortController().signal })
    expect(await log.next()).toMatchObject({ value: { seq: 1 } })
    await log.return(undefined)
    await expect.poll(() => isGone).toBe(true)
  })
})

describe("the server's document", () => {
  test('is sent once while it is the same, and helps without the server', async () => {
    const folder = temporaryFolder('document')
    const asked: (string | undefined)[] = []
    let isAway = false
    const server = await serve((request, response) => {
      asked.push(request.headers['if-none-match'])
      if (isAway) return void request.socket.destroy()
      if (asked.at(-1) === '"1"') return void response.writeHead(304).end()
      return json(response.setHeader('etag', '"1"'), document)
    })
    const ids = async (canBeOld: boolean) => (await loadOperations(server, { folder, canBeOld })).map(({ id }) => id)
    expect(await ids(false)).toEqual(['pods.list', 'pods.rollback'])
    expect(await ids(false)).toEqual(['pods.list', 'pods.rollback'])
    expect(asked).toEqual([undefined, '"1"'])
    isAway = true
    expect(await ids(true)).toEqual(['pods.list', 'pods.rollback'])
    await expect(ids(false)).rejects.toMatchObject({ kind: 'unreachable' })
  })
})

describe('a server that is none of ours', () => {
  test('is told apart by its answer', async () => {
    const server = await serve((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'))
    await expect(new Api(server, anonymous).get('/api/pods')).rejects.toThrow(
      `${server} answered 502 <h1>Bad gateway</h1>: is it a Stark server?`,
    )
  })

  test('gets no credential by a redirection', async () => {
    let authorization: string | undefined
    const other = await serve((request, response) => {
      ;({ authorization } = request.headers)
      json(response, {})
    })
    const server = await serve((_, response) => response.writeHead(307, { location: other }).end())
    const bearer = { current: () => Promise.resolve('secret'), renew: () => Promise.resolve(undefined) }
    await expect(new Api(server, bearer).get('/api/pods')).rejects.toMatchObject({ kind: 'unreachable' })
    expect(authorization).toBeUndefined()
  })
})
