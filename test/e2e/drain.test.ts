/** A drain as an operator sees it: real agents, the real command line, what it waits for, and what ends it. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodeView, Pod } from '../../kernel/index.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const MANY = { timeoutMs: 60_000 }
let server: Server
let env: Record<string, string>
let home: string

beforeAll(async () => {
  server = await startServer()
  home = temporaryFolder('drain')
  const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
  env = { STARK_SERVER: server.url, STARK_TOKEN: token, STARK_CONFIG_DIR: path.join(home, 'config'), HOME: home }
  const source = 'export default async function main(context) { context.ready(); await context.sleep(600_000) }'
  await server.push({ name: 'web' }, source)
  await join('n1')
  const strategy = JSON.stringify({ strategy: { maxSurge: 1, maxUnavailable: 0 } })
  await stark(['call', 'deployments.create', '--pack', 'web', '--replicas', '2', '--input', strategy], { env })
  await waitFor('both pods', async () => (await ready()).length === 2, MANY)
}, 120_000)
afterAll(async () => {
  await endCommands()
  await server?.kill('SIGTERM')
})

async function join(name: string): Promise<void> {
  await new Command(['node', 'join', '--name', name, '--data', path.join(home, name)], { env }).event('joined')
}
const node = async (name: string): Promise<NodeView> => JSON.parse(await stark(['get', 'node', name, '-o', 'json'], { env })) as NodeView
async function ready(): Promise<Pod[]> {
  const { body } = await server.get<{ items: Pod[] }>('/api/pods?status=running')
  return body.items.filter((pod) => pod.ready)
}

describe('stark node drain', () => {
  test('says what it waits for, gives up after --timeout, and the drain goes on without it', async () => {
    const drain = new Command(['node', 'drain', 'n1', '--timeout', '2'], { env })
    expect(await drain.ended).toBe(1)
    expect(drain.stderr).toMatch(/n1 waits for: web \(2 of 2 available; its next pod waits: .*cordoned/)
    expect(drain.stderr).toContain('the drain goes on, and "stark node uncordon n1" ends it')
    expect((await node('n1')).drain).toMatchObject({ doneAt: null, by: expect.any(String) })
    expect(await stark(['get', 'nodes'], { env })).toContain('online, draining')
  }, 60_000)

  test('is only waited for: Ctrl-C leaves it as it is, and uncordon ends it', async () => {
    const drain = new Command(['node', 'drain', 'n1'], { env })
    await waitFor('what it waits for', () => drain.stderr.includes('waits for'), MANY)
    expect(await drain.kill('SIGINT')).toBe(1)
    expect((await node('n1')).drain).not.toBeNull()
    await stark(['node', 'uncordon', 'n1'], { env })
    expect(await node('n1')).toMatchObject({ unschedulable: false, drain: null })
    await waitFor('two pods, where they were', async () => (await ready()).length === 2, MANY)
  }, 60_000)

  test('moves the pods to another node, one by one, and ends when the node is empty', async () => {
    await join('n2')
    const drain = new Command(['node', 'drain', 'n1', '-o', 'json'], { env })
    const counts: number[] = []
    const watching = setInterval(() => void ready().then((pods) => counts.push(pods.length)), 100)
    expect(await drain.ended).toBe(0)
    clearInterval(watching)
    expect(JSON.parse(drain.stdout)).toMatchObject({ name: 'n1', drain: { waitsFor: [], leaving: 0 }, allocated: { pods: 0 } })
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2)
    const { id } = await node('n2')
    expect((await ready()).map(({ nodeId }) => nodeId)).toEqual([id, id])
    expect(await stark(['events', '--object', 'n1'], { env })).toMatch(/Drained/)
  }, 90_000)
})
