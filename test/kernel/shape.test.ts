/** Records of one shape: what their copies hold, whatever the names of the fields, and where no code may be made from text. */
import fc from 'fast-check'
import { Type, type TObject } from 'typebox'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { shapeOf } from '../../kernel/shape.ts'

const schema = Type.Object({ id: Type.String(), count: Type.Number(), note: Type.Optional(Type.String()) })

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A schema of some fields, and a record that has all that are required and some of the others. */
const schemas = fc
  .uniqueArray(fc.oneof(fc.stringMatching(/^[a-zA-Z]\w{0,8}$/), fc.string(), fc.constantFrom('__proto__', 'constructor', 'class', 'a b')), {
    minLength: 1,
    maxLength: 12,
  })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), isOptional: fc.boolean(), value: fc.option(fc.jsonValue()) }))),
  )

const schemaOf = (fields: readonly { name: string; isOptional: boolean }[]): TObject =>
  Type.Object(
    Object.fromEntries(fields.map(({ name, isOptional }) => [name, isOptional ? Type.Optional(Type.Unknown()) : Type.Unknown()] as const)),
  )

const entriesOf = (record: object): [string, unknown][] => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))

describe.each([
  ['where code may be made from text', () => undefined],
  [
    'where no code may be made from text',
    () =>
      vi.stubGlobal('Function', function () {
        throw new EvalError('call to Function() blocked by CSP')
      }),
  ],
])('a shape %s', (_where, prepare) => {
  test('copies a frozen record into one that may be changed, and leaves the record alone', () => {
    prepare()
    const record = Object.freeze({ id: 'a', count: 1, note: 'n' })
    const copy = shapeOf(schema).copy(record)
    expect(copy).toEqual(record)
    copy['count'] = 2
    expect(record.count).toBe(1)
  })

  test('does not invent a field that a record may be without', () => {
    prepare()
    const { copy, make } = shapeOf(schema)
    expect(Object.keys(copy({ id: 'a', count: 1 }))).toEqual(['id', 'count'])
    expect(Object.keys(make({ count: 1, id: 'a' }))).toEqual(['id', 'count'])
  })

  test('keeps a field that the schema does not have, so that the check can name it', () => {
    prepare()
    expect(shapeOf(schema).make({ id: 'a', count: 1, odd: true })).toEqual({ id: 'a', count: 1, odd: true })
  })

  test('copies every record of every schema', () => {
    prepare()
    fc.assert(
      fc.property(schemas, (fields) => {
        const given = fields.filter(({ isOptional, value }) => !isOptional || value !== null)
        const record = Object.freeze(Object.fromEntries(given.map(({ name, value }) => [name, value])))
        expect(entriesOf(shapeOf(schemaOf(fields)).copy(record))).toEqual(entriesOf(record))
      }),
    )
  })
})
