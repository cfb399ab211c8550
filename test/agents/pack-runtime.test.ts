/** The pack's side of the contract that needs no isolate: messages, requests, and what stands in the way of a flood. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentClock } from '../../agents/clock.ts'
import { LogLimit, cut, runPack } from '../../agents/pack-runtime.ts'
import type { PackMain } from '../../agents/pack.ts'
import type { Boot, FromPod, ToPod } from '../../agents/pod-messages.ts'
import { waitFor } from '../support/wait-for.ts'

const boot: Boot = {
  pod: { id: 'p', name: 'p', namespace: 'default', labels: {}, attempt: 1 },
  node: { id: 'n', name: 'n' },
  env: {},
  args: [],
  bundleUrl: 'file:///pack.mjs',
}

/** Runs main in this very thread, and gives back the console that the runtime takes. */
function run(main: PackMain) {
  const posted: FromPod[] = []
  let listener: (message: ToPod) => void = () => undefined
  const before = { ...console }
  const port = { post: (message: FromPod) => void posted.push(message), onMessage: (next: typeof listener) => void (listener = next) }
  const { ended } = runPack({ port, boot, load: async () => ({ default: main }), runtimeUrl: 'file:///runtime.mjs' })
  Object.assign(console, before)
  return {
    posted,
    tell: (message: ToPod) => listener(message),
    ended,
    running: () => waitFor('main', () => posted.some(({ type }) => type === 'running')),
  }
}

describe('a pack that listens', () => {
  test('hears messages until it takes its listener away', async () => {
    const heard: unknown[] = []
    const { tell, running } = run(async (context) => {
      const stop = context.on('message', ({ from, data }) => {
        heard.push([from, data])
        stop()
      })
      await context.sleep(60_000)
    })
    await running()
    tell({ type: 'message', from: 'a', data: 1 })
    tell({ type: 'message', from: 'a', data: 2 })
    expect(heard).toEqual([['a', 1]])
    tell({ type: 'stop', reason: 'Done', graceMs: 1 })
  })

  test('answers requests with what its newest listener returns, or why it cannot', async () => {
    const { posted, tell, running } = run(async (context) => {
      context.on('request', () => 'old')
      context.on('request', async ({ data }) => {
        if (data === 'bad') throw new Error('not that')
        return { pong: data }
      })
      await context.sleep(60_000)
    })
    await running()
    tell({ type: 'request', id: 1, from: 'a', data: 'ping' })
    tell({ type: 'request', id: 2, from: 'a', data: 'bad' })
    await waitFor('both answers', () => posted.length >= 3)
    expect(posted.slice(1)).toEqual([
      { type: 'answer', id: 1, value: { pong: 'ping' } },
      { type: 'failure', id: 2, message: 'not that' },
    ])
    tell({ type: 'stop', reason: 'Done', graceMs: 1 })
  })

  test('says so when it answers no requests, and logs what a listener throws', async () => {
    const { posted, tell, running } = run(async (context) => {
      context.on('message', () => {
        throw new Error('cannot hear')
      })
      await context.sleep(60_000)
    })
    await running()
    tell({ type: 'request', id: 7, from: 'a', data: 0 })
    tell({ type: 'message', from: 'a', data: 0 })
    await waitFor('the log line', () => posted.some(({ type }) => type === 'log'))
    expect(posted).toContainEqual({ type: 'failure', id: 7, message: 'the pod does not listen for requests' })
    expect(posted).toContainEqual(expect.objectContaining({ level: 'error', text: expect.stringContaining('cannot hear') }))
    tell({ type: 'stop', reason: 'Done', graceMs: 1 })
  })
})

test('progress outside of 0 to 1 is the mistake of the pack', async () => {
  const { ended } = run((context) => context.progress(1.5))
  expect(await ended).toMatchObject({
    status: 'failed',
    error: { name: 'TypeError', message: 'progress is a number from 0 to 1, and not 1.5' },
  })
})

describe('what is to happen in more than 24.8 days, which is all that a timer takes,', () => {
  const DAY_MS = 86_400_000
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('a pack sleeps that long', async () => {
    let isAwake = false
    run(async (context) => {
      await context.sleep(60 * DAY_MS)
      isAwake = true
    })
    await vi.advanceTimersByTimeAsync(59 * DAY_MS)
    expect(isAwake).toBe(false)
    await vi.advanceTimersByTimeAsync(DAY_MS)
    expect(isAwake).toBe(true)
  })

  test('an agent does when it is due, and does not when it is cancelled meanwhile', () => {
    const done: string[] = []
    agentClock.after(60 * DAY_MS, () => done.push('due'))
    const cancel = agentClock.after(60 * DAY_MS, () => done.push('cancelled'))
    vi.advanceTimersByTime(59 * DAY_MS)
    expect(done).toEqual([])
    cancel()
    vi.advanceTimersByTime(DAY_MS)
    expect(done).toEqual(['due'])
  })
})

describe('a limit of lines', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const flood = (limit: LogLimit, count: number) => Array.from({ length: count }, (_, i) => limit.write('info', `line ${i}`))
  const limited = () => {
    const lines: string[] = []
    return { lines, limit: new LogLimit(({ text }) => void lines.push(text), 10) }
  }

  test('loses none silently', () => {
    const { lines, limit } = limited()
    flood(limit, 25)
    limit.flush()
    expect(lines).toEqual([...Array.from({ length: 10 }, (_, i) => `line ${i}`), '15 lines dropped: more than 10 a second'])
  })

  test.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is what it was when the clock of the machine is put %s', (_, byMs) => {
    const { lines, limit } = limited()
    flood(limit, 5)
    vi.setSystemTime(Date.now() + byMs)
    flood(limit, 25)
    expect(lines).toHaveLength(10)
    vi.advanceTimersByTime(1_000)
    lines.length = 0
    flood(limit, 25)
    expect(lines).toHaveLength(10)
  })
})

test('a cut text has exactly the length that is allowed', () => {
  expect(cut('x'.repeat(1000), 100)).toHaveLength(100)
  expect(cut('short', 100)).toBe('short')
})
