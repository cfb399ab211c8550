/** Logs of pods between the agents that send them and the store that keeps them: bounded, in order, each line once, none lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BYTES_MAX, LINES_MAX, Ring, seqOf } from '../../plugins/logs/ring.ts'
import { Rings } from '../../plugins/logs/rings.ts'
import type { LogChunk, LogLine, LogStore } from '../../plugins/services.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const FLUSH_MS = 100
const POD = 'a-pod'

const line = (number: number, { incarnation = 1, text = `line ${number}` } = {}): LogLine => ({
  seq: seqOf(incarnation, number),
  at: '2026-01-01T00:00:00.000Z',
  level: 'info',
  text,
  incarnation,
})
const lines = (from: number, to: number): LogLine[] => Array.from({ length: to - from + 1 }, (_, at) => line(from + at))
const numbers = (of: readonly LogLine[]): number[] => of.map(({ seq }) => seq % 1_000_000_000)

/** Keeps chunks as the database does: of two that begin with the same line, the first. What it does waits until the test lets it. */
class Store implements LogStore {
  readonly chunks = new Map<string, LogChunk>()
  readonly trims: number[] = []
  readonly waiting: (() => void)[] = []
  appends = 0
  isHeld = false
  failure: 'before' | 'after' | undefined

  append = async (chunks: readonly LogChunk[]): Promise<void> => {
    this.appends += 1
    if (this.isHeld) await new Promise<void>((resolve) => this.waiting.push(resolve))
    const { failure } = this
    if (failure !== 'before') {
      for (const chunk of chunks) {
        const key = `${chunk.podId} ${chunk.firstSeq}`
        if (!this.chunks.has(key)) this.chunks.set(key, chunk)
      }
    }
    if (failure) throw new Error('the store is away')
  }
  read = async (podId: string): Promise<LogChunk[]> =>
    [...this.chunks.values()].filter((chunk) => chunk.podId === podId).sort((a, b) => a.firstSeq - b.firstSeq)
  trim = async (_podId: string, beforeSeq: number): Promise<void> => {
    this.trims.push(beforeSeq)
    for (const [key, { lastSeq }] of this.chunks) if (lastSeq < beforeSeq) this.chunks.delete(key)
  }
  delete = async (podIds: readonly string[]): Promise<void> => {
    for (const [key, { podId }] of this.chunks) if (podIds.includes(podId)) this.chunks.delete(key)
  }
  async stored(podId = POD): Promise<number[]> {
    return numbers((await this.read(podId)).flatMap((chunk) => chunk.lines))
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

function start(store = new Store()) {
  const clock = new VirtualClock()
  const rings = new Rings(store, clock)
  return {
    store,
    rings,
    /** @returns 'stored' or what it failed with, once it is known */
    add(some: readonly LogLine[], podId = POD) {
      const outcome: { is: string } = { is: 'waits' }
      rings.add(podId, some).then(
        () => (outcome.is = 'stored'),
        (error: unknown) => (outcome.is = String(error)),
      )
      return outcome
    },
    async pass(ms = FLUSH_MS) {
      await turns()
      clock.advance(ms)
      await turns()
    },
  }
}

describe('a ring', () => {
  const anything = fc.array(fc.record({ skip: fc.integer({ min: -5, max: 5 }), bytes: fc.integer({ min: 0, max: 16_384 }) }), {
    maxLength: 400,
  })

  test('keeps the newest lines within its bounds, in order and each once, whatever it is given', () => {
    const property = fc.property(anything, fc.integer({ min: 1, max: 50 }), (given, perCall) => {
      const ring = new Ring()
      let number = 0
      const sent = given.map(({ skip, bytes }) => line(Math.max(1, (number += skip)), { text: 'x'.repeat(bytes) }))
      for (let at = 0; at < sent.length; at += perCall) ring.add(sent.slice(at, at + perCall))
      const kept = ring.after(0)
      const seqs = kept.map(({ seq }) => seq)
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
      expect(kept.length).toBeLessThanOrEqual(LINES_MAX)
      expect(kept.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(BYTES_MAX)
      expect(ring.lastSeq).toBe(Math.max(0, ...sent.map(({ seq }) => seq)))
    })
    fc.assert(property)
  })

  test('of a flood keeps the last 1,000 lines', () => {
    const ring = new Ring()
    ring.add(lines(1, 2500))
    expect(numbers(ring.after(0))).toEqual(numbers(lines(1501, 2500)))
  })

  test('gives what comes after a line, as much as is asked for', () => {
    const ring = new Ring(lines(1, 10))
    expect(numbers(ring.after(seqOf(1, 4)).slice(0, 3))).toEqual([5, 6, 7])
    expect(ring.after(seqOf(1, 10))).toEqual([])
  })

  test('takes lines of a new incarnation after all of the old one', () => {
    const ring = new Ring()
    ring.add([line(7), line(1, { incarnation: 2 }), line(8)])
    expect(ring.after(0).map(({ incarnation }) => incarnation)).toEqual([1, 2])
  })
})

describe('lines', () => {
  test('are acknowledged once they are stored, many calls in one step', async () => {
    const { store, add, pass } = start()
    const outcomes = [add(lines(1, 2)), add(lines(3, 4)), add(lines(1, 1), 'other')]
    await pass(FLUSH_MS - 1)
    expect(outcomes.map(({ is }) => is)).toEqual(['waits', 'waits', 'waits'])
    await pass(1)
    expect(outcomes.map(({ is }) => is)).toEqual(['stored', 'stored', 'stored'])
    expect([store.appends, await store.stored(), await store.stored('other')]).toEqual([1, [1, 2, 3, 4], [1]])
  })

  test('that are sent again are stored once, and acknowledged at once', async () => {
    const { store, add, pass } = start()
    add(lines(1, 5))
    await pass()
    const again = add(lines(1, 5))
    await turns()
    expect(again.is).toBe('stored')
    const more = add(lines(4, 7))
    await pass()
    expect([more.is, await store.stored()]).toEqual(['stored', [1, 2, 3, 4, 5, 6, 7]])
  })

  test('whose step failed are told so, and stored with the next ones', async () => {
    const { store, add, pass } = start()
    store.failure = 'before'
    const first = add(lines(1, 3))
    await pass()
    expect(first.is).toContain('the store is away')
    store.failure = undefined
    const second = add(lines(4, 5))
    await pass()
    expect([second.is, await store.stored()]).toEqual(['stored', [1, 2, 3, 4, 5]])
  })

  test('whose step failed are stored with the next ones of any pod', async () => {
    const { store, add, pass } = start()
    store.failure = 'before'
    add(lines(1, 3))
    await pass()
    store.failure = undefined
    add(lines(1, 1), 'other')
    await pass()
    expect(await store.stored()).toEqual([1, 2, 3])
  })

  test('are not lost when a step that failed was stored all the same', async () => {
    const { store, add, pass } = start()
    store.failure = 'after'
    add(lines(1, 3))
    await pass()
    store.failure = undefined
    add(lines(1, 5))
    await pass()
    expect(await store.stored()).toEqual([1, 2, 3, 4, 5])
  })

  test('that come while a step is under way wait for the next one, and none is lost between the two', async () => {
    const { store, add, pass } = start()
    store.isHeld = true
    const first = add(lines(1, 3))
    await pass()
    const second = add(lines(4, 6))
    await pass()
    expect([first.is, second.is, store.appends]).toEqual(['waits', 'waits', 1])
    store.isHeld = false
    for (const resolve of store.waiting) resolve()
    await pass()
    expect([first.is, second.is, await store.stored()]).toEqual(['stored', 'stored', [1, 2, 3, 4, 5, 6]])
  })

  test('are all there in the end, whatever fails and however it is sent again', async () => {
    const step = fc.record({
      more: fc.integer({ min: 0, max: 5 }),
      failure: fc.constantFrom('before', 'after', undefined),
      passes: fc.boolean(),
    })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { store, rings, add, pass } = start()
      let last = 0
      for (const { more, failure, passes } of steps) {
        store.failure = failure
        last += more
        // An agent sends all that was not acknowledged; more than that does no harm.
        if (last > 0) add(lines(1, last))
        if (passes) await pass()
      }
      store.failure = undefined
      add(lines(1, last + 1))
      await pass()
      await pass()
      const all = numbers(lines(1, last + 1))
      expect(await store.stored()).toEqual(all)
      expect(numbers((await rings.of(POD)).after(0))).toEqual(all)
    })
    await fc.assert(property)
  })

  test('of a store that is away for long are bounded, as the ring is', async () => {
    const { store, add, pass } = start()
    store.failure = 'before'
    for (let from = 1; from < 5000; from += 500) {
      add(lines(from, from + 499))
      await pass()
    }
    store.failure = undefined
    add(lines(5001, 5001))
    await pass()
    const stored = await store.stored()
    expect(stored.at(-1)).toBe(5001)
    expect(stored.length).toBeLessThanOrEqual(LINES_MAX + 500)
  })
})

describe('what is stored', () => {
  test('is trimmed once enough of it has left the ring, and never of what the ring has', async () => {
    const { store, add, pass } = start()
    for (let from = 1; from <= 3500; from += 500) {
      add(lines(from, from + 499))
      await pass()
    }
    expect(store.trims).toHaveLength(3)
    const stored = await store.stored()
    expect(stored.slice(-LINES_MAX)).toEqual(numbers(lines(2501, 3500)))
    expect(stored.length).toBeLessThan(2 * LINES_MAX + 500)
  })

  test('is read by a server that was started anew, and goes on where it was', async () => {
    const { store, add, pass } = start()
    add(lines(1, 4))
    await pass()
    const next = start(store)
    expect(numbers((await next.rings.of(POD)).after(0))).toEqual([1, 2, 3, 4])
    next.add(lines(3, 6))
    await next.pass()
    expect(await store.stored()).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('goes with its pod', async () => {
    const { store, rings, add, pass } = start()
    add(lines(1, 4))
    await pass()
    await rings.delete([POD])
    expect([await store.stored(), (await rings.of(POD)).after(0)]).toEqual([[], []])
  })

  test('that cannot be read now can be read later', async () => {
    const { store, rings } = start()
    const { read } = store
    store.read = () => Promise.reject(new Error('the store is away'))
    await expect(rings.of(POD)).rejects.toThrow('away')
    store.read = read
    expect((await rings.of(POD)).after(0)).toEqual([])
  })
})

test('of more than 1,000 rings those that nobody has asked for lately are let go, and read again when somebody does', async () => {
  const { store, rings, add, pass } = start()
  add(lines(1, 2), 'pod 0')
  await pass()
  const first = await rings.of('pod 0')
  const followed = await rings.of('followed')
  followed.follow(() => undefined)
  for (let pod = 1; pod <= 1500; pod += 1) await rings.of(`pod ${pod}`)
  await turns()
  const again = await rings.of('pod 0')
  expect(again).not.toBe(first)
  expect(numbers(again.after(0))).toEqual([1, 2])
  expect(await rings.of('followed')).toBe(followed)
  expect(store.chunks.size).toBe(1)
})
