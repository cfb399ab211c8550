/** Things that grow and their limits: the log ring, the key-value store, lines out of bytes, the throttle. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { LogRing } from '../../agents/log-ring.ts'
import { LineSplitter } from '../../agents/node/lines.ts'
import { memoryKeyValues } from '../../agents/pod-kv.ts'
import { throttleLatest } from '../../agents/throttle.ts'

const line = (text: string) => ({ at: 0, level: 'info' as const, text })

describe('a log ring', () => {
  test('keeps the newest lines that fit both limits, numbered without a gap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        (texts, lines, bytes) => {
          const ring = new LogRing({ lines, bytes })
          for (const text of texts) ring.push(line(text))
          const all = texts.map((text, index) => ({ seq: index + 1, ...line(text) }))
          const sizeOf = (kept: { text: string }[]) => kept.reduce((sum, { text }) => sum + text.length, 0)
          let expected = all.slice(-lines)
          while (sizeOf(expected) > bytes) expected = expected.slice(1)
          expect(ring.after()).toEqual(expected)
          expect(ring.length).toBe(expected.length)
        },
      ),
    )
  })

  test('tells what came after a number, also one that it has forgotten', () => {
    const ring = new LogRing({ lines: 3 })
    for (const text of 'abcde') ring.push(line(text))
    const seqs = (after: number, limit?: number) => ring.after(after, limit).map(({ seq }) => seq)
    expect(seqs(0)).toEqual([3, 4, 5])
    expect(seqs(3)).toEqual([4, 5])
    expect(seqs(0, 2)).toEqual([3, 4])
    expect(seqs(5)).toEqual([])
    expect(seqs(99)).toEqual([])
  })
})

describe('the key-value store', () => {
  test('refuses what is over a limit, keeps what was there, and gives room back', () => {
    const kv = memoryKeyValues({ bytesMax: 100 })
    expect(kv.set('a', 'k', '"12345678"')).toBeUndefined()
    expect(kv.set('b', 'big', `"${'x'.repeat(60)}"`)).toBe('the key-value store of this node is full: 100 bytes is the most')
    expect(kv.get('b', 'big')).toBeUndefined()
    kv.delete('a', 'k')
    expect(kv.set('b', 'k', `"${'x'.repeat(40)}"`)).toBeUndefined()
    // Replacing needs room for the difference only.
    expect(kv.set('b', 'k', `"${'y'.repeat(40)}"`)).toBeUndefined()
  })

  test('has a limit of keys a namespace, of a key and of a value', () => {
    const kv = memoryKeyValues()
    for (let i = 0; i < 1000; i++) expect(kv.set('a', `k${i}`, '1')).toBeUndefined()
    expect(kv.set('a', 'one more', '1')).toBe('the namespace has 1000 keys on this node, and 1000 is the most')
    expect(kv.set('a', 'k1', '2')).toBeUndefined()
    expect(kv.set('b', 'x'.repeat(513), '1')).toBe('the key has 513 characters, and 512 is the most')
    expect(kv.set('b', 'k', `"${'é'.repeat(40_000)}"`)).toBe('the value of k has 80002 bytes of JSON, and 65536 is the most')
  })
})

describe('a line splitter', () => {
  test('finds the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (text, sizes) => {
        const lines: string[] = []
        const splitter = new LineSplitter({ bytesMax: 1000, onLine: (each) => lines.push(each), onTooLong: () => expect.unreachable() })
        const bytes = Buffer.from(text)
        for (let start = 0, turn = 0; start < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          splitter.push(bytes.subarray(start, start + size))
          start += size
        }
        splitter.end()
        const expected = Buffer.from(text).toString().split('\n')
        expect(lines).toEqual(expected.at(-1) === '' ? expected.slice(0, -1) : expected)
      }),
    )
  })

  test('never holds more than its limit', () => {
    const [lines, heads]: [string[], string[]] = [[], []]
    const splitter = new LineSplitter({ bytesMax: 4, onLine: (text) => lines.push(text), onTooLong: (head) => heads.push(head) })
    splitter.push(Buffer.from('abcdefghij\nxy\n'))
    expect({ lines, heads }).toEqual({ lines: ['ij', 'xy'], heads: ['abcd', 'efgh'] })
  })
})

test('a throttle hands on the first at once, then only the latest', () => {
  vi.useFakeTimers()
  const seen: number[] = []
  const throttle = throttleLatest((value: number) => seen.push(value), 100)
  for (const value of [1, 2, 3]) throttle.write(value)
  expect(seen).toEqual([1])
  vi.advanceTimersByTime(100)
  expect(seen).toEqual([1, 3])
  throttle.write(4)
  throttle.flush()
  expect(seen).toEqual([1, 3, 4])
  vi.advanceTimersByTime(1000)
  expect(seen).toEqual([1, 3, 4])
  vi.useRealTimers()
})
