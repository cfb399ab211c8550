/**
 * A real agent that is killed, stopped, or not alone: its pods die with it, none runs twice, and none is lost that somebody could still
 * run. What it is told by a control plane that is gone is test/sim/agents.test.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { childrenOf, isAlive, processesNaming } from '../agents/processes.ts'
import { Command, endCommands } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

/** From before it is connected to long after it has started pods. */
const INSTANTS_MS = [150, 350, 450, 550, 650, 800, 1_000, 1_500]
const HEARTBEAT_TIMEOUT_MS = 5_000

/** Each says who it is, once a start. */
const SPINS = `export default function main(context) { context.log.info('pid ' + process.pid); for (;;); }`
const WAITS = `export default async function main(context) { context.log.info('pid ' + process.pid); await context.sleep(600_000) }`

let server: Server
let packs: Pack[]
let waits: Pack

beforeAll(async () => {
  server = await startServer()
  await server.patch('/api/cluster', {
    heartbeatIntervalMs: 1_000,
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
    unreachableTolerationSeconds: 5,
  })
  waits = await server.push({}, WAITS)
  packs = [await server.push({}, SPINS), waits]
})
afterEach(endCommands)
afterAll(async () => {
  await server.kill('SIGTERM')
})

/** @returns what starts the agent of one node, each time the same */
async function aNode(name: string): Promise<() => Command> {
  const { token } = await server.makeToken({ kind: 'join' })
  const args = ['node', 'join', '--server', server.url, '--token', token, '--name', name, '--data', temporaryFolder(name)]
  return () => new Command(args)
}
const hasEnded = ({ status }: Pod): boolean => ['succeeded', 'failed', 'stopped', 'evicted'].includes(status)
const runOn = (nodeName: string, pack: Pack): Promise<Pod> => server.run(pack, { nodeName, restartPolicy: 'Never' })
const running = async (pod: Pod): Promise<Pod> => server.until(pod, ({ status }) => status === 'running')
async function pidsOf({ id }: Pod): Promise<number[]> {
  const { body } = await server.get<{ items: { text: string }[] }>(`/api/pods/${id}/logs`)
  return body.items.map(({ text }) => Number(text.slice(4)))
}
const pidOf = (pod: Pod): Promise<number> => waitFor('the pod to say its pid', async () => (await pidsOf(pod)).at(-1))
const idOf = async (name: string): Promise<string> => (await server.get<{ id: string }>(`/api/nodes/${name}`)).body.id

describe('an agent that is killed', () => {
  test('at any instant takes its pods with it, and the next one starts none a second time', async () => {
    const join = await aNode('mortal')
    await join().event('joined')
    await endCommands()
    const pods: Pod[] = []
    for (const instant of INSTANTS_MS) {
      const began = performance.now()
      const agent = join()
      pods.push(...(await Promise.all(packs.map((pack) => runOn('mortal', pack)))))
      await waitFor('the instant to come', () => performance.now() - began >= instant, { intervalMs: 1 })
      await agent.kill('SIGKILL')
    }
    const last = join()
    await last.event('joined')
    // Until the last one has spoken, the server believes what those before it said.
    const isToldOf = ({ id }: Pod): boolean => last.lines().some((line) => line.includes(id) && line.includes('"status":"running"'))
    const isSettled = (pod: Pod): boolean => hasEnded(pod) || (pod.status === 'running' && isToldOf(pod))
    const ended = await Promise.all(pods.map((pod) => server.until(pod, isSettled)))
    for (const pod of ended) expect((await pidsOf(pod)).length, 'starts of one incarnation').toBeLessThanOrEqual(1)
    // On a slow machine the next agent may come later than silence may last.
    const reasons = ended.flatMap(({ status, reason }) => (status === 'running' ? [] : [reason]))
    expect(reasons.filter((reason) => reason !== 'NodeRestarted' && reason !== 'NodeLost')).toEqual([])
    // What is left of all of them: the pods that run now, one that is ready ahead, and the reaper.
    const alive = await Promise.all(ended.filter(({ status }) => status === 'running').map(pidOf))
    const id = await idOf('mortal')
    const inIsolates = () => processesNaming(`stark-pods-${id}-`).filter(({ command }) => command.includes('bootstrap.mjs'))
    await waitFor('all others to be gone', () => inIsolates().length === alive.length + 1)
    const parents = new Set(inIsolates().map(({ parent }) => parent))
    expect(parents).toEqual(new Set([last.pid]))
    expect(inIsolates().map(({ pid }) => pid)).toEqual(expect.arrayContaining(alive))
  })

  test('together with its reaper leaves nothing for the next one to run beside', async () => {
    const join = await aNode('orphaned')
    const agent = join()
    await agent.event('joined')
    const pids = await Promise.all(packs.map(async (pack) => pidOf(await running(await runOn('orphaned', pack)))))
    const reaper = childrenOf(agent.pid).find(({ command }) => command.includes('reaper.mjs'))?.pid ?? 0
    process.kill(reaper, 'SIGKILL')
    await agent.kill('SIGKILL')
    await join().event('joined')
    await waitFor('the pods of the first one to be gone', () => !pids.some(isAlive))
  })
})

describe('an agent that stands still', () => {
  test('for longer than silence may last has unknown pods, and goes on with them when it wakes', async () => {
    const agent = (await aNode('still'))()
    await agent.event('joined')
    const pod = await running(await server.run(waits, { nodeName: 'still', restartPolicy: 'Never', disconnect: { lostAfterSeconds: 600 } }))
    const pid = await pidOf(pod)
    process.kill(agent.pid, 'SIGSTOP')
    await server.until(pod, ({ status }) => status === 'unknown')
    process.kill(agent.pid, 'SIGCONT')
    expect((await running(pod)).incarnation).toBe(pod.incarnation)
    expect([isAlive(pid), await pidsOf(pod)]).toEqual([true, [pid]])
    expect(await agent.kill('SIGTERM')).toBe(0)
  })

  test('for so long that its pods were given up ends them when it wakes', async () => {
    const agent = (await aNode('late'))()
    await agent.event('joined')
    const pod = await running(await runOn('late', waits))
    const pid = await pidOf(pod)
    process.kill(agent.pid, 'SIGSTOP')
    expect(await server.until(pod, hasEnded)).toMatchObject({ status: 'evicted', reason: 'NodeLost' })
    expect(isAlive(pid)).toBe(true)
    process.kill(agent.pid, 'SIGCONT')
    await waitFor('the pod to be gone', () => !isAlive(pid))
    await running(await runOn('late', waits))
    expect(await agent.kill('SIGTERM')).toBe(0)
  })
})

test('a second agent of one folder is refused, and the first one goes on', async () => {
  const join = await aNode('single')
  const first = join()
  await first.event('joined')
  const pod = await running(await runOn('single', waits))
  const second = join()
  expect(await second.ended).toBe(1)
  expect(second.stderr).toContain(`process ${first.pid} is the agent of the node in `)
  expect((await server.pod(pod.id)).status).toBe('running')
  expect(await first.kill('SIGTERM')).toBe(0)
})
