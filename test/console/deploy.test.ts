/** From `pack init` to a pod that is removed, through real processes: a server, a node, and the command line. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Pack } from '../../kernel/schema/pack.ts'
import type { Pod } from '../../kernel/schema/pod.ts'
import { waitFor } from '../support/wait-for.ts'
import { useStark } from './support/stark.ts'

const LIMIT_MS = 60_000
const stark = useStark()

/** @returns the folder of a pack with one file */
function aPack(name: string, source: string, { version = '1.0.0', settings = {} }: { version?: string; settings?: object } = {}): string {
  const folder = path.join(stark.folder, `${name}-${version}`)
  mkdirSync(path.join(folder, 'src'), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version, stark: settings }))
  writeFileSync(path.join(folder, 'src/index.ts'), source)
  return folder
}

const status = async (pod: string) => (await stark.json<Pod>(['status', pod])).status
const ENDLESS = 'export default async (context) => { context.log.info("one"); context.log.warn("two"); await context.sleep(3_600_000) }'

beforeAll(async () => {
  await stark.joinNode('n1', ['--label', 'zone=a'])
}, LIMIT_MS)

describe('the pack that `pack init` makes', () => {
  test('is a folder that says what comes next, and is not made twice', { timeout: LIMIT_MS }, async () => {
    const { code, stdout, stderr } = await stark.run(['pack', 'init', 'hello'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'now: stark deploy ./hello --watch\n' })
    for (const file of stdout.trim().split('\n')) expect(existsSync(path.join(stark.folder, file))).toBe(true)
    const again = await stark.run(['pack', 'init', 'hello'])
    expect({ code: again.code, stderr: again.stderr }).toEqual({
      code: 1,
      stderr: 'stark: hello is there already and not empty: choose another name, or empty it\n',
    })
  })

  test('is bundled to one file whose hash is told', { timeout: LIMIT_MS }, async () => {
    const made = await stark.json(['pack', 'bundle', 'hello', '--out', 'hello.mjs'])
    expect(made).toMatchObject({
      name: 'hello',
      version: '1.0.0',
      runtimeTag: 'universal',
      file: 'hello.mjs',
      sha256: expect.stringMatching(/^\w{64}$/),
    })
    expect(readFileSync(path.join(stark.folder, 'hello.mjs'), 'utf8')).toContain('as default')
  })

  test('is pushed; pushed again unchanged it is there already; changed it needs a new version', { timeout: LIMIT_MS }, async () => {
    const pack = await stark.json<Pack>(['pack', 'push', 'hello'])
    expect(pack).toMatchObject({ name: 'hello', version: '1.0.0', bundle: { sha256: expect.any(String) } })
    const again = await stark.run(['pack', 'push', 'hello', '-o', 'name'])
    expect(again).toEqual({ code: 0, stdout: 'hello@1.0.0\n', stderr: 'hello@1.0.0 is on the server already, with the same bundle\n' })
    const source = path.join(stark.folder, 'hello/src/index.ts')
    const before = readFileSync(source, 'utf8')
    writeFileSync(source, before.replace('hello from', 'hi from'))
    const changed = await stark.run(['pack', 'push', 'hello'])
    writeFileSync(source, before)
    expect(changed.code).toBe(1)
    expect(changed.stderr).toContain('raise "version" in package.json')
  })

  test('is in the lists', { timeout: LIMIT_MS }, async () => {
    const { stdout } = await stark.run(['pack', 'list'])
    expect(stdout.split('\n')[0]).toMatch(/^NAME +VERSION +RUNTIME/)
    expect(stdout.split('\n')[1]).toMatch(/^hello +1\.0\.0 +universal/)
    const versions = await stark.json<{ items: Pack[]; nextCursor: null }>(['pack', 'versions', 'hello'])
    expect(versions).toMatchObject({ items: [{ name: 'hello', version: '1.0.0' }], nextCursor: null })
    const unknown = await stark.run(['pack', 'versions', 'nope'])
    expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({ code: 3, stderr: 'stark: there is no pack "nope"\n' })
  })

  test('is deployed: every step is told, up to the first line of the log', { timeout: LIMIT_MS }, async () => {
    const { code, stdout, stderr } = await stark.run(['deploy', './hello', '--name', 'greeter', '--watch'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const steps = stdout.trim().split('\n')
    expect(steps.map((line) => line.split(' ', 1)[0])).toEqual(expect.arrayContaining(['bundle', 'push', 'create', 'running', 'log']))
    expect(steps.find((line) => line.startsWith('push'))).toMatch(/\d+ ms {2}hello@1\.0\.0 was there already$/)
    expect(steps.at(-1)).toMatch(/hello from greeter on n1$/)
  })

  test('stops when it is told to', { timeout: LIMIT_MS }, async () => {
    expect((await stark.run(['stop', 'greeter'])).stdout).toContain('stopping')
    await waitFor('the pod to stop', async () => (await status('greeter')) === 'stopped')
  })
})

describe('deploy', () => {
  test('of a version on the server takes name, environment, arguments and labels', { timeout: LIMIT_MS }, async () => {
    const source = 'export default (context) => ({ env: context.env.LEVEL, args: context.args, labels: context.pod.labels })'
    await stark.json(['pack', 'push', aPack('echo', source)])
    const options = ['--name', 'echo', '--node', 'n1', '--env', 'LEVEL=a=b', '--arg', 'one', '--arg=--two', '--label', 'tier=web']
    await stark.json(['deploy', 'echo@1.0.0', ...options, '--watch'])
    await waitFor('the pod to end', async () => (await status('echo')) === 'succeeded')
    const pod = await stark.json<Pod>(['status', 'echo'])
    expect(pod.exit?.result).toEqual({ env: 'a=b', args: ['one', '--two'], labels: { tier: 'web' } })
  })

  test('--watch of a pod that fails is exit code 5, and says why', { timeout: LIMIT_MS }, async () => {
    const folder = aPack('broken', 'export default () => { throw new TypeError("no such luck") }')
    const { code, stderr } = await stark.run(['deploy', folder, '--name', 'broken', '--watch'])
    expect(code).toBe(5)
    expect(stderr).toMatch(/^stark: pod broken has failed \(\w+\): TypeError: no such luck; "stark logs broken" has its log\n$/)
  })

  test('--watch of a pod that no node can take says so when its time is over', { timeout: LIMIT_MS }, async () => {
    const folder = aPack('tab', ENDLESS, { settings: { runtimeTag: 'browser' } })
    const { code, stderr } = await stark.run(['deploy', folder, '--name', 'tab', '--watch', '--timeout', '1'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^stark: pod tab is still pending after 1 s: .+ "stark status tab" says more\n$/)
  })

  test('with -o json writes the pod to stdout and the steps to stderr', { timeout: LIMIT_MS }, async () => {
    const { stdout, stderr } = await stark.run(['deploy', 'echo', '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({ packName: 'echo', packVersion: '1.0.0', namespace: 'default' })
    expect(stderr).toMatch(/^create +\d+ ms/)
  })

  test('that cannot be placed is explained: who refuses it, and what would place it', { timeout: LIMIT_MS }, async () => {
    await stark.run(['pod', 'create', '--pack', 'echo', '--name', 'giant', '--input', '{"resources":{"requests":{"cpu":64000000}}}'])
    const { stdout } = await stark.run(['explain', 'giant'])
    expect(stdout).toMatch(/^n1 +- +resources lack cpu: 64000000 is requested/m)
    expect(stdout).toMatch(/^would place it$/m)
    await stark.run(['delete', 'giant'])
  })

  test('of a pack that is not there is exit code 3', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['deploy', 'nope'])
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 3, stderr: 'stark: there is no pack "nope"' })
  })

  test('of a folder that is no pack says which file is missing', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['deploy', './nowhere'])
    expect(code).toBe(3)
    expect(stderr).toContain('nowhere/package.json')
  })

  test('of a field that the server refuses names the field', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['deploy', 'echo', '--name', 'Not A Name', '--label', 'bad key=x'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ {2}name: /m)
    expect(stderr).toMatch(/^ {2}labels/m)
  })
})

describe('a running pod', () => {
  beforeAll(async () => {
    await stark.json(['deploy', aPack('endless', ENDLESS), '--name', 'endless', '--watch'])
  }, LIMIT_MS)

  test('has a status on one page', { timeout: LIMIT_MS }, async () => {
    const { stdout } = await stark.run(['status', 'endless'])
    expect(stdout).toMatch(/^pod +default\/endless$/m)
    expect(stdout).toMatch(/^status +running/m)
    expect(stdout).toMatch(/^node +n1$/m)
    expect(stdout).toMatch(/^history$/m)
    expect(stdout).toMatch(/^ +one$/m)
  })

  test('is explained: why there, with every plugin’s score', { timeout: LIMIT_MS }, async () => {
    const { stdout } = await stark.run(['explain', 'endless'])
    expect(stdout).toMatch(/^is on n1; if it were not, it would go to n1/)
    expect(stdout).toMatch(/^NODE +TOTAL +WHY$/m)
    expect(stdout).toMatch(/^n1 +\d+ .*resources \d+/m)
    const { nodes } = await stark.json<{ nodes: Record<string, { scores: object }> }>(['explain', 'endless'])
    expect(Object.keys(nodes)).toEqual(['n1'])
  })

  test('has a log, as text, the end of it, and as lines of JSON', { timeout: LIMIT_MS }, async () => {
    await waitFor('both lines', async () => (await stark.run(['logs', 'endless'])).stdout === 'one\ntwo\n')
    expect((await stark.run(['logs', 'endless', '--tail', '1'])).stdout).toBe('two\n')
    const [first, second] = (await stark.run(['logs', 'endless', '-o', 'json'])).stdout.trim().split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({ level: 'info', text: 'one' })
    expect(JSON.parse(second ?? '')).toMatchObject({ level: 'warn', text: 'two' })
  })

  test('is followed by `logs -f` until it ends', { timeout: LIMIT_MS }, async () => {
    const following = stark.start(['logs', 'endless', '-f'])
    await waitFor('what is there already', () => following.stdout.length === 2)
    expect(following.child.exitCode).toBeNull()
    expect(await stark.run(['pod', 'stop', 'endless'])).toMatchObject({ code: 0 })
    await waitFor('logs -f to end', () => following.child.exitCode !== null)
    expect(following.child.exitCode).toBe(0)
    expect(following.stdout).toEqual(['one', 'two'])
    expect(await status('endless')).toBe('stopped')
  })

  test('is gone after `delete`', { timeout: LIMIT_MS }, async () => {
    expect(await stark.run(['delete', 'endless'])).toMatchObject({ code: 0, stdout: 'done\n' })
    const gone = await stark.run(['status', 'endless'])
    expect({ code: gone.code, stderr: gone.stderr }).toEqual({ code: 3, stderr: 'stark: there is no pod "endless"\n' })
  })
})

describe('what is derived from the operations of the server', () => {
  test('lists objects for people, for programs and for the next command', { timeout: LIMIT_MS }, async () => {
    expect((await stark.run(['get', 'nodes'])).stdout).toMatch(/^NAME +STATUS +RUNTIME.*\nn1 +online +node 2/)
    expect(await stark.json(['get', 'nodes'])).toMatchObject({ items: [{ name: 'n1', labels: { zone: 'a' } }], nextCursor: null })
    expect((await stark.run(['node', 'list', '-o', 'name'])).stdout).toBe('n1\n')
    expect((await stark.run(['get', 'pods', '--status', 'succeeded', '-o', 'name'])).stdout).toContain('echo\n')
  })

  test('shows one object by its name', { timeout: LIMIT_MS }, async () => {
    expect(await stark.json(['get', 'pod', 'echo'])).toMatchObject({ name: 'echo', status: 'succeeded' })
    expect((await stark.run(['get', 'pods', 'nope'])).code).toBe(3)
    expect((await stark.run(['get', 'pods', 'echo', '--status', 'running'])).code).toBe(2)
  })

  test('makes flags of fields, and says which are missing or wrong before anything is sent', { timeout: LIMIT_MS }, async () => {
    expect(await stark.run(['token', 'create'])).toMatchObject({ code: 2, stderr: 'stark: --kind is required\n' })
    const wrong = await stark.run(['token', 'create', '--kind', 'nope'])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('join, api')
    const token = await stark.json([
      'token',
      'create',
      '--kind',
      'join',
      '--uses',
      '2',
      '--label',
      'zone=b',
      '--taint',
      'gpu=true:NoSchedule',
    ])
    expect(token).toMatchObject({
      uses: 2,
      labels: { zone: 'b' },
      taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }],
      token: expect.any(String),
    })
    expect((await stark.run(['get', 'tokens'])).stdout).toMatch(/join +node +2/)
  })

  test('calls any operation by its name', { timeout: LIMIT_MS }, async () => {
    const input = JSON.stringify({ name: 'team-b', labels: { owner: 'b' } })
    expect(await stark.json(['call', 'namespaces.create', '--name', 'team-a', '--input', input])).toMatchObject({
      name: 'team-a',
      labels: { owner: 'b' },
    })
    expect((await stark.run(['call', 'namespaces.get', 'team-a', '-o', 'name'])).stdout).toBe('team-a\n')
    const unknown = await stark.run(['call', 'nothing.here'])
    expect(unknown.code).toBe(2)
  })

  test('helps with the flags that the server takes', { timeout: LIMIT_MS }, async () => {
    const { code, stdout } = await stark.run(['token', 'create', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/--kind <value>.*\(required\)/)
    expect(stdout).toMatch(/--label <key=value>/)
    const { stdout: all } = await stark.run(['call', '--help'])
    expect(all).toContain('cluster.get')
    for (const theirs of ['nodes.heartbeat', 'packs.upload', 'pods.logs', 'auth.login']) expect(all).not.toContain(theirs)
  })
})
