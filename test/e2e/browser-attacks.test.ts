/**
 * The attacks of test/attacks/browser against a tab: none gets anything, no server hears of it, and page, agent and the pod beside it
 * are well afterwards.
 */
import type { Frame } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { attacks, nuisances, packOf } from '../attacks/browser/attacks.ts'
import { Chromium, type Tab } from '../support/chromium.ts'
import { startServer, type Server } from '../support/server.ts'
import { Site } from '../support/site.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

type Outcomes = Record<string, { booty?: unknown; refused?: string }>

let server: Server
let site: Site
let evil: Site
let browser: Chromium
let tab: Tab
let neighbour: Pod
let beats: () => Promise<number>

const hasEnded = ({ status }: Pod): boolean => ['succeeded', 'failed', 'stopped', 'evicted'].includes(status)
const runOn = async (pack: Pack, fields: object = {}): Promise<Pod> => {
  const { name } = await tab.state()
  return server.run(pack, { nodeName: name, restartPolicy: 'Never', ...fields })
}
const runSource = async (source: string, fields: object = {}): Promise<Pod> =>
  server.until(await runOn(await server.push({}, source), fields), hasEnded)

/** The page keeps what is dear to it wherever a page can, and listens to everybody. */
const PAGE = `
  localStorage.setItem('secret', 'of the page')
  globalThis.told = []
  addEventListener('message', ({ data }) => { if (data.type !== 'state' && data.type !== 'hello') told.push(data) })
  const channel = new BroadcastChannel('host'); channel.onmessage = ({ data }) => told.push(data)
  setInterval(() => new BroadcastChannel('host').postMessage('of the page'), 50)
  globalThis.ready = (async () => {
    await (await caches.open('host')).put('/', new Response('of the page'))
    await new Promise((resolve) => (indexedDB.open('host').onsuccess = resolve))
    navigator.locks.request('host', () => new Promise(() => {}))
  })()`

beforeAll(async () => {
  server = await startServer()
  site = await Site.open()
  evil = await Site.open('127.0.0.2')
  browser = await Chromium.launch(temporaryFolder('chromium'))
  const { token } = await server.makeToken({ kind: 'join' })
  const url = site.page('/page', {
    html: `<!doctype html><title>A page</title><script>${PAGE}</script><script type="module" src="${server.url}/agent.js"></script><stark-agent token="${token}"></stark-agent>`,
    headers: { 'set-cookie': 'session=secret-of-the-page; HttpOnly' },
  })
  tab = await browser.open(url)
  await tab.page.evaluate('ready')
  await tab.until('online')
  const beating = `export default async function main(context) { for (let beat = 1; ; beat++) { context.log.info('beat ' + beat); await context.sleep(100) } }`
  neighbour = await server.until(await runOn(await server.push({}, beating)), ({ status }) => status === 'running')
  beats = async () => {
    const { body } = await server.get<{ items: { text: string }[] }>(`/api/pods/${neighbour.id}/logs`)
    return Number(body.items.at(-1)?.text.slice(5) ?? 0)
  }
})
afterAll(async () => {
  await browser.close()
  site.close()
  evil.close()
  await server.kill('SIGTERM')
})

/** Nobody else has noticed anything. */
async function expectAllWell(): Promise<void> {
  const before = await beats()
  await waitFor('the pod beside it to go on', async () => (await beats()) > before)
  expect((await server.pod(neighbour.id)).incarnation).toBe(neighbour.incarnation)
  expect((await tab.state()).phase).toBe('online')
  expect(await tab.page.evaluate('told')).toEqual(expect.not.arrayContaining(['forged']))
  expect(await tab.page.evaluate('document.title')).toBe('A page')
}

describe.each(Object.entries(attacks))('a hostile pack in a tab, %s:', (_, group) => {
  let outcomes: Outcomes
  beforeAll(async () => {
    const pod = await runSource(packOf(group), { env: { TARGETS: JSON.stringify({ site: site.url, server: server.url, evil: evil.url }) } })
    expect(pod.exit?.error).toBeNull()
    outcomes = pod.exit?.result as Outcomes
  })

  test.each(Object.keys(group))('%s, and gets nothing', (name) => {
    expect(outcomes[name]).toEqual({ refused: expect.any(String) })
  })

  test('and everybody else is well', expectAllWell)
})

describe('a pack that', () => {
  test.each(Object.entries(nuisances))('%s costs only itself', async (_, { source, becomes }) => {
    expect(await runSource(source)).toMatchObject(becomes)
    await expectAllWell()
  })

  test('refuses to stop is ended after its grace, and the page is not held up meanwhile', async () => {
    const spins = await server.push({}, `export default function main(context) { context.log.info('spinning'); for (;;); }`)
    const pod = await server.until(await runOn(spins, { terminationGracePeriodSeconds: 3 }), ({ status }) => status === 'running')
    await tab.page.evaluate(`globalThis.ticks = 0; setInterval(() => (ticks += 1), 20); undefined`)
    await server.post(`/api/pods/${pod.id}/stop`)
    expect(await server.until(pod, hasEnded)).toMatchObject({ status: 'stopped', exit: { error: { name: 'GracePeriodExceeded' } } })
    // A hundred and fifty when nothing else runs on this machine; one when the page is held up.
    expect(await tab.page.evaluate('ticks')).toBeGreaterThan(10)
    await expectAllWell()
  })
})

describe('a bundle', () => {
  const agentFrame = (): Frame => {
    const frame = tab.page.frames().find((each) => each.url().startsWith(`${server.url}/agent.html`))
    if (!frame) throw new Error('the page has no agent')
    return frame
  }

  test('that was changed in storage is not run: it is downloaded anew', async () => {
    const pack = await server.push({}, `export default () => 'what the author wrote'`)
    await server.until(await runOn(pack), hasEnded)
    await agentFrame().evaluate(async (sha256) => {
      const cache = await caches.open('stark-bundles')
      if (!(await cache.match(`/bundles/${sha256}`))) throw new Error('it was not kept')
      await cache.put(`/bundles/${sha256}`, new Response(`export default () => 'what somebody else wrote'`))
    }, pack.bundle?.sha256 ?? '')
    expect((await server.until(await runOn(pack), hasEnded)).exit?.result).toBe('what the author wrote')
  })

  test('that was changed in transit is not run', async () => {
    const pack = await server.push({}, `export default () => 'what the author wrote, again'`)
    await browser.context.route('**/bundle', (route) => route.fulfill({ body: `export default () => 'what somebody else wrote'` }))
    const pod = await server.until(await runOn(pack), hasEnded)
    await browser.context.unroute('**/bundle')
    expect(pod).toMatchObject({ status: 'failed', reason: 'PackLoadError', statusMessage: expect.stringContaining('sha-256') })
    await expectAllWell()
  })
})

describe('after all of it', () => {
  test('no server has heard of any of it, but for what an agent fetched without cookies', () => {
    expect(evil.requests).toEqual([])
    const heard = site.requests.map(({ method, url, cookie }) => `${method} ${url} ${cookie}`)
    expect(new Set(heard)).toEqual(new Set(['GET /cookies undefined']))
  })

  test('the page has what it had', async () => {
    expect(await tab.page.evaluate(`localStorage.getItem('secret')`)).toBe('of the page')
    expect(await tab.page.evaluate(`caches.open('host').then((cache) => cache.match('/')).then((kept) => kept.text())`)).toBe('of the page')
  })
})
