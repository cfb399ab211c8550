/** The registry of operations: in which order a call is judged, and in which words an input is refused. */
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { KernelError, type FieldError } from '../../kernel/errors.ts'
import { Operations, type Call, type Operation, type Principal } from '../../kernel/operations.ts'
import { Labels, nullable, strict } from '../../kernel/schema/common.ts'

const bird: Principal = { id: 'b', kind: 'user', roles: ['user'], permissions: ['birds:write'], credentialId: 's', name: 'bird' }
const somebody = { bearer: 'known', remote: '' }
const call = { idempotencyKey: undefined } as Call

const operation = (fields: Partial<Operation> = {}): Operation => ({
  name: 'birds.sing',
  summary: 'Sings',
  http: 'POST /api/birds',
  permission: 'birds:write',
  input: strict({ song: Type.String() }),
  output: Type.Object({}),
  handle: (input) => ({ sung: input }),
  ...fields,
})

/** With one person whom everybody knows, and who may do what stands in the permissions. */
function registry({ isReady = true, defined = operation() }: { isReady?: boolean; defined?: Operation } = {}) {
  const operations = new Operations(() => isReady)
  operations.define('birds', defined)
  operations.authenticate.tapPromise('test', async ({ bearer }) => (bearer === 'known' ? bird : undefined))
  operations.authorize.tap('test', ({ permission }, { permissions }) =>
    permission !== null && permissions.includes(permission) ? undefined : `needs ${permission}`,
  )
  return { operations, judge: (credential: { bearer: string | undefined }) => operations.judge(defined, { remote: '', ...credential }) }
}

describe('a call', () => {
  test('of somebody who may is let pass', async () => {
    expect(await registry().judge(somebody)).toBe(bird)
  })

  test('is refused first for its credential: missing and unknown are told apart', async () => {
    const defined = operation({ permission: 'birds:eat' })
    const { judge } = registry({ defined })
    await expect(judge({ bearer: undefined })).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: /^no credential was given/ })
    await expect(judge({ bearer: 'other' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: /^the credential is not known/ })
  })

  test('then for its permission', async () => {
    const { judge } = registry({ defined: operation({ permission: 'birds:eat' }) })
    await expect(judge(somebody)).rejects.toMatchObject({ code: 'FORBIDDEN', details: { permission: 'birds:eat' } })
  })

  test('of an operation without a permission asks for no credential', async () => {
    const { judge } = registry({ defined: operation({ permission: null }) })
    expect(await judge({ bearer: undefined })).toMatchObject({ id: 'anonymous', permissions: [] })
  })

  test('is metered when it arrives, when it is known whose it is, and when its input is known; a throw is a refusal', async () => {
    const { operations, judge } = registry()
    const seen: unknown[] = []
    operations.meter.tap('test', ({ who, input }) => {
      seen.push([who?.name, input])
      if (input) throw new KernelError('TOO_MANY', 'enough')
    })
    const who = await judge(somebody)
    await expect(operations.run(operation(), { song: 'la' }, { ...call, who })).rejects.toMatchObject({ code: 'TOO_MANY' })
    expect(seen).toEqual([
      [undefined, undefined],
      ['bird', undefined],
      ['bird', { song: 'la' }],
    ])
  })

  test('is told of once it is settled, with who asked and why it was refused', async () => {
    const { operations, judge } = registry()
    const told: unknown[] = []
    operations.settled.tap('test', ({ who, error }) => told.push([who?.name, error instanceof KernelError ? error.code : error]))
    await expect(judge({ bearer: 'other' })).rejects.toThrow('not known')
    const who = await judge(somebody)
    await operations.run(operation(), { song: 'la' }, { ...call, who })
    await expect(operations.run(operation(), {}, { ...call, who })).rejects.toThrow('is required')
    expect(told).toEqual([
      [undefined, 'UNAUTHENTICATED'],
      ['bird', undefined],
      ['bird', 'INVALID'],
    ])
  })

  test('while the state is loaded waits, but for what is always open', async () => {
    await expect(registry({ isReady: false }).judge(somebody)).rejects.toMatchObject({ code: 'NOT_READY', retryable: true })
    const open = registry({ isReady: false, defined: operation({ permission: null, isAlwaysOpen: true }) })
    expect(await open.judge({ bearer: undefined })).toMatchObject({ id: 'anonymous' })
  })

  test('is refused where nothing decides who may', async () => {
    const operations = new Operations(() => true)
    operations.define('birds', operation())
    operations.authenticate.tapPromise('test', async () => bird)
    await expect(operations.judge(operation(), somebody)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'nothing decides who may' })
  })

  test('that is repeated is answered by what the first one made, without doing it again', async () => {
    let times = 0
    const defined = operation({ isIdempotent: true, handle: () => ({ times: (times += 1) }) })
    const { operations } = registry({ defined })
    operations.replay.tapPromise('test', async (_operation, _input, { idempotencyKey }) =>
      idempotencyKey === 'again' ? { output: 'the first answer' } : undefined,
    )
    expect(await operations.run(defined, { song: '' }, { ...call, idempotencyKey: 'again' })).toBe('the first answer')
    expect(await operations.run(defined, { song: '' }, { ...call, idempotencyKey: 'new' })).toEqual({ times: 1 })
    expect(await operations.run(defined, { song: '' }, call)).toEqual({ times: 2 })
  })
})

describe('the registry', () => {
  test('refuses a second operation of a name or a route', () => {
    const { operations } = registry()
    expect(() => operations.define('bees', operation({ http: 'GET /api/bees' }))).toThrow('bees and birds both define birds.sing')
    expect(() => operations.define('bees', operation({ name: 'bees.hum' }))).toThrow('bees and birds both define POST /api/birds')
  })

  test('gives another list once an operation has come or gone, so that who read it knows', async () => {
    const { operations } = registry()
    const before = operations.all()
    expect(operations.all()).toBe(before)
    operations.remove('birds.sing')
    expect(operations.all()).toEqual([])
    await expect(operations.run(operation(), { song: '' }, call)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('an input', () => {
  const input = strict({
    name: Type.String({ minLength: 1 }),
    size: Type.Optional(Type.Enum(['small', 'big'])),
    count: Type.Optional(Type.Integer({ minimum: 1 })),
    labels: Type.Optional(Labels),
    inside: Type.Optional(nullable(strict({ deep: Type.Boolean() }))),
    anything: Type.Optional(Type.Unknown()),
  })

  async function refusal(given: object): Promise<readonly FieldError[]> {
    const defined = operation({ input })
    const error: unknown = await registry({ defined })
      .operations.run(defined, given, call)
      .catch((thrown: unknown) => thrown)
    if (!(error instanceof KernelError)) return []
    expect(error.code).toBe('INVALID')
    return error.errors ?? []
  }

  test('that fits is handed on as it is', async () => {
    expect(await refusal({ name: 'a', size: 'big', labels: { 'a/b': 'c' }, anything: [{ x: null }] })).toEqual([])
  })

  test.each<[string, object, FieldError[]]>([
    ['a field that is missing', {}, [{ path: '/name', message: 'is required' }]],
    ['a field of another type', { name: 1 }, [{ path: '/name', message: 'must be string' }]],
    ['a field that is too small', { name: 'a', count: 0 }, [{ path: '/count', message: 'must be >= 1' }]],
    ['none of the choices', { name: 'a', size: 'huge' }, [{ path: '/size', message: 'must be one of small, big' }]],
    [
      'two fields that nobody knows',
      { name: 'a', colour: 1, 'a/b': 2 },
      [
        { path: '/colour', message: 'is not a field of this: leave it out or correct its name' },
        { path: '/a~1b', message: 'is not a field of this: leave it out or correct its name' },
      ],
    ],
    [
      'a label that is none',
      { name: 'a', labels: { '-': 'x' } },
      [{ path: '/labels/-', message: 'is not a field of this: leave it out or correct its name' }],
    ],
    [
      'the zero character, in text and in a key',
      { name: 'a\0', anything: { '\0': 'b' } },
      [
        { path: '/name', message: 'must be text without the zero character and without halves of surrogate pairs' },
        { path: '/anything/\0', message: 'must be text without the zero character and without halves of surrogate pairs' },
      ],
    ],
    [
      'half of a surrogate pair far inside',
      { name: 'a', anything: [{ b: ['\uD83D'] }] },
      [{ path: '/anything/0/b/0', message: 'must be text without the zero character and without halves of surrogate pairs' }],
    ],
  ])('is refused by field, in words: %s', async (_what, given, errors) => {
    expect(await refusal(given)).toEqual(errors)
  })

  test('with a choice of shapes is refused first for what is wrong inside', async () => {
    expect((await refusal({ name: 'a', inside: { deep: 'no' } }))[0]).toEqual({ path: '/inside/deep', message: 'must be boolean' })
  })

  test('says in its sentence the first of them, and how many more there are', async () => {
    const defined = operation({ input })
    const refused = registry({ defined }).operations.run(defined, { name: 'a', one: 1, two: 2 }, call)
    await expect(refused).rejects.toThrow('/one is not a field of this: leave it out or correct its name (and 1 more)')
  })

  test('may be 64 levels deep and no deeper, and nothing overflows', async () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 'core'
      for (let level = 0; level < levels; level += 1) value = [value]
      return value
    }
    expect(await refusal({ name: 'a', anything: nested(63) })).toEqual([])
    expect(await refusal({ name: 'a', anything: nested(64) })).toMatchObject([{ message: 'is nested more than 64 levels deep' }])
    expect(await refusal({ name: 'a', anything: nested(200_000) })).toHaveLength(1)
  })

  test('of which everything is wrong is answered by the first 20', async () => {
    expect(await refusal({ name: 'a', anything: Array<string>(50_000).fill('\0') })).toHaveLength(20)
  })

  test('with however many unknown fields is refused: they do not hide each other', async () => {
    for (const count of [1, 2, 7, 8, 9, 20, 1000]) {
      const unknown = Object.fromEntries(Array.from({ length: count }, (_, at) => [`x${at}`, 1]))
      const errors = await refusal({ name: 'a', ...unknown })
      expect(errors[0]).toEqual({ path: '/x0', message: 'is not a field of this: leave it out or correct its name' })
      expect(errors.length).toBeLessThanOrEqual(20)
      expect(await refusal({ name: 'a', labels: Object.fromEntries(Object.keys(unknown).map((key) => [`-${key}`, 'x'])) })).not.toEqual([])
    }
  })

  test('that a pack has said may have any text in it', async () => {
    const defined = operation({ input, takesAnyText: true })
    const given = { name: 'a', anything: ['\0', '\uD83D'] }
    expect(await registry({ defined }).operations.run(defined, given, call)).toEqual({ sung: given })
  })
})
