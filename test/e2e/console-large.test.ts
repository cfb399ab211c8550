/** A cluster that is too large for one event, in a real Chromium: nodes first, then their pods in parts, and all of it in the end. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FromServer } from '../../kernel/wire/frames.ts'
import { ConsoleFeed } from '../bench/support/console-feed.ts'
import { ConsolePage } from '../bench/support/console-page.ts'

const SIZE = { nodes: 1_500, pods: 9_500 }
const CHANGES_PER_SECOND = 200
const session = { user: { email: 'a@example.com' }, accessToken: 'a', refreshToken: 'r', expiresAt: '2099-01-01T00:00:00Z' }

let feed: ConsoleFeed
let console: ConsolePage

beforeAll(async () => {
  feed = await ConsoleFeed.start(SIZE)
  console = await ConsolePage.open(session)
}, 120_000)
afterAll(async () => {
  await console?.close()
  await feed?.stop()
})

test('the map has all nodes before the pods have come, and all pods in the end, though they change meanwhile', async () => {
  const parts: { readonly id: number; readonly left: number }[] = []
  console.page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const frame = JSON.parse(payload.toString()) as FromServer
      if (frame.type === 'event' && frame.left !== undefined) parts.push({ id: frame.id, left: frame.left })
    }),
  )
  feed.change(CHANGES_PER_SECOND)
  await console.paint(feed.url, SIZE)
  await expect.poll(() => parts.filter(({ left }) => left === 0).length).toBe(2)
  const [nodes, pods] = [1, 2].map((id) => parts.filter((part) => part.id === id))
  expect(parts).toEqual([...(nodes ?? []), ...(pods ?? [])])
  expect([nodes?.length, nodes?.at(-1)?.left, pods?.length, pods?.at(-1)?.left]).toEqual([2, 0, 10, 0])
  await expect.poll(() => console.page.locator('load-progress progress').count()).toBe(0)
}, 120_000)
