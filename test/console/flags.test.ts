/** From schemas to flags, and from what was typed back to values. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addPair, flagsOf, toTaint, type Flag } from '../../console/cli/flags.ts'
import type { Field, Schema } from '../../console/cli/registry.ts'

const field = (name: string, schema: Schema, isRequired = false): Field => ({ name, in: 'body', isRequired, schema })
function flagFor(schema: Schema, name = 'nodeName'): Flag {
  const [flag] = flagsOf([field(name, schema)])
  if (!flag) throw new Error('no flag')
  return flag
}
const labels: Schema = { type: 'object', patternProperties: { '^[a-z]+$': { type: 'string' } } }
const weights: Schema = { type: 'object', patternProperties: { '^[a-z]+$': { type: 'integer' } } }
const taints: Schema = { type: 'array', items: { type: 'object', required: ['key', 'effect'], properties: {} } }

describe('a flag', () => {
  test('is the name of the field in words', () => {
    expect(flagFor({ type: 'string' }, 'terminationGracePeriodSeconds').long).toBe('--termination-grace-period-seconds')
  })

  test.each([
    ['text', { type: 'string' }, 'true', 'true'],
    ['a number', { type: 'integer' }, '12', 12],
    ['a choice', { enum: ['a', 'b'] }, 'b', 'b'],
    ['JSON where nothing simpler would do', { type: 'object', properties: {} }, '{"cpu":1}', { cpu: 1 }],
    ['nothing for null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'null', null],
    ['a name with a number', weights, 'taints=3', { taints: 3 }],
    ['a number that could be null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, '3', 3],
  ])('reads %s', (_, schema: Schema, text, value) => {
    expect(flagFor(schema).parse(text, undefined)).toEqual(value)
  })

  test.each([
    ['a number', { type: 'integer' }, 'ten', 'number'],
    ['no number', { type: 'integer' }, ' ', 'number'],
    ['JSON', { type: 'object', properties: {} }, '{cpu}', 'JSON'],
    ['a pair', labels, 'tier', 'key=value'],
    ['a pair with a key', labels, '=web', 'key=value'],
    ['a number behind a name', weights, 'taints=much', 'number'],
    ['a taint', taints, 'gpu=true', 'key=value:Effect'],
    ['a taint with an effect that exists', taints, 'gpu=true:Never', 'key=value:Effect'],
  ])('says that it expects %s', (_, schema: Schema, text, expected) => {
    expect(() => flagFor(schema).parse(text, undefined)).toThrow(expected)
  })

  test('that adds up is named in the singular, unless that is another field', () => {
    expect(flagsOf([field('labels', labels)]).map(({ long, field }) => [long, field])).toEqual([['--label', 'labels']])
    expect(flagsOf([field('labels', labels), field('label', { type: 'string' })]).map(({ long }) => long)).toEqual(['--labels', '--label'])
  })

  test('that means something else for every command is left out', () => {
    expect(flagsOf([field('server', { type: 'string' }), field('name', { type: 'string' })], ['--server']).map(({ long }) => long)).toEqual(
      ['--name'],
    )
  })

  test('says what the schema says, its default, and that it is required', () => {
    expect(flagFor({ type: 'integer', description: 'items', default: 100 }).description).toBe('items (default 100)')
    expect(flagsOf([field('kind', { enum: ['a'] }, true)])).toMatchObject([{ isRequired: true, choices: ['a'] }])
  })
})

describe('what was typed', () => {
  const key = fc.stringMatching(/^[A-Za-z][\w./-]{0,20}$/)

  test('as pairs becomes the object that they spell', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.string()), (pairs) => {
        const typed = Object.entries(pairs).map(([name, value]) => `${name}=${value}`)
        expect(typed.reduce<Record<string, string>>((before, text) => addPair(text, before), {})).toEqual({ ...pairs })
      }),
    )
  })

  test('as a taint becomes the taint that it spells', () => {
    const taint = fc.record(
      { key, value: fc.stringMatching(/^[A-Za-z0-9._-]{0,10}$/), effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute') },
      { requiredKeys: ['key', 'effect'] },
    )
    fc.assert(
      fc.property(taint, (each) => {
        expect(toTaint(`${each.key}${each.value === undefined ? '' : `=${each.value}`}:${each.effect}`)).toEqual({ ...each })
      }),
    )
  })

  test('again and again becomes a list, in order', () => {
    const { parse } = flagFor({ type: 'array', items: { type: 'string' } })
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
        expect(texts.reduce<unknown>((before, text) => parse(text, before), undefined)).toEqual(texts)
      }),
    )
  })
})
