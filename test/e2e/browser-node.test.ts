/**
 * A tab as a node, in a real Chromium, in pages from an origin that is not the control plane's: it joins, runs what Node.js
 * runs, and comes and goes as tabs do.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { EXPECTED, PEER, PROBE } from '../agents/conformance-pack.ts'
import { Chromium, type Tab } from '../support/chromium.ts'
import { done } from '../support/api.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { Site } from '../support/site.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const WAITS = `
export default async function main(context) {
  context.log.info('here', context.pod.name)
  context.ready()
  await context.sleep(600_000)
}
`

let server: Server
let site: Site
let browser: Chromium
let waits: Pack
let joinToken: string

const script = () => `<script type="module" src="${server.url}/agent.js"></script>`
const pageWith = (attributes = '', headers = {}): string =>
  site.page(`/${Math.random()}`, {
    html: `<!doctype html><html lang="en"><title>A page</title>${script()}<stark-agent token="${joinToken}" ${attributes}></stark-agent></html>`,
    headers,
  })
const runOn = async (tab: Tab, fields: object = {}): Promise<Pod> => {
  const { name } = await tab.state()
  return server.run(waits, { nodeName: name, ...fields })
}
const until = (pod: Pod, status: string): Promise<Pod> => server.until(pod, (now) => now.status === status)
const logOf = async (pod: Pod): Promise<string[]> => {
  const { body } = await server.get<{ items: { text: string }[] }>(`/api/pods/${pod.id}/logs`)
  return body.items.map(({ text }) => text)
}

beforeAll(async () => {
  server = await startServer()
  site = await Site.open()
  waits = await server.push({ name: 'waits' }, WAITS)
  joinToken = (await server.makeToken({ kind: 'join' })).token
})
afterAll(async () => {
  site.close()
  await endCommands()
  await server.kill('SIGTERM')
})
/** A new profile each time: a profile is one node. */
beforeEach(async () => {
  browser = await Chromium.launch(temporaryFolder('chromium'))
})
afterEach(async () => {
  await browser.close()
})

describe('a page with the element', () => {
  test('becomes a node, runs a pod, shows it, tells it in events, and has nothing to complain about', async () => {
    const tab = await browser.open(pageWith('cpu="2000" memory="1000" max-pods="5" labels="zone=a, tier=guest"'))
    await tab.page.evaluate(() => {
      const told: string[] = []
      Object.assign(globalThis, { told })
      for (const name of ['stark-connected', 'stark-pod', 'stark-disconnected'])
        document.addEventListener(name, (event) => told.push(`${name} ${(event as CustomEvent<{ status?: string }>).detail.status ?? ''}`))
    })
    const { id, name } = await tab.until('online')
    expect(await server.node(id ?? '')).toMatchObject({
      name,
      runtimeType: 'browser',
      status: 'online',
      allocatable: { cpu: 2000, memory: 1000, pods: 5 },
      labels: { zone: 'a', tier: 'guest', 'stark/browser': 'chrome' },
      capabilities: { isolation: ['frame'] },
    })
    const pod = await until(await runOn(tab, { name: 'shown' }), 'running')
    await waitFor('its log to be there', async () => (await logOf(pod)).includes('here shown'))
    await waitFor('the face to show it', async () => (await tab.part('pods').textContent())?.includes('shownrunning'))
    expect(await tab.part('state').textContent()).toBe('online - 1 running')
    await server.post(`/api/pods/${pod.id}/stop`)
    await until(pod, 'stopped')
    const told = () => tab.page.evaluate(() => (globalThis as unknown as { told: string[] }).told)
    await waitFor('its end to be told', async () => (await told()).includes('stark-pod stopped'))
    expect(await told()).toEqual(expect.arrayContaining(['stark-pod starting', 'stark-pod running', 'stark-pod stopped']))
    expect(tab.complaints).toEqual([])
  })

  test('works by the line that the banner prints, word for word, once it is given a token', async () => {
    const url = site.page('/banner', { html: `<!doctype html><title>A page</title>${script()}<stark-agent></stark-agent>` })
    const tab = await browser.open(url)
    await tab.until('needs-token')
    await tab.part('join').getByLabel('Join token').fill(joinToken)
    await tab.part('join').getByRole('button', { name: 'Join' }).click()
    const { id } = await tab.until('online')
    // It has a credential of its own now.
    await tab.page.reload()
    expect((await tab.until('online')).id).toBe(id)
  })

  test('says so when its token is refused', async () => {
    const url = site.page('/refused', { html: `${script()}<stark-agent token="stark_join_nonsense"></stark-agent>` })
    const { detail } = await (await browser.open(url)).until('refused')
    expect(detail).toContain('credential')
  })

  test('is a node also when it is hidden, and shows nothing', async () => {
    const tab = await browser.open(pageWith('hidden'))
    await tab.until('online')
    await until(await runOn(tab), 'running')
    expect(await tab.part('face').isVisible()).toBe(false)
  })

  test('keeps its id over a reload, and its pod is given up and not run twice', async () => {
    const tab = await browser.open(pageWith())
    const { id } = await tab.until('online')
    const pod = await until(await runOn(tab, { restartPolicy: 'Never' }), 'running')
    await tab.page.reload()
    expect((await tab.until('online')).id).toBe(id)
    expect((await until(pod, 'failed')).reason).toBe('NodeRestarted')
    expect(tab.complaints).toEqual([])
  })
})

describe('two tabs of one site', () => {
  test('are one node; when the one that is it closes, the other takes over within seconds', async () => {
    const first = await browser.open(pageWith())
    const { id } = await first.until('online')
    const second = await browser.open(pageWith())
    await second.until('standby')
    const pod = await until(await runOn(first, { restartPolicy: 'Never' }), 'running')
    await first.close()
    expect((await second.until('online')).id).toBe(id)
    expect((await until(pod, 'failed')).reason).toBe('NodeRestarted')
    await until(await runOn(second), 'running')
    // The goodbye of the first one does not count against the node that is there.
    expect((await server.node(id ?? '')).status).toBe('online')
    expect(second.complaints).toEqual([])
  })
})

describe('a tab', () => {
  test('that is closed has its pod lost within the grace', async () => {
    const tab = await browser.open(pageWith())
    await tab.until('online')
    const pod = await until(await runOn(tab), 'running')
    await tab.close()
    // Ten seconds to come back, one between two looks, and room for a slow machine: silence alone would take five minutes.
    expect(await until(pod, 'evicted')).toMatchObject({ reason: 'NodeLost' })
  })

  test('whose element is taken out of the page has said goodbye as well', async () => {
    const tab = await browser.open(pageWith())
    await tab.until('online')
    const pod = await until(await runOn(tab), 'running')
    await tab.page.evaluate(() => document.querySelector('stark-agent')?.remove())
    expect(await until(pod, 'evicted')).toMatchObject({ reason: 'NodeLost' })
  })

  test('that wakes before its word that it sleeps has arrived is well all the same', async () => {
    const tab = await browser.open(pageWith())
    const { id = '' } = await tab.until('online')
    let letThrough = (): void => undefined
    const gate = new Promise<void>((resolve) => (letThrough = resolve))
    const asked = browser.context.waitForEvent('request', (request) => request.url().endsWith('/suspend'))
    await browser.context.route('**/suspend', async (route) => {
      await gate
      await route.continue()
    })
    const frame = tab.page.frames().find((each) => each.url() === `${server.url}/agent.html`)
    const live = (event: string) => frame?.evaluate((name) => document.dispatchEvent(new Event(name)), event)
    await live('freeze')
    const word = await asked
    await tab.until('connecting')
    await live('resume')
    const before = performance.now()
    await waitFor('a second to pass', async () => (await tab.state()).phase === 'online' || performance.now() - before > 1_000)
    expect((await tab.state()).phase).toBe('connecting')
    letThrough()
    await word.response()
    await tab.until('online')
    await waitFor('the taint to go', async () => (await server.node(id)).taints.length === 0)
    await until(await runOn(tab), 'running')
  })

  test('that is paused is drained, and takes pods again when it is not', async () => {
    const tab = await browser.open(pageWith())
    await tab.until('online')
    const pod = await until(await runOn(tab), 'running')
    await tab.part('pause').click()
    expect(await until(pod, 'evicted')).toMatchObject({ exit: { error: null } })
    await waitFor('the face to say so', async () => (await tab.part('state').textContent())?.startsWith('paused'))
    expect((await runOn(tab)).status).toBe('pending')
    await tab.part('pause').click()
    await waitFor('the face to say so', async () => (await tab.part('state').textContent())?.startsWith('online'))
    await until(await runOn(tab), 'running')
    expect(tab.complaints).toEqual([])
  })
})

describe('the policies of a page', () => {
  const strict = () =>
    `default-src 'none'; script-src ${server.url}; frame-src ${server.url}; connect-src 'none'; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`

  test.each([
    ['a strict content security policy with Trusted Types', () => ({ 'content-security-policy': strict() })],
    [
      'isolation from other origins',
      () => ({ 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' }),
    ],
  ])('%s do not keep it from being a node', async (_, headers) => {
    const tab = await browser.open(pageWith('', headers()))
    await tab.until('online')
    await until(await runOn(tab), 'running')
    expect(tab.complaints).toEqual([])
  })

  test('without frame-src are named as what is missing', async () => {
    const headers = { 'content-security-policy': `default-src 'self'; script-src ${server.url}` }
    const tab = await browser.open(pageWith('', headers))
    const { detail } = await tab.until('unsupported')
    expect(detail).toBe(`this page's content security policy does not let it be a node: it needs frame-src ${server.url}`)
  })
})

/** A pack in two files, of which one throws. */
const FAILING = {
  'package.json': JSON.stringify({ name: 'failing', version: '1.0.0', type: 'module', stark: { visibility: 'public' } }),
  'src/index.ts': `import { divide } from './divide.ts'

export default function main(context: { log: { warn(text: unknown): void } }): number {
  try { divide(1, 0) } catch (error) { context.log.warn(error) }
  return divide(1, 0)
}
`,
  'src/divide.ts': `/** Whole numbers only. */
export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError('by zero')
  return a / b
}
`,
}

describe('packs on nodes of both kinds', () => {
  let node: Command
  beforeAll(async () => {
    const { token } = await server.makeToken({ kind: 'join' })
    node = new Command(['node', 'join', '--server', server.url, '--token', token, '--name', 'machine', '--data', temporaryFolder('node')])
    await node.event('joined')
  })
  afterAll(async () => {
    await node.kill('SIGTERM')
  })

  test('find every member of the context the same, and reach each other from either side', async () => {
    const tab = await browser.open(pageWith())
    const { name: here } = await tab.until('online')
    const [probe, peer] = await Promise.all([
      server.push({ name: 'probe', runtimeTag: 'universal' }, PROBE),
      server.push({ name: 'peer', runtimeTag: 'universal' }, PEER),
    ])
    /** A probe on one node, with its peer on the other. */
    const run = async (nodeName: string | undefined, peerNode: string | undefined): Promise<{ pod: Pod; log: string[] }> => {
      const other = await server.run(peer, { nodeName: peerNode })
      await waitFor('the peer to listen', async () => (await server.pod(other.id)).ready)
      const fields = { args: [other.id, `${site.url}/data`], env: { GREETING: 'hi' }, labels: { app: 'x' }, secrets: ['key'] }
      const pod = await until(await server.run(probe, { nodeName, restartPolicy: 'Never', ...fields }), 'succeeded')
      await server.post(`/api/pods/${other.id}/stop`)
      return { pod, log: await logOf(pod) }
    }
    await server.put('/api/secrets/key', { value: 'opens' })
    const onMachine = await run('machine', here)
    const inTab = await run(here, 'machine')
    expect(inTab.pod.exit?.result).toEqual(EXPECTED)
    expect(inTab.pod.exit).toEqual(onMachine.pod.exit)
    expect(inTab.log).toEqual(onMachine.log)
    expect(tab.complaints).toEqual([])
  })

  test("fail with the author's own lines in their stack traces, and in their logs", async () => {
    const tab = await browser.open(pageWith())
    const { name: here } = await tab.until('online')
    const folder = temporaryFolder('failing')
    mkdirSync(path.join(folder, 'src'))
    for (const [file, text] of Object.entries(FAILING)) writeFileSync(path.join(folder, file), text)
    const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
    await stark(['pack', 'push', folder], { env: { STARK_SERVER: server.url, STARK_TOKEN: token } })
    for (const nodeName of ['machine', here]) {
      const fields = { pack: 'failing@1.0.0', nodeName, restartPolicy: 'Never' }
      const pod = await until(await done(server.post<Pod>('/api/pods', fields)), 'failed')
      const trace = /RangeError: by zero\n +at divide \(src\/divide\.ts:3:22\)\n +at \w+ \(src\/index\.ts:5:10\)/
      expect(pod.exit?.error?.stack).toMatch(trace)
      expect((await logOf(pod)).join('\n')).toContain('(src/index.ts:4:9)')
    }
  })
})
