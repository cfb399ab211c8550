/** Forms made from schemas: which fields there are, what they are called, and what becomes of the value. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesOf } from '../../console/web/forms/changes.ts'
import { fieldOf, helpOf, labelOf, withoutNull } from '../../console/web/forms/schema.ts'
import { errorsAt, hasErrorsBelow, merged, pointerOf, valueAt, withValue } from '../../console/web/forms/value.ts'

describe('a schema', () => {
  test.each([
    [{ type: 'string' }, 'text'],
    [{ type: 'string', writeOnly: true, maxLength: 72 }, 'text'],
    [{ type: 'string', writeOnly: true, maxLength: 65_536 }, 'hidden lines'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ enum: ['a', 'b'] }, 'choice'],
    [{ anyOf: [{ enum: ['a'] }, { type: 'null' }] }, 'choice'],
    [{ type: 'array', items: { enum: ['a'] } }, 'choices'],
    [{ type: 'array', items: { type: 'string' } }, 'words'],
    [{ type: 'array', items: { type: 'object', properties: {} } }, 'items'],
    [{ type: 'object', patternProperties: { '^.*$': { type: 'string' } } }, 'pairs'],
    [{ type: 'object', properties: { a: { type: 'string' } } }, 'group'],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 'number or text'],
    [{ anyOf: [{ type: 'object' }, { type: 'array' }] }, 'json'],
    [{}, 'json'],
  ])('%j is a field for %s', (schema, is) => {
    expect(fieldOf(schema).is).toBe(is)
  })

  test('says in words what it takes', () => {
    expect(labelOf('terminationGracePeriodSeconds')).toBe('Termination grace period (s)')
    expect(labelOf('pack')).toBe('Pack')
    expect(helpOf({ type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'items' })).toBe(
      'items; 1 to 500; 100 unless told',
    )
    expect(helpOf({ anyOf: [{ type: 'integer', minimum: 0, maximum: 2_000_000_000, description: 'MB' }, { type: 'null' }] })).toBe('MB')
    expect(withoutNull({ anyOf: [{ type: 'string' }, { type: 'null' }], description: 'who' })).toEqual({
      type: 'string',
      description: 'who',
    })
  })
})

describe('the value of a form', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const path = fc.array(name, { minLength: 1, maxLength: 4 })

  test('has what was put into it, nothing else has changed, and taking it out leaves nothing empty behind', () => {
    const before = { z: { keep: 1 } }
    fc.assert(
      fc.property(path, fc.integer(), (at, given) => {
        const after = withValue(before, at, given)
        expect(valueAt(after, at)).toBe(given)
        expect(valueAt(after, ['z'])).toBe(before.z)
        expect(withValue(after, at, undefined)).toEqual(before)
      }),
    )
  })

  test('keeps the items of a list, also one that has become empty', () => {
    const before = { tolerations: [{ key: 'a' }, { key: 'b' }] }
    expect(withValue(before, ['tolerations', '1', 'key'], 'c')).toEqual({ tolerations: [{ key: 'a' }, { key: 'c' }] })
    expect(withValue(before, ['tolerations', '0', 'key'], undefined)).toEqual({ tolerations: [{}, { key: 'b' }] })
  })

  test('takes a merge patch as RFC 7396 has it', () => {
    expect(merged({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({ a: 'z', c: { d: 'e' } })
    expect(merged({ a: ['b'] }, { a: ['c'] })).toEqual({ a: ['c'] })
  })

  test('knows what the server has against which field', () => {
    const errors = [{ path: '/resources/requests/cpu', message: 'too much' }]
    expect(errorsAt(errors, ['resources', 'requests', 'cpu'])).toEqual(errors)
    expect(errorsAt(errors, ['resources'])).toEqual([])
    expect(hasErrorsBelow(errors, ['resources'])).toBe(true)
    expect(pointerOf(['labels', 'a/b~c'])).toBe('/labels/a~1b~0c')
  })
})

describe('what an update has to say', () => {
  const text = { type: 'string' }
  const schema = {
    properties: {
      quota: { anyOf: [{ type: 'object', properties: { pods: { type: 'integer' } } }, { type: 'null' }] },
      labels: { type: 'object', patternProperties: { '.*': text } },
      roles: { type: 'array', items: { enum: ['admin', 'user'] } },
      policy: text,
    },
  }
  const before = { quota: { pods: 1 }, labels: { a: 'b', c: 'd' }, roles: ['user'], policy: 'spread' }

  test('is nothing when nothing is other, in whatever order it stands', () => {
    expect(changesOf(schema, before, { ...before, labels: { c: 'd', a: 'b' } })).toEqual({})
  })

  test('is only what was changed, and what was emptied as the schema can say it', () => {
    expect(changesOf(schema, before, { ...before, policy: 'binpack' })).toEqual({ policy: 'binpack' })
    expect(changesOf(schema, before, { policy: 'spread' })).toEqual({ quota: null, labels: {}, roles: [] })
    expect(changesOf(schema, before, { ...before, policy: undefined })).toEqual({})
  })
})
