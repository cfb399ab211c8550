/** The guards around the embedded database, each against what happens without it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildIfStale } from '../../console/cli/build.mjs'
import { silent } from '../../kernel/log.ts'
import { startEmbedded } from '../../plugins/supabase/embedded.ts'
import { loadKeys } from '../../plugins/supabase/keys.ts'
import { openStore, type Store } from '../../plugins/supabase/store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { creating, load } from './support/change-sets.ts'
import { migrations, workerUrl } from './support/fronts.ts'
import { namespace, pod } from './support/given-records.ts'

const opened: Store[] = []
beforeAll(async () => void (await buildIfStale()))
afterEach(closeAll)

async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((store) => store.close()))
}

async function open(directory: string, worker = workerUrl): Promise<Store> {
  const store = await openStore({ target: { kind: 'embedded', directory }, holder: 'tester', log: silent, workerUrl: worker, migrations })
  opened.push(store)
  return store
}

describe('an embedded store', () => {
  const directory = temporaryFolder('embedded')

  test('keeps its keys from everybody else', async () => {
    await open(directory)
    expect(statSync(path.join(directory, 'keys.json')).mode & 0o777).toBe(0o600)
    expect(loadKeys(directory)).toEqual(loadKeys(directory))
  })

  test('is there again with what it had, and takes writes', async () => {
    for (const round of [1, 2]) {
      const { writer, records } = await load(await open(directory))
      // The three that are reserved, and one of each round before.
      expect(records.get('namespaces')?.size).toBe(3 + round - 1)
      await writer.write(creating('namespaces', namespace()))
      await closeAll()
    }
  })

  test('has its directory to itself', async () => {
    await open(directory)
    await expect(open(directory)).rejects.toThrow('is in use by another process')
    await closeAll()
    await open(directory)
  })

  test('signs people up, and verifies their tokens without asking anybody', async () => {
    const store = await open(directory)
    const { accessToken, userId } = await store.identities.signUp('someone@example.com', 'correct horse')
    await closeAll()
    expect(await store.identities.verify(accessToken)).toMatchObject({ userId })
  })

  test('shows nobody its inside', async () => {
    const embedded = await startEmbedded({ directory, workerUrl, migrations, log: silent })
    const statuses = ['info', 'config', 'studio'].map(async (page) => (await embedded.fetch(`${embedded.url}/_system/${page}`)).status)
    expect(await Promise.all(statuses)).toEqual([404, 404, 404])
    await embedded.close()
  })

  test('says that it is lost when its thread ends by itself', async () => {
    const broken = path.join(temporaryFolder('broken'), 'worker.mjs')
    writeFileSync(
      broken,
      `import { parentPort } from 'node:worker_threads'
       parentPort.postMessage({ type: 'ready', applied: [] })
       parentPort.once('message', () => process.exit(3))`,
    )
    const store = await openStore({
      target: { kind: 'embedded', directory: temporaryFolder('broken') },
      holder: 'tester',
      log: silent,
      workerUrl: pathToFileURL(broken),
      migrations,
    })
    const lost = new Promise<Error>((resolve) => store.onLost(resolve))
    void store.load(() => {}).catch(() => {})
    expect((await lost).message).toContain('exit code 3')
    expect(store.away).toContain('exit code 3')
  })

  test('leaves the event loop free while it works', async () => {
    const { writer } = await load(await open(directory))
    const gaps: number[] = []
    const began = performance.now()
    let last = began
    const timer = setInterval(() => {
      gaps.push(performance.now() - last)
      last = performance.now()
    }, 5)
    for (let round = 0; round < 20; round++) {
      const pods = Array.from({ length: 500 }, () => creating('pods', pod()))
      await writer.write(...pods)
    }
    clearInterval(timer)
    // In the same thread no timer fires at all before the work is done: a single gap would be as long as all of it.
    expect(gaps.length).toBeGreaterThan(20)
    expect(Math.max(...gaps)).toBeLessThan((performance.now() - began) / 4)
  })

  test('asks the operating system to write to the disk before it acknowledges, and leaves warnings as they were', async () => {
    const watched = temporaryFolder('watched')
    const heard: unknown[] = []
    const channel = new BroadcastChannel(watched)
    channel.addEventListener('message', (event) => heard.push(event.data))
    const syncs = () => heard.filter((each) => each === 'fsync').length
    const { writer } = await load(await open(watched, pathToFileURL(fileURLToPath(new URL('support/watched-worker.mjs', import.meta.url)))))
    const before = syncs()
    for (let round = 0; round < 20; round++) await writer.write(creating('namespaces', namespace()))
    await waitFor('a sync for each commit', () => syncs() - before >= 20)
    expect(heard).toContain('warned')
    channel.close()
  })
})

describe('a process that writes and is killed', () => {
  const directory = temporaryFolder('killed')
  const folder = temporaryFolder('writer')
  const program = path.join(folder, 'writer.mjs')
  const acknowledged = new Set<string>()

  beforeAll(async () => {
    await build({
      entryPoints: [fileURLToPath(new URL('support/killed-writer.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
      logLevel: 'silent',
    })
  })

  /** @returns what it found at its start */
  async function run(killAfter: number): Promise<{ revision: number; pods: string[]; histories: string[] }> {
    const child = spawn(process.execPath, [program, directory, fileURLToPath(workerUrl), migrations, '16'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    let found: { revision: number; pods: string[]; histories: string[] } | undefined
    let count = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as { acknowledged?: string; revision: number; pods: string[]; histories: string[] }
      if (message.acknowledged === undefined) found = message
      else acknowledged.add(message.acknowledged)
      if (found && count++ === killAfter) child.kill('SIGKILL')
    }
    await exited
    if (!found) throw new Error('the writer ended before it had loaded')
    return found
  }

  test('loses nothing that it acknowledged, and leaves no half of a change set', async () => {
    for (const killAfter of [1, 150, 37, 400, 90, 0]) {
      const before = [...acknowledged]
      const { pods, histories } = await run(killAfter)
      const stored = new Set(pods)
      expect(before.filter((id) => !stored.has(id))).toEqual([])
      expect(histories.toSorted()).toEqual(pods.toSorted())
    }
    expect(acknowledged.size).toBeGreaterThan(100)
  }, 90_000)
})
