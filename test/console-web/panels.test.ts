/** Colourings of the map by plugins: what they say is taken for what it can be. */
import { expect, test } from 'vitest'
import type { Palette } from '../../console/web/map/palette.ts'
import { colouringByPlugin } from '../../console/web/panels/colouring.ts'
import { aNode, aPod } from '../support/builders.ts'

const palette = { scale: ['least', 'middle', 'most'], tones: { still: 'none' } } as unknown as Palette

test.each([
  [0, 'least'],
  [0.5, 'middle'],
  [1, 'most'],
  [7, 'most'],
  [-1, 'least'],
  [Number.NaN, 'none'],
])('%s is coloured %s', (share, colour) => {
  expect(colouringByPlugin({ of: () => share, least: 'a', most: 'b' }, palette).pod(aPod(), aNode(), { pods: 1, cpu: 0, memory: 0 })).toBe(
    colour,
  )
})

test('one that throws leaves its pods without a colour, and the key names the ends', () => {
  const thrower = (): number => {
    throw new Error('not mine')
  }
  const colouring = colouringByPlugin({ of: thrower, least: 'little', most: 'much' }, palette)
  expect(colouring.pod(aPod(), aNode(), { pods: 1, cpu: 0, memory: 0 })).toBe('none')
  expect(colouring.key().map(({ text }) => text)).toEqual(['little', '', 'much'])
})
