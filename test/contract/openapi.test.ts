/** The documents that describe the doors: valid where it matters, complete, and true of what is answered. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { done } from '../support/api.ts'
import { ADMIN, startServer, type Server } from '../support/server.ts'
import { callByRest, routesOf, type OpenApi, type Route } from './support/both-doors.ts'
import { registry } from './support/registry.ts'
import { makeWorld, nowhere, type World } from './support/world.ts'

let server: Server
let world: World
let document: OpenApi
let routes: Route[]

beforeAll(async () => {
  server = await startServer()
  world = await makeWorld(server)
  document = await done(server.as(undefined).get<OpenApi>('/openapi.json'))
  routes = routesOf(document)
})
afterAll(async () => {
  world?.node.close()
  world?.browser.close()
  await server?.kill()
})

describe('/openapi.json', () => {
  test('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document).toMatchObject({ info: { title: 'Stark', version: expect.any(String) as string } })
  })

  test('describes every operation of the registry, each once and under its route', () => {
    const described = routes.map(({ operationId, method, path }) => `${operationId} ${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    const defined = registry().map(({ name, http }) => `${name} ${http}`)
    expect(described.toSorted()).toEqual(defined.toSorted())
    expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length)
  })

  test('declares every parameter of every path, and no other as being in it', () => {
    for (const { operationId, path, parameters } of routes) {
      const inPath = parameters.filter((each) => each.in === 'path')
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect([operationId, inPath.map(({ name }) => name)]).toEqual([operationId, named])
      expect(inPath.every(({ required }) => required)).toBe(true)
      expect(new Set(parameters.map((each) => `${each.in} ${each.name}`)).size).toBe(parameters.length)
    }
  })

  test('has for each operation a summary, what success looks like, and what a refusal looks like', () => {
    for (const { operationId, summary, responses } of routes) {
      const success = Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status))
      expect([operationId, success.length]).toEqual([operationId, 1])
      expect(success.every(([status, { content }]) => status === '204' || content !== undefined)).toBe(true)
      expect(responses['default']).toEqual({ $ref: '#/components/responses/Problem' })
      expect(summary.length).toBeGreaterThan(3)
    }
  })

  test('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(0)
    for (const reference of new Set(references)) {
      const found = reference.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
      expect([reference, typeof found]).toEqual([reference, 'object'])
    }
  })

  test('lists each error that it says an operation has in its table of codes', () => {
    const { code } = (document.components.schemas['Problem'] as { properties: { code: { enum: string[] } } }).properties
    for (const each of registry()) for (const error of each.errors ?? []) expect(code.enum).toContain(error)
  })
})

describe('an answer is of the schema that the document gives for it', () => {
  const answers: readonly (readonly [operation: string, input: () => Readonly<Record<string, unknown>>])[] = [
    ['auth.login', () => ADMIN],
    ['auth.me', () => ({})],
    ['cluster.get', () => ({})],
    ['namespaces.list', () => ({})],
    ['namespaces.create', () => ({ name: 'described', limitRange: { max: { cpu: 1000 } } })],
    ['nodes.list', () => ({})],
    ['nodes.get', () => ({ id: 'taken' })],
    ['packs.list', () => ({})],
    ['packs.versions', () => ({ name: 'whole' })],
    ['pods.list', () => ({})],
    ['pods.create', () => ({ pack: 'whole', labels: { a: 'b' } })],
    ['pods.status', () => ({ id: 'taken' })],
    ['pods.history', () => ({ id: 'taken' })],
    ['pods.logs', () => ({ id: 'taken' })],
    ['plugins.list', () => ({})],
    ['system.ready', () => ({})],
    ['tokens.create', () => ({ kind: 'join', labels: { a: 'b' } })],
    ['tokens.list', () => ({})],
  ]

  test.each(answers)('%s', async (name, input) => {
    const route = routes.find(({ operationId }) => operationId === name)
    if (!route) throw new Error(`no operation ${name}`)
    const answer = await callByRest(server, route, input())
    const schema = route.responses[answer.status]?.content?.['application/json']?.schema
    expect(schema).toBeDefined()
    expect(faults(schema, answer.body)).toEqual([])
  })

  test('a refusal too', async () => {
    const problem = document.components.schemas['Problem']
    const invalid = await server.post('/api/pods', { pack: 1 })
    expect(faults(problem, invalid.body)).toEqual([])
    expect(faults(problem, (await server.get(`/api/nodes/${nowhere}`)).body)).toEqual([])
  })

  test('and what is not of it would be found', () => {
    expect(faults(document.components.schemas['Problem'], { status: 'bad' })).not.toEqual([])
  })
})

const faults = (schema: object | undefined, value: unknown) => Compile(schema as TSchema).Errors(value)

describe('beside it', () => {
  test('/asyncapi.json describes the frames of /ws', async () => {
    const { status, body } = await server.as(undefined).get<{ asyncapi: string; channels: { socket: Channel } }>('/asyncapi.json')
    expect([status, body.asyncapi]).toEqual([200, '3.0.0'])
    expect(body.channels.socket.address).toBe('/ws')
    const frames = ['ask', 'bye', 'error', 'event', 'hello', 'notice', 'result', 'unwatch', 'watch', 'welcome']
    expect(Object.keys(body.channels.socket.messages).toSorted()).toEqual(frames)
    const references = [...JSON.stringify(body).matchAll(/"#\/channels\/socket\/messages\/(\w+)"/g)].map(([, name = '']) => name)
    expect(references.toSorted()).toEqual(frames)
  })

  test('/docs is a page about every operation, without a script', async () => {
    const { status, headers, body } = await server.as(undefined).get<string>('/docs')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    for (const { http } of registry()) expect(body).toContain(http)
    expect(body).not.toContain('<script')
  })
})

interface Channel {
  readonly address: string
  readonly messages: object
}
