/** Readers of what happens: each at its own pace, none misses anything, and who falls too far behind is told. */
import { describe, expect, test } from 'vitest'
import { Followers } from '../../kernel/index.ts'

const records = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => ({ number: from + at }))
async function take(reader: AsyncGenerator<{ number: number }>, count: number): Promise<number[]> {
  const taken: number[] = []
  while (taken.length < count) {
    const { value, done } = await reader.next()
    if (done) break
    taken.push(value.number)
  }
  return taken
}

describe('a follower', () => {
  test('gets what there was, then all that is told from its beginning on, also before it reads', async () => {
    const followers = new Followers<{ number: number }>()
    const reader = followers.follow(records(1, 2), { isWanted: () => true, signal: undefined })
    followers.tell(records(3, 4))
    expect(await take(reader, 4)).toEqual([1, 2, 3, 4])
    const next = reader.next()
    followers.tell(records(5, 5))
    expect((await next).value).toEqual({ number: 5 })
  })

  test('gets what it wants only, and others are not held up by it', async () => {
    const followers = new Followers<{ number: number }>()
    const even = followers.follow([], { isWanted: ({ number }) => number % 2 === 0, signal: undefined })
    const all = followers.follow([], { isWanted: () => true, signal: undefined })
    followers.tell(records(1, 4))
    expect(await take(all, 4)).toEqual([1, 2, 3, 4])
    expect(await take(even, 2)).toEqual([2, 4])
  })

  test('ends with its signal, while it waits and before it reads', async () => {
    const followers = new Followers<{ number: number }>()
    for (const isReading of [true, false]) {
      const left = new AbortController()
      const reader = followers.follow([], { isWanted: () => true, signal: left.signal })
      const next = isReading ? reader.next() : undefined
      left.abort()
      expect(await (next ?? reader.next())).toEqual({ value: undefined, done: true })
    }
  })

  test('that is too far behind is told so, and forgotten', async () => {
    const followers = new Followers<{ number: number }>()
    const reader = followers.follow([], { isWanted: () => true, signal: undefined })
    for (let told = 0; told < 11; told += 1) followers.tell(records(1, 1_000))
    await expect(reader.next()).rejects.toMatchObject({ code: 'TOO_MANY' })
  })
})
