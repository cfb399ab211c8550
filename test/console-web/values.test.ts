/** Values as the console shows them, and what it counts by itself. */
import { describe, expect, test } from 'vitest'
import { ago, shellWord } from '../../console/web/format.ts'
import { counted, percent, pressureOf } from '../../console/web/load.ts'
import { aNode } from '../support/builders.ts'

describe('how long ago', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  test.each([
    ['2026-01-01T23:59:59Z', '1 s'],
    ['2026-01-01T23:57:01Z', '2 m'],
    ['2026-01-01T20:00:00Z', '4 h'],
    ['2025-12-01T00:00:00Z', '32 d'],
    ['2026-01-02T00:00:05Z', '0 s'],
    [null, '-'],
  ])('%s is %s', (time, text) => {
    expect(ago(time, now)).toBe(text)
  })
})

test('a word of a command is quoted where a shell would take it apart', () => {
  expect(shellWord('hello-1')).toBe('hello-1')
  expect(shellWord("it's $HOME")).toBe(`'it'\\''s $HOME'`)
})

test('a node is as full as the fullest of its resources, and of nothing there is no share', () => {
  const node = aNode({ allocatable: { cpu: 1_000, memory: 0, pods: 10 } })
  expect(pressureOf({ pods: 2, cpu: 500, memory: 100 }, node)).toBe(0.5)
  expect(pressureOf({ pods: 9, cpu: 500, memory: 100 }, node)).toBe(0.9)
  expect([percent(1, 3), percent(1, 0)]).toEqual(['33 %', '-'])
  expect([counted(0, 'pod'), counted(1, 'pod')]).toEqual(['0 pods', '1 pod'])
})
