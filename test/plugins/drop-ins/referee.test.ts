/** What a referee counts, when it puts a plugin out, and what makes no sense. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  CALL_MS_MAX,
  NODE_MS_MAX,
  Nonsense,
  Referee,
  STRIKES_MAX,
  STRIKES_WITHIN_MS,
  type Fault,
} from '../../../plugins/drop-ins/referee.ts'
import { mustBeSome } from '../../../plugins/drop-ins/sense.ts'

let now = 0
let spent = 0
let faults: Fault[] = []
let out: string[] = []
let referee: Referee
beforeEach(() => {
  now = 0
  spent = 0
  faults = []
  out = []
  referee = new Referee({
    now: () => now,
    stopwatch: () => spent,
    onFault: (fault) => faults.push(fault),
    onOut: (reason) => out.push(reason),
  })
})

const taking = (ms: number) => () => void (spent += ms)
const throwing = () => {
  throw new Error('oh')
}
const callTimes = (count: number, run: () => unknown): void => {
  for (let index = 0; index < count; index += 1) run()
}

describe('strikes', () => {
  test('put out at the last of them, once, and are not told after that', () => {
    const strike = referee.contained('filter', throwing, { instead: undefined })
    callTimes(STRIKES_MAX - 1, strike)
    expect(out).toEqual([])
    callTimes(10, strike)
    expect(out).toEqual([`${STRIKES_MAX} faults within 60 s, the last: its filter threw Error: oh`])
    expect(faults).toHaveLength(STRIKES_MAX)
    expect(referee.counters.threw).toBe(STRIKES_MAX + 9)
  })

  test('are forgotten after a while', () => {
    const strike = referee.contained('filter', throwing, { instead: undefined })
    callTimes(20, () => {
      strike()
      now += STRIKES_WITHIN_MS / (STRIKES_MAX - 1)
    })
    expect(out).toEqual([])
  })

  test('carry what was thrown, and go on to the caller where it can say so', () => {
    const nonsense = referee.watched(
      'score',
      () => 5,
      () => {
        throw new Nonsense('said 5')
      },
    )
    expect(nonsense).toThrow('said 5')
    expect(() => referee.watched('filter', throwing)()).toThrow('oh')
    expect(faults).toMatchObject([
      { kind: 'nonsense', where: 'score', text: 'said 5' },
      { kind: 'threw', where: 'filter', text: 'Error: oh', error: new Error('oh') },
    ])
  })
})

describe('time', () => {
  test('of one call may be the most, and not more', () => {
    referee.watched('filter', taking(CALL_MS_MAX))()
    expect(faults).toEqual([])
    referee.watched('filter', taking(CALL_MS_MAX + 1))()
    expect(faults).toMatchObject([{ kind: 'slow', text: 'took 51 ms, and 50 is the most' }])
  })

  test('of a question asked of each node counts on average, so that one slow node is none', () => {
    const ask = referee.watchedPerNode(
      'filter',
      (ms: number) => void (spent += ms),
      () => undefined,
    )
    ask(NODE_MS_MAX * 40)
    callTimes(99, () => ask(NODE_MS_MAX / 2))
    expect(faults).toEqual([])
    callTimes(100, () => ask(NODE_MS_MAX * 2))
    expect(faults).toMatchObject([{ kind: 'slow', text: 'took 2 ms a node, and 1 is the most' }])
  })

  test('that the kernel spends for the plugin is not the plugin’s', () => {
    referee.watched('filter', () => {
      taking(3)()
      referee.elsewhere(taking(1000))
      taking(4)()
    })()
    expect(faults).toEqual([])
    expect(referee.counters).toMatchObject({ calls: 1, ms: 7 })
  })

  test('of a call inside a call is counted once', () => {
    const inner = referee.watched('callback', taking(20))
    referee.watched('filter', () => referee.elsewhere(() => callTimes(5, inner)))()
    expect(referee.counters).toMatchObject({ calls: 6, ms: 100 })
    expect(faults).toEqual([])
  })

  test('that a promise takes is not counted, but what it is rejected with is', async () => {
    const later = referee.containedLater('timer', async () => {
      await Promise.resolve()
      throw new Error('late')
    })
    await later()
    expect(faults).toMatchObject([{ kind: 'threw', where: 'timer', text: 'Error: late' }])
  })
})

describe('of many nodes at once', () => {
  const before = Int32Array.of(2, 5, 7, 9)

  test.each([
    ['none', 0, []],
    ['some', 2, [5, 9]],
    ['all', 4, [2, 5, 7, 9]],
  ])('%s may be kept', (_what, left, slots) => {
    expect(() => mustBeSome(left, Int32Array.from(slots), before)).not.toThrow()
  })

  test.each([
    ['more than there are', 5, [2, 5, 7, 9, 11]],
    ['a part of one', 0.5, []],
    ['nothing said', undefined, []],
    ['one that was not asked about', 1, [3]],
    ['one twice', 2, [5, 5]],
    ['another order', 2, [7, 5]],
  ])('%s makes no sense', (_what, left, slots) => {
    expect(() => mustBeSome(left, Int32Array.from(slots), before)).toThrow(/^kept /)
  })
})
