/**
 * What a plugin's author does: write a file, try it out, drop it into a server that runs, see what it says of a pod, and take it
 * away again. And what a cluster does with a file that is bad.
 */
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/schema/index.ts'
import type { PluginRow } from '../../plugins/drop-ins/rows.ts'
import { done } from '../support/api.ts'
import { endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

interface Explanation {
  readonly nodes: Record<string, { refused?: Record<string, string>; scores?: Record<string, number> }>
}

const folder = temporaryFolder('rules')
const home = temporaryFolder('author')
let server: Server
let pack: Pack
let env: Record<string, string>

beforeAll(async () => {
  server = await startServer({ env: { STARK_PLUGINS_DIR: folder } })
  pack = await server.push()
  await server.join({ name: 'db-1', labels: { tier: 'db' } })
  env = {
    HOME: home,
    STARK_CONFIG_DIR: home,
    STARK_SERVER: server.url,
    STARK_TOKEN: (await server.makeToken({ kind: 'api', role: 'admin' })).token,
  }
})
afterAll(async () => {
  await endCommands()
  await server.kill()
})

const drop = (name: string, source: string) => writeFileSync(path.join(folder, name), source)
const takeAway = (name: string) => rmSync(path.join(folder, name))
const plugins = async () => (await done(server.get<{ items: PluginRow[] }>('/api/plugins'))).items
const plugin = async (name: string) => (await plugins()).find((each) => each.name === name)
const untilPlugin = (name: string, state: PluginRow['state'] | undefined) =>
  waitFor(`${name} to be ${state ?? 'gone'}`, async () => (await plugin(name))?.state === state, { timeoutMs: 20_000 })
const untilStatus = (pod: Pod, status: string) =>
  waitFor(`the pod to be ${status}`, async () => (await server.pod(pod.id)).status === status, { timeoutMs: 30_000 })
/** All that the server says of its plugins but what it measured. */
const known = async () => (await plugins()).map(({ measured: _measured, ...row }) => row)

describe('a plugin', () => {
  test('is written by init, tried out, and decides in a running cluster until its file is taken away', async () => {
    const before = await known()
    expect((await stark(['plugin', 'init', 'canaries', '--folder', home], { env })).trim()).toBe(path.join(home, 'canaries.ts'))
    expect(readdirSync(home).filter((name) => name !== 'cache')).toEqual(['canaries.ts'])
    const tried = await stark(['plugin', 'test', path.join(home, 'canaries.ts')], { env })
    expect(
      tried
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 2)),
    ).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok'])

    copyFileSync(path.join(home, 'canaries.ts'), path.join(folder, 'canaries.ts'))
    await untilPlugin('canaries', 'enabled')
    const canary = await server.run(pack, { labels: { track: 'canary' } })
    await waitFor('its reason', async () => (await server.pod(canary.id)).statusMessage === '0/1 nodes fit: 1 are database nodes')
    const { nodes } = await done(server.get<Explanation>(`/api/pods/${canary.id}/explain`))
    expect(nodes).toEqual({ 'db-1': { refused: { canaries: 'are database nodes: canaries stay off them' } } })
    const other = await server.run(pack)
    await untilStatus(other, 'scheduled')
    const explained = await done(server.get<Explanation>(`/api/pods/${other.id}/explain`))
    expect(explained.nodes['db-1']?.scores?.['canaries']).toBe(100)
    expect((await plugin('canaries'))?.measured).toMatchObject({ threw: 0, nonsense: 0, slow: 0 })

    takeAway('canaries.ts')
    await untilStatus(canary, 'scheduled')
    expect(await known()).toEqual(before)
  })

  test('that would be put out is found out before, and is not written over', async () => {
    const file = path.join(home, 'careless.ts')
    await stark(['plugin', 'init', 'careless', '--folder', home], { env })
    await expect(stark(['plugin', 'init', 'careless', '--folder', home], { env })).rejects.toThrow('is there already')
    writeFileSync(file, `export default { name: 'careless', filter: (pod, node) => node.labels.zone.length > 0 }`)
    await expect(stark(['plugin', 'test', file], { env })).rejects.toThrow(
      /FAILED throws nothing: its filter threw TypeError.*1 of 6 checks failed/s,
    )
    writeFileSync(file, `console.log('hello')\nprocess.exit(0)`)
    await expect(stark(['plugin', 'test', file], { env })).rejects.toThrow('before it had an answer')
  })

  test('brings its operation to the API and the command line, and takes it along', async () => {
    drop(
      'widgets.mjs',
      `export default {
        name: 'widgets',
        apply: ({ operations }) => operations.define({
          name: 'widgets.list', summary: 'Widgets', http: 'GET /api/widgets', permission: 'system:read',
          input: { type: 'object', properties: {}, additionalProperties: false }, output: {}, handle: () => ({ items: [{ id: 'w1' }], nextCursor: null }),
        }),
      }`,
    )
    await untilPlugin('widgets', 'enabled')
    expect(await stark(['call', 'widgets.list', '-o', 'json'], { env })).toContain('w1')
    expect((await server.as(undefined).get('/api/widgets')).status).toBe(401)
    takeAway('widgets.mjs')
    await untilPlugin('widgets', undefined)
    expect((await server.get('/api/widgets')).status).toBe(404)
    expect(JSON.stringify((await server.get('/openapi.json')).body)).not.toContain('widgets')
  })

  test('is disabled and enabled by an administrator, and listed with its state', async () => {
    drop('closed.ts', `export default { name: 'closed', filter: () => 'are closed' }`)
    await untilPlugin('closed', 'enabled')
    const pod = await server.run(pack)
    await waitFor('its reason', async () => (await server.pod(pod.id)).statusMessage.includes('are closed'))
    await stark(['plugin', 'disable', 'closed'], { env })
    await untilStatus(pod, 'scheduled')
    const listed = await stark(['plugin', 'list'], { env })
    expect(listed).toMatch(/^NAME +STATE +SOURCE +HOOKS +FAULTS +REASON$/m)
    expect(listed).toMatch(/^closed +disabled +\S*closed\.ts +- +0 +.*stark plugin enable/m)
    await stark(['plugin', 'enable', 'closed'], { env })
    expect(await plugin('closed')).toMatchObject({ state: 'enabled' })
    const { token } = await server.makeToken({ kind: 'api', role: 'user' })
    expect((await server.as(token).post('/api/plugins/closed/disable')).status).toBe(403)
    takeAway('closed.ts')
    await untilPlugin('closed', undefined)
  })

  test('that is edited badly says where in the file, and goes on as it was', async () => {
    drop('edited.ts', `export default { name: 'edited', score: () => 7 }`)
    await untilPlugin('edited', 'enabled')
    drop('edited.ts', `export default {\n  name: 'edited'\n  score: () => 7 }`)
    const row = await waitFor('the failure', async () => {
      const found = await plugin('edited')
      return found?.reason ? found : undefined
    })
    expect(row).toMatchObject({
      state: 'enabled',
      reason: expect.stringContaining('edited.ts:3:3: Expected "}" but found "score"') as unknown,
    })
    expect(server.log).toContainEqual(expect.objectContaining({ level: 'warn', message: 'a plugin cannot be used', plugin: 'edited' }))
    takeAway('edited.ts')
    await untilPlugin('edited', undefined)
  })
})

describe('a bad plugin is quarantined, named in the log, and the pod is placed:', () => {
  test.each([
    ['throws', `filter: (pod, node) => node.labels.zone.length > 0`, 'TypeError: Cannot read properties of undefined'],
    ['talks nonsense', `filter: () => 'no '.length`, 'said 3 of db-1: it says true, false or a sentence'],
    [
      'is too slow',
      `filter: () => { const end = performance.now() + 80; while (performance.now() < end); return true }`,
      'and 50 is the most',
    ],
  ])('one that %s', async (_what, body, reason) => {
    drop('bad.ts', `export default { name: 'bad', ${body} }`)
    await untilPlugin('bad', 'enabled')
    const pods: Pod[] = []
    await waitFor(
      'it to be out',
      async () => {
        pods.push(await server.run(pack, { labels: { count: String(pods.length) } }))
        return (await plugin('bad'))?.state === 'quarantined'
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    )
    for (const pod of pods) await untilStatus(pod, 'scheduled')
    expect((await plugin('bad'))?.reason).toContain(reason)
    const line = server.log.find(({ message, reason: why }) => message === 'a plugin is quarantined' && String(why).includes(reason))
    expect(line).toMatchObject({ level: 'warn', plugin: 'bad' })
    takeAway('bad.ts')
    await untilPlugin('bad', undefined)
  })
})

test('a plugin that was there before the server is killed decides about the first pod after it', async () => {
  drop('closed.ts', `export default { name: 'closed', filter: () => 'are closed' }`)
  await untilPlugin('closed', 'enabled')
  const pod = await server.run(pack)
  await waitFor('its reason', async () => (await server.pod(pod.id)).statusMessage.includes('are closed'))
  await server.kill()
  server = await startServer({ folder: server.folder, env: { STARK_PLUGINS_DIR: folder } })
  await server.join({ name: 'fresh' })
  expect(await plugin('closed')).toMatchObject({ state: 'enabled' })
  await waitFor('its reason', async () => (await server.pod(pod.id)).statusMessage.includes('are closed'))
  takeAway('closed.ts')
  await untilStatus(pod, 'scheduled')
})
