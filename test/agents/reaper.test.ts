/** A pod dies with its agent, however the agent dies and whatever the pod does. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { factsOf, isAlive } from './processes.ts'

const folder = temporaryFolder('reaper')
const agents: ChildProcess[] = []
const pods: number[] = []

beforeAll(async () => {
  await buildIfStale()
  // Node.js 20 starts no TypeScript, so the agent is built like the real one.
  await build({
    entryPoints: [fileURLToPath(new URL('./agent-like.ts', import.meta.url))],
    outfile: path.join(folder, 'agent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
})
afterAll(() => {
  for (const agent of agents) agent.kill('SIGKILL')
  // A test that fails has found one that its agent's death did not end.
  for (const pid of pods.filter(isAlive)) process.kill(pid, 'SIGKILL')
})

/** @returns the agent's process and its pod's pid, once the pod runs */
async function startAgent(source: string): Promise<{ agent: ChildProcess; pid: number }> {
  const bundle = path.join(folder, `pack-${agents.length}.mjs`)
  writeFileSync(bundle, source)
  const files = ['pod-bootstrap', 'net-guard', 'reaper'].map((name) => path.join(dist, `${name}.mjs`))
  const agent = spawn(process.execPath, [path.join(folder, 'agent.mjs'), bundle, ...files], { stdio: ['ignore', 'pipe', 'inherit'] })
  agents.push(agent)
  let said = ''
  agent.stdout.on('data', (data: Buffer) => (said += data))
  const pid = await waitFor('the pod to say its pid', () => Number(/^pid (\d+)$/m.exec(said)?.[1]))
  pods.push(pid)
  return { agent, pid }
}

describe('when its agent is killed', () => {
  test.each([
    ['a pod that spins', `export default (context) => { context.log.info('pid ' + process.pid); for (;;); }`],
    ['a pod that waits', `export default (context) => { context.log.info('pid ' + process.pid); return new Promise(() => {}) }`],
  ])('%s is gone, and so is its folder', async (_, source) => {
    const { agent, pid } = await startAgent(source)
    const bootstrap = /(\/\S+bootstrap\.mjs) $/.exec(factsOf(pid)?.command ?? '')?.[1] ?? ''
    expect(existsSync(bootstrap)).toBe(true)
    agent.kill('SIGKILL')
    await waitFor('the pod to be gone', () => !isAlive(pid))
    await waitFor('the folder to be gone', () => !existsSync(path.dirname(bootstrap)))
  })
})
