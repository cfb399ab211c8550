/** Label selectors, as objects and as kubectl's text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesSelector, page, parseSelector } from '../../kernel/index.ts'
import { aPod } from '../support/builders.ts'

describe('kubectl text', () => {
  test.each([
    ['app=web', { app: 'web' }, true],
    ['app==web', { app: 'api' }, false],
    ['app!=web', {}, true],
    ['tier in (a, b)', { tier: 'b' }, true],
    ['tier in (a,b)', {}, false],
    ['tier notin (a,b)', {}, true],
    ['canary', { canary: '' }, true],
    ['!canary', { canary: '' }, false],
    ['app=web,tier in (a,b),!canary', { app: 'web', tier: 'a' }, true],
    ['example.com/app=web', { 'example.com/app': 'web' }, true],
    ['', {}, true],
  ])('%s over %j is %s', (text, labels, matches) => {
    expect(matchesSelector(parseSelector(text), labels as Record<string, string>)).toBe(matches)
  })

  test.each(['=web', 'a b', 'app in', 'app in (a', 'a=b=c', ',', 'app=>web'])(
    '%s is refused, and the part that is wrong is named',
    (text) => {
      expect(() => parseSelector(text)).toThrow(/is not a requirement: write key=value/)
    },
  )
})

const key = fc.constantFrom('a', 'b', 'c')
const value = fc.constantFrom('', 'x', 'y')
const labels = fc.dictionary(key, value)

describe('laws', () => {
  test('In and NotIn are each other’s opposite, and so are Exists and DoesNotExist', () => {
    fc.assert(
      fc.property(key, fc.array(value, { minLength: 1 }), labels, (name, values, given) => {
        const one = (operator: 'In' | 'NotIn') => matchesSelector({ matchExpressions: [{ key: name, operator, values }] }, given)
        const exists = (operator: 'Exists' | 'DoesNotExist') => matchesSelector({ matchExpressions: [{ key: name, operator }] }, given)
        expect(one('In')).toBe(!one('NotIn'))
        expect(exists('Exists')).toBe(!exists('DoesNotExist'))
      }),
    )
  })

  test('null selects nothing and {} everything', () => {
    fc.assert(
      fc.property(labels, (given) => {
        expect([matchesSelector(null, given), matchesSelector(undefined, given), matchesSelector({}, given)]).toEqual([false, false, true])
      }),
    )
  })
})

describe('pages', () => {
  test('of any size hold everything once, oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (seconds, limit) => {
        const pods = seconds.map((second) => aPod({ createdAt: `2026-01-01T00:00:0${second}.000Z` }))
        const seen: string[] = []
        let cursor: string | null | undefined
        do {
          const answer = page(pods, { limit, ...(cursor ? { cursor } : {}) })
          seen.push(...answer.items.map(({ id }) => id))
          cursor = answer.nextCursor
        } while (cursor !== null)
        const expected = pods.toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1)).map(({ id }) => id)
        expect(seen).toEqual(expected)
      }),
    )
  })

  test('refuse a cursor that no list gave', () => {
    expect(() => page([], { cursor: 'x' })).toThrow('the cursor is not one that a list gave')
  })
})
