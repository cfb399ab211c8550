/**
 * What a new user does, through the real commands, processes and sockets: from an empty folder to pods on a node, and then the
 * power goes.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { marked } from 'marked'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pod } from '../../kernel/index.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const SETUP_TOKEN = 'first-pod-setup-token'
const README = '# Stark\n\nPacks of *JavaScript* run as `pods`.\n\n- on servers\n- in tabs\n'
/** FIPS 180-2, appendix B.1: SHA-256 of "abc". */
const SHA256_OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

const LIBRARIES = `
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { marked } from 'marked'
export default async function main(context) {
  context.log.info('hashing', context.args[0])
  return { hash: bytesToHex(sha256(new TextEncoder().encode(context.args[0]))), html: marked.parse(context.args[1]) }
}
`
const FOR_EVER = `
export default async function main(context) {
  context.log.info('begin')
  context.ready()
  for (let tick = 1; ; tick += 1) {
    context.log.info('tick ' + tick)
    await context.sleep(500)
  }
}
`

let home: string
let env: Record<string, string>
let server: Command
let agent: Command
let url: string
/** An API token, for what goes past the command line. */
let token: string

const up = async (port: string): Promise<string> => {
  server = new Command(['up'], {
    env: { ...env, PORT: port, STARK_DATA_DIR: path.join(home, 'data'), STARK_SETUP_TOKEN: SETUP_TOKEN, STARK_LOG: 'json' },
  })
  const { url: at } = await server.event<{ url: string }>('listening')
  await waitFor('the server to be ready', async () => (await fetch(`${at}/ready`)).ok, { timeoutMs: 60_000 })
  return at
}

const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await stark([...args, '-o', 'json'], { env })) as T

async function pack(name: string, source: string): Promise<string> {
  const folder = path.join(home, name)
  await mkdir(path.join(folder, 'src'), { recursive: true })
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ name, version: '1.0.0', type: 'module', stark: { runtimeTag: 'universal', entry: 'src/index.js' } }),
  )
  await writeFile(path.join(folder, 'src/index.js'), source)
  await symlink(nodeModules, path.join(folder, 'node_modules'))
  return folder
}

const podOf = (name: string): Promise<Pod> => json<Pod>('get', 'pod', name)
const until = (name: string, status: string): Promise<Pod> =>
  waitFor(
    `${name} to be ${status}`,
    async () => {
      const pod = await podOf(name)
      return pod.status === status && pod
    },
    { timeoutMs: 30_000 },
  )

beforeAll(async () => {
  home = temporaryFolder('pod')
  env = { STARK_CONFIG_DIR: path.join(home, 'config'), HOME: home }
  url = await up('0')
  env['STARK_SERVER'] = url
})

afterAll(endCommands)

describe('from an empty folder', () => {
  test('the one-time set-up token makes the administrator, and a machine joins as a node', async () => {
    await stark(['login', '--server', url, '--setup', SETUP_TOKEN, '--email', 'ada@example.com', '--password-stdin'], {
      env,
      input: 'correct horse\n',
    })
    agent = new Command(['node', 'join', '--name', 'n1', '--data', path.join(home, 'node')], { env })
    await agent.event('joined')
    token = (await json<{ token: string }>('token', 'create', '--kind', 'api', '--role', 'admin')).token
    const { items } = await json<{ items: { name: string; status: string }[] }>('node', 'list')
    expect(items).toMatchObject([{ name: 'n1', status: 'online' }])
  })

  test('a pack that bundles libraries of npm runs, and gives what they give here', async () => {
    const folder = await pack('libraries', LIBRARIES)
    await stark(['deploy', folder, '--name', 'libraries', '--arg', 'abc', '--arg', README, '--watch'], { env })
    const pod = await until('libraries', 'succeeded')
    expect(pod.exit?.result).toEqual({ hash: SHA256_OF_ABC, html: await marked.parse(README) })
    expect(await stark(['logs', 'libraries'], { env })).toContain('hashing abc')
  })

  test('a pod that runs for ever is followed, and stopped when it is told', async () => {
    const folder = await pack('for-ever', FOR_EVER)
    await stark(['deploy', folder, '--name', 'brief', '--watch'], { env })
    const follower = new Command(['logs', 'brief', '-f'], { env })
    await waitFor('ticks to arrive', () => follower.stdout.includes('tick 10'))
    await stark(['stop', 'brief'], { env })
    expect(await follower.ended).toBe(0)
    expect(await until('brief', 'stopped')).toMatchObject({ reason: 'UserStopped' })
  })
})

describe('when the server is killed while pods are being created', () => {
  test('every acknowledged object is there afterwards, and the pod that ran still runs, not restarted', async () => {
    await stark(['deploy', 'for-ever@1.0.0', '--name', 'steady', '--watch'], { env })
    const before = await until('steady', 'running')
    const acknowledged = await createUntilKilled()
    expect(acknowledged.length).toBeGreaterThan(20)

    const port = new URL(url).port
    expect(await up(port)).toBe(url)
    const missing = await Promise.all(acknowledged.map(async (id) => ((await get(`/api/pods/${id}`)).status === 200 ? [] : [id])))
    expect(missing.flat()).toEqual([])
    const { items: packs } = await json<{ items: { name: string }[] }>('pack', 'list')
    expect(packs.map(({ name }) => name).toSorted()).toEqual(['for-ever', 'libraries'])
    expect(await podOf('libraries')).toMatchObject({ status: 'succeeded', exit: { result: { hash: SHA256_OF_ABC } } })

    const ticks = async () => (await stark(['logs', 'steady'], { env })).match(/tick \d+/g)?.length ?? 0
    const seen = await ticks()
    await waitFor('the pod to tick on', async () => (await ticks()) > seen + 5, { timeoutMs: 30_000 })
    const after = await until('steady', 'running')
    expect(after).toMatchObject({ incarnation: before.incarnation, restarts: 0, startedAt: before.startedAt })
    const log = await stark(['logs', 'steady'], { env })
    expect(log.match(/begin/g)).toHaveLength(1)
    const numbers = [...log.matchAll(/tick (\d+)/g)].map(([, number]) => Number(number))
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_each, index) => index + 1))
  })

  test('the agent stops in order, and takes its pods with it', async () => {
    expect(await agent.kill('SIGTERM')).toBe(0)
    expect(await server.kill('SIGTERM')).toBe(0)
  })
})

const get = (at: string): Promise<Response> => fetch(new URL(at, url), { headers: { authorization: `Bearer ${token}` } })

/** Eight writers at once, as fast as they can; killed in the middle. @returns the ids of what was acknowledged */
async function createUntilKilled(): Promise<string[]> {
  const acknowledged: string[] = []
  const killing = new AbortController()
  const body = JSON.stringify({ pack: 'for-ever@1.0.0', scheduling: { nodeSelector: { never: 'true' } }, nodeName: 'n1' })
  const write = async (): Promise<void> => {
    while (!killing.signal.aborted) {
      try {
        const response = await fetch(`${url}/api/pods`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body,
        })
        if (response.status === 201) acknowledged.push(((await response.json()) as Pod).id)
      } catch {
        // The connection breaks when the server dies: what was not acknowledged may be lost.
        return
      }
    }
  }
  const writers = Array.from({ length: 8 }, write)
  await waitFor('pods to be created', () => acknowledged.length > 40)
  const killed = server.kill('SIGKILL')
  await killed
  killing.abort()
  await Promise.all(writers)
  return acknowledged
}
