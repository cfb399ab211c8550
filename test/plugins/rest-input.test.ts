/** From a request to an operation's input: what comes from where, and what is refused before the schema sees it. */
import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../../kernel/index.ts'
import { strict } from '../../kernel/index.ts'
import { JSON_BYTES_MAX, readBytes, readJson } from '../../plugins/rest/body.ts'
import { collect, isInQuery, pathFields, takesJson } from '../../plugins/rest/input.ts'

const operation = (http: Operation['http'], fields: Partial<Operation> = {}): Operation => ({
  name: 'birds.any',
  summary: '',
  http,
  permission: null,
  input: strict({
    id: Type.String(),
    song: Type.Optional(Type.String()),
    count: Type.Optional(Type.Integer()),
    loud: Type.Optional(Type.Boolean()),
  }),
  output: Type.Null(),
  handle: () => null,
  ...fields,
})

const JSON_TYPE = 'application/json'
/** A request as far as its body goes; pieces arrive one by one. */
function request(pieces: readonly (string | Buffer)[] = [], headers: Readonly<Record<string, string>> = { 'content-type': JSON_TYPE }) {
  const stream = Readable.from(pieces.map((piece) => Buffer.from(piece)))
  return Object.assign(stream, { headers }) as unknown as IncomingMessage
}
const arrived = (
  body: object | undefined,
  { path = {}, query = {} }: { path?: Record<string, string>; query?: Record<string, string> } = {},
) => ({
  request: request(body === undefined ? [] : [JSON.stringify(body)]),
  path,
  query,
})

describe('a field', () => {
  const get = operation('GET /api/birds/:id')
  const post = operation('POST /api/birds/:id/sing', { query: ['loud'] })

  test('named in the path comes from it; the others from the query of GET and DELETE, and from the body elsewhere', async () => {
    expect(pathFields(operation('GET /api/:a/b/:c'))).toEqual(['a', 'c'])
    expect([isInQuery(get, 'id'), isInQuery(get, 'song')]).toEqual([false, true])
    expect([isInQuery(post, 'id'), isInQuery(post, 'song'), isInQuery(post, 'loud')]).toEqual([false, false, true])
    expect([takesJson(get), takesJson(post)]).toEqual([false, true])
    expect(await collect(get, arrived(undefined, { path: { id: 'x' }, query: { song: 'la' } }))).toEqual({ id: 'x', song: 'la' })
    expect(await collect(post, arrived({ song: 'la' }, { path: { id: 'x' }, query: { loud: 'true' } }))).toEqual({
      id: 'x',
      song: 'la',
      loud: true,
    })
  })

  test('of the path cannot be said otherwise in the body or the query', async () => {
    const path = { id: 'x' }
    await expect(collect(post, arrived({ id: 'y' }, { path }))).rejects.toMatchObject({ code: 'INVALID', errors: [{ path: '/id' }] })
    await expect(collect(post, arrived({}, { path, query: { id: 'y' } }))).rejects.toMatchObject({ errors: [{ path: '/id' }] })
    await expect(collect(post, arrived({ loud: true }, { path }))).rejects.toMatchObject({ errors: [{ path: '/loud' }] })
    await expect(collect(post, arrived({}, { path, query: { song: 'la' } }))).rejects.toMatchObject({ errors: [{ path: '/song' }] })
  })

  test('that is text becomes the number or the truth that the schema wants, and nothing else does', async () => {
    const given = (query: Record<string, string>) => collect(get, arrived(undefined, { query }))
    expect(await given({ count: '12', loud: 'false', song: '12' })).toEqual({ count: 12, loud: false, song: '12' })
    const odd = { count: '1e3', loud: 'yes' }
    expect(await given(odd)).toEqual(odd)
    for (const count of ['', ' 1', '1.0', '0x1', '١', '9999999999999999']) expect(await given({ count })).toEqual({ count })
  })

  test('of whatever whole number arrives as that number', async () => {
    const property = fc.asyncProperty(fc.integer({ min: -999_999_999, max: 999_999_999 }), async (count) => {
      expect(await collect(get, arrived(undefined, { query: { count: String(count) } }))).toEqual({ count })
    })
    await fc.assert(property)
  })

  test('called __proto__ is a field like any other', async () => {
    const input = await collect(post, { request: request(['{"__proto__":{"admin":true}}']), path: {}, query: {} })
    expect(Object.hasOwn(input, '__proto__')).toBe(true)
    expect((input as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('a body', () => {
  test('of raw bytes is one field, whatever its type says', async () => {
    const upload = operation('PUT /api/birds/:id/song', { bytes: 'song', query: ['loud'] })
    const input = await collect(upload, { request: request(['ab', 'c'], {}), path: { id: 'x' }, query: {} })
    expect(input).toEqual({ id: 'x', song: Buffer.from('abc') })
  })

  test('that is JSON arrives as it was, however it was cut into pieces', async () => {
    const property = fc.asyncProperty(fc.json(), fc.array(fc.nat()), async (text, cuts) => {
      const bytes = Buffer.from(text)
      const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
      const pieces = [...ends, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end))
      expect(await readJson(request(pieces))).toEqual(JSON.parse(text))
    })
    await fc.assert(property)
  })

  test('that is empty is none, of whatever type', async () => {
    expect(await readJson(request([], {}))).toBeUndefined()
    expect(await readJson(request([''], { 'content-type': 'text/plain' }))).toBeUndefined()
  })

  test('is JSON by its type, with or without parameters', async () => {
    for (const type of [JSON_TYPE, 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json']) {
      expect(await readJson(request(['1'], { 'content-type': type }))).toBe(1)
    }
    for (const type of ['text/json', 'application/jsonx', 'application/json5', 'text/plain']) {
      await expect(readJson(request(['1'], { 'content-type': type }))).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    }
  })

  test.each(['{', '{"a":1,}', "{'a':1}", 'NaN', Buffer.from([0xff])])('that is no JSON is refused: %s', async (body) => {
    await expect(readJson(request([body]))).rejects.toMatchObject({ code: 'INVALID_JSON' })
  })

  test('may have exactly the most, announced or not, and not a byte more', async () => {
    const limit = { most: 10, code: 'BUNDLE_TOO_LARGE' } as const
    const length = (bytes: number) => ({ 'content-length': String(bytes) })
    expect(await readBytes(request(['12345', '67890'], length(10)), limit)).toHaveLength(10)
    await expect(readBytes(request(['12345', '67890', '1'], {}), limit)).rejects.toMatchObject({ code: 'BUNDLE_TOO_LARGE', status: 413 })
    await expect(readBytes(request([], length(11)), limit)).rejects.toThrow('the body has 11 bytes or more, and 10 is the most')
    await expect(readJson(request(['x'.repeat(JSON_BYTES_MAX + 1)]))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  test('that is too large is not read to its end', async () => {
    let read = 0
    function* pieces() {
      for (read = 1; read < 1000; read += 1) yield Buffer.alloc(1000)
    }
    const stream = Object.assign(Readable.from(pieces(), { highWaterMark: 1 }), { headers: {} }) as unknown as IncomingMessage
    await expect(readBytes(stream, { most: 5000, code: 'BODY_TOO_LARGE' })).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
    expect(read).toBeLessThan(10)
  })
})
