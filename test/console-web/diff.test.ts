/** What differs between two texts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diff } from '../../console/web/deployments/diff.ts'

const textOf = (lines: readonly string[]): string => lines.join('\n')

test('from what stays and goes comes the one text, from what stays and comes the other', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const found = diff(textOf(before), textOf(after))
      expect(found.filter(({ is }) => is !== 'new').map(({ text }) => text)).toEqual(before)
      expect(found.filter(({ is }) => is !== 'gone').map(({ text }) => text)).toEqual(after)
    }),
  )
})

test('says the least: a changed line is one that goes and one that comes', () => {
  expect(diff('a\nb\nc\n', 'a\nx\nc\n')).toEqual([
    { is: 'same', text: 'a' },
    { is: 'gone', text: 'b' },
    { is: 'new', text: 'x' },
    { is: 'same', text: 'c' },
  ])
})
