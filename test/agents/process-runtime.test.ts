/** The contract, for child processes; then what only they promise: other limits, other users, nothing left. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProcessRuntime } from '../../agents/node/process-runtime.ts'
import type { FileRuntime } from '../../agents/node/file-runtime.ts'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { waitFor } from '../support/wait-for.ts'
import { services, startPod } from './harness.ts'
import { childrenOf, isAlive } from './processes.ts'
import { runtimeContract } from './runtime.contract.ts'

const entries = {
  bootstrap: path.join(dist, 'pod-bootstrap.mjs'),
  guard: path.join(dist, 'net-guard.mjs'),
  reaper: path.join(dist, 'reaper.mjs'),
}

beforeAll(async () => {
  await buildIfStale()
})

runtimeContract('process runtime', { create: () => createProcessRuntime({ entries, services: services() }), killSignal: 'SIGKILL' })
runtimeContract('process runtime with a spare', {
  create: async () => {
    const runtime = createProcessRuntime({ entries, services: services() })
    await runtime.warm()
    return runtime
  },
  killSignal: 'SIGKILL',
})

describe('a pod in a process', () => {
  let runtime: FileRuntime
  beforeAll(() => {
    runtime = createProcessRuntime({ entries, services: services() })
  })
  afterAll(async () => {
    await runtime.close()
  })
  const start = (source: string, fields = {}) => startPod(runtime, source, fields)
  const isRoot = process.getuid?.() === 0

  test('runs as nobody when the agent is root', async () => {
    const { exit } = await start('export default () => [process.getuid(), process.getgid()]').ended()
    expect(exit.result).toEqual(isRoot ? [65_534, 65_534] : [process.getuid?.(), process.getgid?.()])
  })

  test.runIf(isRoot)('has no groups of the agent', async () => {
    expect((await start('export default () => process.getgroups()').ended()).exit.result).toEqual([65_534])
  })

  test('is killed when its Buffers are over the limit, which V8 does not count', async () => {
    const source = `export default () => { const kept = []; for (;;) kept.push(Buffer.alloc(1_000_000, 1)) }`
    expect(await start(source, { memoryLimitMb: 100 }).ended()).toMatchObject({
      status: 'failed',
      reason: 'OOMKilled',
      exit: { signal: 'SIGKILL', error: { message: 'the pod went over its memory limit of 100 MB' } },
    })
  })

  test('tells the memory that it holds', async () => {
    const observed = start(`const kept = Buffer.alloc(100_000_000, 1)
      export default async (context) => { context.log.info('holding', kept.length); await context.sleep(60_000) }`)
    await observed.logged('holding')
    const { memoryMb = 0 } = (await observed.pod.usage()) ?? {}
    expect(memoryMb).toBeGreaterThan(100)
    expect(memoryMb).toBeLessThan(200)
    observed.pod.kill()
    await observed.ended()
  })

  test('is told apart from a kill by somebody else', async () => {
    const observed = start(`export default (context) => { context.log.info(process.pid); return new Promise(() => {}) }`)
    const pid = await waitFor('the pid', () => Number(observed.text()))
    process.kill(pid, 'SIGKILL')
    expect(await observed.ended()).toMatchObject({ status: 'failed', reason: 'Killed', exit: { signal: 'SIGKILL', code: null } })
  })

  test('is killed when it says something without an end', async () => {
    const source = `import fs from 'node:fs'; export default () => { const piece = 'x'.repeat(65_536); for (;;) fs.writeSync(3, piece) }`
    expect(await start(source).ended()).toMatchObject({ status: 'failed', exit: { error: { name: 'ProtocolError' } } })
  })

  test('is killed when it asks and does not read the answers', async () => {
    const source = `import fs from 'node:fs'
      export default async (context) => {
        await context.kv.set('big', 'x'.repeat(65_000))
        for (let id = 1; ; id++) fs.writeSync(3, JSON.stringify({ type: 'call', id, operation: 'kv.get', input: { key: 'big' } }) + '\\n') }`
    const { exit } = await start(source).ended()
    expect(exit.error).toMatchObject({ name: 'ProtocolError', message: expect.stringContaining('unread') })
  })

  test('is not believed what is not in the protocol', async () => {
    const observed = start(`import fs from 'node:fs'
      export default () => {
        for (const text of ['{', 'null', '[]', '{"type":"log","level":"loud","text":1}', '{"type":"progress","value":7}', '{"type":"exit","status":"stopped"}'])
          fs.writeSync(3, text + '\\n')
        return 'done' }`)
    expect(await observed.ended()).toMatchObject({ status: 'succeeded', exit: { result: 'done' } })
    expect(observed.lines.map(({ text }) => text)).toEqual(
      Array(6).fill('the pod said something that is not in the protocol; it was ignored'),
    )
  })

  test('cannot make itself stopped when nobody stopped it', async () => {
    const forged = JSON.stringify({ type: 'exit', status: 'stopped', isLoadError: false, result: 'null', error: null })
    const source = `import fs from 'node:fs'; export default () => { fs.writeSync(3, ${JSON.stringify(`${forged}\n`)}); process.exit(0) }`
    expect(await start(source).ended()).toMatchObject({ status: 'failed', reason: 'Error' })
  })

  test('is gone soon after its last word, also when it clings on', async () => {
    const observed = start(`export default (context) => { process.on('exit', () => { for (;;); }); return process.pid }`)
    const { exit } = await observed.ended()
    expect(exit).toMatchObject({ code: 0, error: null })
    expect(isAlive(exit.result as number)).toBe(false)
  })

  test('floods its standard output at its own cost', async () => {
    const before = performance.now()
    const observed = start(
      `import fs from 'node:fs'; export default () => { const piece = 'y'.repeat(63) + '\\n'; for (;;) fs.writeSync(1, piece.repeat(1000)) }`,
    )
    await waitFor('lines to be dropped', () => observed.text().includes('lines dropped'))
    // The agent still acts on time.
    observed.pod.stop('UserStopped', 50)
    await observed.ended()
    // Four thousand at once, and four thousand a second; and the lines that say how many were dropped.
    expect(observed.lines.length).toBeLessThan(4_100 * (1 + (performance.now() - before) / 1000))
  })
})

describe('the process runtime', () => {
  test('has a spare ready, gives it away once, and makes the next', async () => {
    const runtime = createProcessRuntime({ entries, services: services() })
    await runtime.warm()
    const pids = () => childrenOf(process.pid).flatMap(({ pid, command }) => (command.includes('bootstrap.mjs') ? [pid] : []))
    const [spare] = pids()
    const first = await startPod(runtime, 'export default () => process.pid').ended()
    expect(first.exit.result).toBe(spare)
    const next = await waitFor('another spare', () => pids().find((pid) => pid !== spare))
    // Another limit needs another process.
    const limited = await startPod(runtime, 'export default () => process.pid', { memoryLimitMb: 100 }).ended()
    expect([spare, next]).not.toContain(limited.exit.result)
    await runtime.close()
    expect(pids()).toEqual([])
  })

  test('gives its spare away also before it is ready, and leaves nobody waiting for it', async () => {
    const runtime = createProcessRuntime({ entries, services: services() })
    const warm = runtime.warm()
    const observed = startPod(runtime, 'export default () => 1')
    await warm
    expect((await observed.ended()).exit.result).toBe(1)
    await runtime.close()
  })

  test('lets pods in also when the agent makes files for itself only', async () => {
    const before = process.umask(0o077)
    const runtime = createProcessRuntime({ entries, services: services() })
    await runtime.warm().finally(() => process.umask(before))
    expect((await startPod(runtime, 'export default () => process.cwd()').ended()).status).toBe('succeeded')
    await runtime.close()
  })

  test('replaces its reaper, and tells the new one which pods there are', async () => {
    const runtime = createProcessRuntime({ entries, services: services() })
    const reaper = () => childrenOf(process.pid).find(({ command }) => command.includes('reaper.mjs'))?.pid
    const first = await waitFor('a reaper', reaper)
    process.kill(first, 'SIGKILL')
    const second = await waitFor('another reaper', () => {
      const pid = reaper()
      return pid !== first && pid
    })
    expect(second).not.toBe(first)
    await runtime.close()
    expect(childrenOf(process.pid).filter(({ command }) => command.includes('stark-pods-'))).toEqual([])
  })

  test('removes the folders of pods that have ended, and at last its own', async () => {
    const runtime = createProcessRuntime({ entries, services: services() })
    const { exit } = await startPod(runtime, 'export default () => process.cwd()').ended()
    const folder = path.dirname(exit.result as string)
    await waitFor('the folder of the pod to go', () => readdirSync(folder).join() === 'bootstrap.mjs,guard.mjs')
    await runtime.close()
    expect(existsSync(folder)).toBe(false)
  })
})
