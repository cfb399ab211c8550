/** What happens, followed as it happens: over REST as lines of JSON, and from the command line. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClusterEvent, PodHistory } from '../../kernel/index.ts'
import { linesOf } from '../../console/cli/log-stream.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server
let env: Record<string, string>
beforeAll(async () => {
  server = await startServer()
  const { token } = await server.makeToken({ kind: 'api', role: 'viewer' })
  env = { STARK_SERVER: server.url, STARK_TOKEN: token, STARK_CONFIG_DIR: temporaryFolder('follow') }
})
afterAll(async () => {
  await endCommands()
  await server?.kill('SIGTERM')
})

async function follow<T>(path: string, signal: AbortSignal): Promise<AsyncGenerator<T>> {
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${server.token}` }, signal })
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  const { body } = response
  if (!body) throw new Error('nothing is followed')
  return (async function* () {
    for await (const line of linesOf(body.pipeThrough(new TextDecoderStream()))) yield JSON.parse(line) as T
  })()
}
const next = async <T>(lines: AsyncGenerator<T>): Promise<T> => {
  const { value, done } = await lines.next()
  if (done) throw new Error('it ended')
  return value
}

test('history and events are answered at once, come as they happen, and only those that are wanted', async () => {
  const left = new AbortController()
  const node = await server.join()
  const pack = await server.push()
  const history = await follow<PodHistory>(`/api/history/follow?node=${node.id}`, left.signal)
  const events = await follow<ClusterEvent>('/api/events/follow?kind=nodes', left.signal)
  const pod = await server.run(pack, { nodeName: node.id })
  expect(await next(history)).toMatchObject({ podId: pod.id, action: 'Scheduled', newNodeId: node.id })
  await server.post(`/api/nodes/${node.id}/cordon`, {})
  expect(await next(events)).toMatchObject({ objectId: node.id, reason: 'Cordoned' })
  left.abort()
  const since = await follow<PodHistory>(`/api/history/follow?pod=${pod.id}&since=2000-01-01T00:00:00Z`, new AbortController().signal)
  expect([(await next(since)).action, (await next(since)).action]).toEqual(['Created', 'Scheduled'])
  node.close()
})

test('the command line lists and follows both', async () => {
  const node = await server.join({ name: 'followed' })
  const followed = (name: string) => server.log.filter(({ path }) => path === `/api/${name}/follow`).length
  const before = [followed('events'), followed('history')]
  const events = new Command(['events', '-f', '--object', 'followed'], { env })
  const history = new Command(['history', '--follow', '-o', 'json'], { env })
  const isFollowed = () => followed('events') > (before[0] ?? 0) && followed('history') > (before[1] ?? 0)
  await waitFor('both to be followed', isFollowed, { timeoutMs: 20_000 })
  await server.post('/api/nodes/followed/cordon', {})
  await server.post('/api/nodes/followed/uncordon', {})
  await waitFor('the events', () => events.lines().length === 3, { timeoutMs: 20_000 })
  expect(events.lines()).toEqual([
    expect.stringMatching(/^LAST +TYPE/),
    expect.stringMatching(/Cordoned +nodes\/followed/),
    expect.stringMatching(/Uncordoned +nodes\/followed/),
  ])
  const pod = await server.run(await server.push())
  await waitFor('the history', () => history.lines().some((line) => (JSON.parse(line) as PodHistory).podId === pod.id))
  expect(await stark(['history', '--pod', pod.id], { env })).toMatch(/Created/)
  expect(await events.kill('SIGINT')).toBe(0)
  node.close()
}, 60_000)
