/** What the audit is narrowed down by: in the address, to the server, and as a command. */
import { describe, expect, test } from 'vitest'
import { auditCommand, filterOf } from '../../console/web/audit/audit-filter.ts'

describe('the filter of the audit', () => {
  test('is what the address has of it, without what is empty or something else', () => {
    expect(filterOf({ result: 'FORBIDDEN', operation: '', sort: '-at' })).toEqual({ result: 'FORBIDDEN' })
  })

  test('has a command that lists the same', () => {
    expect(auditCommand({})).toBe('npx stark audit list')
    expect(auditCommand({ operation: 'pods.create', actorId: 'some body', since: '2026-01-02T03:04:00.000Z' })).toBe(
      "npx stark audit list --actor-id 'some body' --operation pods.create --since 2026-01-02T03:04:00.000Z",
    )
  })
})
