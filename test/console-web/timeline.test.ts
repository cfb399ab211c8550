/** From a pod's history to the steps that led it to run. */
import { expect, test } from 'vitest'
import { durationText, stepsOf } from '../../console/web/pods/timeline.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const createdAt = at(0)

test('each step has its time and how long it took, and the one that is waited for is next', () => {
  const history = [
    { at: at(0), newStatus: 'pending' },
    { at: at(2), newStatus: 'scheduled' },
  ] as const
  expect(stepsOf({ createdAt, status: 'scheduled' }, history)).toEqual([
    { name: 'accepted', at: at(0), tookMs: undefined, state: 'done' },
    { name: 'scheduled', at: at(2), tookMs: 2000, state: 'done' },
    { name: 'starting', at: undefined, tookMs: undefined, state: 'next' },
    { name: 'running', at: undefined, tookMs: undefined, state: 'later' },
  ])
})

test('after a restart only the last run counts', () => {
  const history = (['pending', 'scheduled', 'starting', 'running', 'pending', 'starting'] as const).map((newStatus, index) => ({
    at: at(index),
    newStatus,
  }))
  expect(stepsOf({ createdAt, status: 'starting' }, history).map(({ state }) => state)).toEqual(['done', 'later', 'done', 'next'])
})

test('nothing is waited for once it has ended', () => {
  expect(stepsOf({ createdAt, status: 'stopped' }, [{ at: at(0), newStatus: 'pending' }]).map(({ state }) => state)).toEqual([
    'done',
    'later',
    'later',
    'later',
  ])
})

test('durations are in the unit that people would choose', () => {
  expect([35, 1_500, 125_000].map(durationText)).toEqual(['35 ms', '1.5 s', '2 m'])
})
