/** What the audit is narrowed down by: in the address, to the server, and as a command. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditCommand, filterOf, localTime, universalTime } from '../../console/web/audit/audit-filter.ts'

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

  test('means the same moment in the address as in the field, to the minute, in any season', () => {
    const minute = fc.integer({ min: 1, max: 40_000_000 }).map((minutes) => new Date(minutes * 60_000 + 86_400_000).toISOString())
    // The hour that the clocks go through twice has two moments for one text.
    const isTwice = (time: string): boolean => [-1, 1].some((hours) => localTime(shifted(time, hours)) === localTime(time))
    fc.assert(
      fc.property(
        minute.filter((time) => !isTwice(time)),
        (time) => {
          expect(universalTime(localTime(time))).toBe(time)
        },
      ),
    )
  })

  test('is empty where there is no time, and waits for a year that is being typed', () => {
    expect(localTime('yesterday')).toBe('')
    expect(universalTime('')).toBe('')
    expect(universalTime('0202-01-02T03:04')).toBeUndefined()
  })
})

const shifted = (time: string, hours: number): string => new Date(Date.parse(time) + hours * 3_600_000).toISOString()
