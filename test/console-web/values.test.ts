/** Values as the console shows them, and what it counts by itself. */
import { describe, expect, test } from 'vitest'
import { ago, shellWord } from '../../console/web/format.ts'
import { loadOf, loads } from '../../console/web/load.ts'
import { aNode, aPod } from '../support/builders.ts'

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

test('a node holds what its pods ask for until they have ended', () => {
  const node = aNode()
  const resources = { requests: { cpu: 200, memory: 50 }, limits: {} }
  const running = aPod({ nodeId: node.id, status: 'running', resources })
  const starting = aPod({ nodeId: node.id, status: 'starting', resources })
  const ended = aPod({ nodeId: node.id, status: 'succeeded', resources })
  const nowhere = aPod({ nodeId: null, resources })
  expect(loadOf(loads([running, starting, ended, nowhere]), node)).toEqual({ pods: 2, cpu: 400, memory: 100 })
  expect(loadOf(loads([]), node)).toEqual({ pods: 0, cpu: 0, memory: 0 })
})
