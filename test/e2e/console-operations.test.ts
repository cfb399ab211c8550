/** The two halves agree: each operation of a running server has its place in the console, or a reason why it has none. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { CommanderError } from 'commander'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProgram } from '../../console/cli/program.ts'
import { Shell } from '../../console/cli/shell.ts'
import { Terminal } from '../../console/cli/terminal.ts'
import { NOT_OFFERED, OFFERS, type Offer } from '../support/console-offers.ts'
import type { Deployment } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { Chromium } from '../support/chromium.ts'
import { Command, endCommands } from '../support/command.ts'
import { go, Visitor } from '../support/console.ts'
import { ADMIN, SETUP_TOKEN, startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const READY = 'export default async (context) => { context.ready(); await context.sleep(3_600_000) }'
const SLOW_MS = 60_000
const cli = temporaryFolder('cli')

let server: Server
let browser: Chromium
let objects: Readonly<Record<string, string>>

beforeAll(async () => {
  const plugins = temporaryFolder('plugins')
  for (const name of ['cost-aware', 'working-hours']) copyFileSync(`plugins/examples/${name}.ts`, path.join(plugins, `${name}.ts`))
  server = await startServer({ env: { STARK_PLUGINS_DIR: plugins } })
  browser = await Chromium.launch(temporaryFolder('chromium'))
  const home = temporaryFolder('node')
  const { token } = await server.makeToken({ kind: 'join' })
  const env = { STARK_CONFIG_DIR: home, STARK_NODE_DIR: home }
  await new Command(['node', 'join', '--server', server.url, '--token', token, '--name', 'worker'], { env }).event('joined')
  objects = await make()
})
afterAll(async () => {
  await browser.close()
  await endCommands()
  await server.kill('SIGTERM')
})

/** One of each that an offer needs. @returns what stands for it in offers */
async function make(): Promise<Readonly<Record<string, string>>> {
  const pack = await server.push({ name: 'ready' }, READY)
  await server.push({ name: 'ready', version: '1.1.0' }, `${READY}\n`)
  await done(server.post('/api/packs', { name: 'reserved', version: '1.0.0', runtimeTag: 'universal' }))
  await done(server.put('/api/secrets/kept', { value: 'hush' }))
  await done(server.post('/api/namespaces', { name: 'apart' }))
  await done(server.post('/api/priority-classes', { name: 'urgent', value: 7 }))
  await done(server.post('/api/users', { email: 'somebody@stark.example', password: 'something that is long', roles: ['viewer'] }))
  for (const name of ['idle', 'cordoned']) (await server.join({ name, allocatable: { cpu: 0, memory: 0, storage: 0, pods: 0 } })).close()
  await done(server.post('/api/nodes/cordoned/cordon', {}))
  await done(server.post('/api/plugins/working-hours/disable', {}))
  const pod = await server.run(pack, { name: 'runs' })
  await server.until(pod, ({ status }) => status === 'running', SLOW_MS)
  for (const name of ['moves', 'rests', 'tries']) await deployed(name)
  await done(server.patch('/api/deployments/moves', { packVersion: '1.1.0' }))
  await done(server.post('/api/deployments/rests/pause', {}))
  await done(server.patch('/api/deployments/tries', { strategy: { canary: { share: '50%' } }, packVersion: '1.1.0' }))
  await until('tries', ({ status }) => status.phase === 'canary')
  return {
    setup: SETUP_TOKEN,
    email: 'somebody@stark.example',
    namespace: 'apart',
    secret: 'kept',
    pack: 'ready',
    reserved: 'reserved',
    node: 'idle',
    cordoned: 'cordoned',
    pod: 'runs',
    deployment: 'moves',
    paused: 'rests',
    canary: 'tries',
    eventful: 'nodes worker',
    now: new Date().toISOString(),
  }
}

async function deployed(name: string): Promise<void> {
  const template = { resources: { requests: { cpu: 10, memory: 64 } } }
  await done(server.post('/api/deployments', { pack: 'ready@1.0.0', name, replicas: 2, template }))
  await until(name, ({ status }) => status.phase === 'complete')
}

const until = (name: string, isIt: (deployment: Deployment) => boolean) =>
  waitFor(`${name} to come to it`, async () => isIt(await done(server.get<Deployment>(`/api/deployments/${name}`))), { timeoutMs: SLOW_MS })

const filledIn = (text: string): string => text.replaceAll(/:([a-z]+)/g, (whole, name: string) => objects[name] ?? whole)

function offered(page: Page, { as }: Offer) {
  if ('button' in as) return page.getByRole('button', { name: as.button, exact: true })
  if ('link' in as) return page.getByRole('link', { name: filledIn(as.link), exact: true })
  return page.getByText(filledIn(as.text))
}

const isOffered = (page: Page, offer: Offer): Promise<boolean> =>
  offered(page, offer)
    .first()
    .waitFor({ timeout: 30_000 })
    .then(
      () => true,
      () => false,
    )

/** Goes to each address once. @returns the operations whose place does not offer them */
async function missing(isForAnybody: boolean, visit: (address: string) => Promise<Page>): Promise<string[]> {
  const offers = Object.entries(OFFERS)
    .filter(([, offer]) => (offer.isForAnybody ?? false) === isForAnybody)
    .toSorted(([, a], [, b]) => (a.at < b.at ? -1 : 1))
  const found: string[] = []
  let visited: { at: string; page: Page } | undefined
  for (const [operation, offer] of offers) {
    if (visited?.at !== offer.at) visited = { at: offer.at, page: await visit(filledIn(offer.at)) }
    if (!(await isOffered(visited.page, offer))) found.push(`${operation} at ${offer.at}: ${JSON.stringify(offer.as)}`)
  }
  return found
}

test('each operation of the server is offered somewhere, or it is said why not, and none twice', async () => {
  const { paths } = await done(server.get<{ paths: Record<string, Record<string, { operationId: string }>> }>('/openapi.json'))
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  expect(operations.length).toBeGreaterThan(80)
  expect([...Object.keys(OFFERS), ...Object.keys(NOT_OFFERED)].toSorted()).toEqual(operations.toSorted())
})

test('what is offered is where it is said to be', async () => {
  const { page } = await Visitor.come(browser, server.url, ADMIN)
  const visit = async (address: string) => (await go(page, address), page)
  expect(await missing(false, visit)).toEqual([])
})

test('what is offered to anybody is there before anybody is signed in', async () => {
  expect(await missing(true, async (address) => (await browser.open(server.url + address)).page)).toEqual([])
})

/** Of `npx stark NOUN VERB ...`, as it stands in the console's sources: noun and verb, or the one word that there is. */
function commandsShown(): readonly (readonly [string, string | undefined])[] {
  const files = readdirSync('console/web', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const sources = files.map((file) => readFileSync(path.join('console/web', file), 'utf8')).join('\n')
  return [...sources.matchAll(/npx stark ([a-z]+)(?: ([a-zA-Z-]+))?/g)].map(([, noun = '', verb]) => [noun, verb] as const)
}

/** What one can do with each noun of the command line, once it has looked up what the server offers of it. */
async function verbsOf(noun: string): Promise<readonly string[] | undefined> {
  const environment = { STARK_CONFIG_DIR: cli, STARK_SERVER: server.url, STARK_TOKEN: server.token }
  const program = createProgram(
    new Shell(new Terminal({ stdout: new PassThrough(), stderr: new PassThrough(), environment }), environment),
    '0.0.0',
  )
  const found = program.commands.find((command) => command.name() === noun)?.configureOutput({ writeOut: () => undefined })
  // Which is when it is asked for its help, and that ends as an error does.
  const ended: unknown = await program.parseAsync([noun, '--help'], { from: 'user' }).catch((error: unknown) => error)
  if (!(ended instanceof CommanderError)) throw ended
  return found?.commands.map((command) => command.name())
}

test('each command that the console shows is one of the command line', async () => {
  const shown = commandsShown()
  expect(shown.length).toBeGreaterThan(50)
  const known = new Map<string, readonly string[] | undefined>()
  for (const noun of new Set(shown.map(([noun]) => noun))) known.set(noun, await verbsOf(noun))
  const wrong = shown.filter(([noun, verb]) => {
    const verbs = known.get(noun)
    return !verbs || (verbs.length > 0 && verb !== undefined && !verbs.includes(verb))
  })
  expect(wrong).toEqual([])
  expect(known.get('node')).toContain('cordon')
})
