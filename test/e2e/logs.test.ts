/** Logs as people read them: what a pack wrote in a real process, its fields, and only the lines that somebody wants to see. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pod } from '../../kernel/index.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

interface Line {
  readonly seq: number
  readonly level: string
  readonly text: string
  readonly incarnation: number
  readonly fields?: object
}
const MANY = { timeoutMs: 60_000 }
const source = `export default async function main(context) {
  const { log, pod } = context
  log.debug('run', pod.attempt)
  log.info('served', { path: '/a', ms: 12, deep: { of: [1, null] } })
  log.warn('Slow answer', { path: '/b', self: undefined, made: new Date(0) })
  log.error('failed: (a+)+$ ', new Error('boom'))
  console.log({ only: 'an object' })
  log.info('big', { text: 'x'.repeat(5000) })
  context.ready()
  await context.sleep(600_000)
}`
let server: Server
let env: Record<string, string>

beforeAll(async () => {
  server = await startServer()
  const home = temporaryFolder('logs')
  const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
  env = { STARK_SERVER: server.url, STARK_TOKEN: token, STARK_CONFIG_DIR: path.join(home, 'config'), HOME: home }
  await new Command(['node', 'join', '--name', 'n1', '--data', path.join(home, 'node')], { env }).event('joined')
  await server.run(await server.push({ name: 'app' }, source), { name: 'app' })
  await waitFor('the first run', async () => (await read()).length === 6, MANY)
}, 120_000)
afterAll(async () => {
  await endCommands()
  await server?.kill('SIGTERM')
})

async function read(query = ''): Promise<Line[]> {
  const { body } = await server.get<{ items: Line[] }>(`/api/pods/app/logs?${query}`)
  return body.items ?? []
}
const texts = async (...flags: string[]): Promise<string[]> =>
  (await stark(['logs', 'app', ...flags], { env })).split('\n').filter((line) => line !== '')

describe('a line of a log', () => {
  test('has the plain object that was logged behind its text as fields, as JSON has it', async () => {
    const [run, served, slow, failed, object, big] = await read()
    expect(served).toMatchObject({ level: 'info', fields: { path: '/a', ms: 12, deep: { of: [1, null] } } })
    expect(served?.text).toBe('served {"path":"/a","ms":12,"deep":{"of":[1,null]}}')
    expect(slow?.fields).toEqual({ path: '/b', made: '1970-01-01T00:00:00.000Z' })
    for (const line of [run, failed, object, big]) expect(line).not.toHaveProperty('fields')
    expect(big?.text).toHaveLength(5000 + 'big {"text":""}'.length)
  })
})

describe('of a log', () => {
  test.each([
    ['level=warn', ['warn', 'error']],
    ['level=error', ['error']],
    ['grep=SLOW', []],
    ['grep=slow', ['warn']],
    ['grep=%22%2Fb%22', ['warn']],
    ['grep=(a%2B)%2B%24', ['error']],
    ['grep=.*', []],
    ['tail=2', ['info', 'info']],
    ['tail=0', []],
    ['level=warn&tail=1', ['error']],
    ['since=2100-01-01T00:00:00Z', []],
    ['since=2000-01-01T00:00:00Z&level=error', ['error']],
  ])('only the lines that were asked for are given: %s', async (query, levels) => {
    expect((await read(query)).map(({ level }) => level)).toEqual(levels)
  })

  test('pages go on behind the last line that was given', async () => {
    const { body } = await server.get<{ items: Line[]; nextCursor: string }>('/api/pods/app/logs?level=info&limit=2')
    expect(body.items.map(({ text }) => text.slice(0, 6))).toEqual(['served', 'Slow a'])
    expect((await read(`level=info&limit=2&cursor=${body.nextCursor}`)).map(({ text }) => text.slice(0, 3))).toEqual(['fai', '{"o'])
  })

  test.each(['level=loud', 'since=yesterday', 'grep=', `grep=${'x'.repeat(300)}`, 'tail=-1'])(
    'what makes no sense is refused: %s',
    async (query) => {
      expect((await server.get(`/api/pods/app/logs?${query}`)).status).toBe(422)
    },
  )

  test('the command line shows the same, and follows what is wanted only', async () => {
    expect((await texts('--level', 'warn', '--tail', '1'))[0]).toContain('failed: (a+)+$')
    expect(await texts('--grep', 'SLOW')).toEqual([])
    expect(await texts('--since', '1h', '--grep', 'served')).toHaveLength(1)
    const follow = new Command(['logs', 'app', '-f', '--tail', '0', '--grep', 'run', '-o', 'json'], { env })
    await waitFor('the log to be followed', () => server.log.some(({ path }) => String(path).includes('/logs')))
    const { incarnation } = (await server.get<Pod>('/api/pods/app')).body
    await stark(['pod', 'restart', 'app'], { env })
    const line = await waitFor('the next run', () => follow.lines()[0], MANY)
    expect(JSON.parse(line)).toMatchObject({ text: 'run 2', incarnation: incarnation + 1 })
    await follow.kill('SIGINT')
    expect(follow.lines()).toHaveLength(1)
  }, 60_000)

  test('the run before this one can be read by itself', async () => {
    await waitFor('both runs', async () => (await read()).length === 12, MANY)
    expect((await read('previous=true&level=debug&tail=6'))[0]).toMatchObject({ text: 'run 1', incarnation: 1 })
    expect(await texts('--previous', '--grep', 'run')).toEqual(['run 1'])
    expect(await texts('--previous', '--follow', '--grep', 'run')).toEqual(['run 1'])
    expect(await texts('--grep', 'run')).toEqual(['run 1', 'run 2'])
  }, 60_000)
})
