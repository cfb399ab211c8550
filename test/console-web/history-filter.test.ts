/** What the history of pods is narrowed down by: in the address, to the server, and as a command. */
import { describe, expect, test } from 'vitest'
import { filterOf, historyCommand, inputOf } from '../../console/web/history/history-filter.ts'

const NOW = Date.parse('2026-01-02T03:15:00.000Z')
const idOf = (name: string): string | undefined => (name === 'node-7' ? 'id-of-7' : undefined)

describe('the filter of the history', () => {
  test('is what the address has of it, without what is empty or something else', () => {
    expect(filterOf({ pod: 'web', reason: '', sort: '-at' })).toEqual({ pod: 'web' })
  })

  test('begins lately where no time is named, and nowhere else', () => {
    expect(inputOf({}, { idOf, nowMs: NOW })).toEqual({ since: '2026-01-02T03:00:00.000Z' })
    expect(inputOf({ until: '2025-01-01T00:00:00.000Z' }, { idOf, nowMs: NOW })).toEqual({ until: '2025-01-01T00:00:00.000Z' })
  })

  test('names a node by its id, whichever of both the address has', () => {
    const since = '2026-01-01T00:00:00.000Z'
    expect(inputOf({ node: 'node-7', since }, { idOf, nowMs: NOW })).toEqual({ node: 'id-of-7', since })
    expect(inputOf({ node: 'id-of-7', since }, { idOf, nowMs: NOW })).toEqual({ node: 'id-of-7', since })
  })

  test('has a command that shows the same, and goes on where there is no end', () => {
    expect(historyCommand({ pod: 'a pod', reason: 'NodeLost' })).toBe("npx stark history --pod 'a pod' --reason NodeLost -f")
    expect(historyCommand({ until: '2026-01-01T00:00:00.000Z' })).toBe('npx stark history --until 2026-01-01T00:00:00.000Z')
  })
})
