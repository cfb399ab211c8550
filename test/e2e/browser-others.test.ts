/**
 * A tab of Firefox and one of WebKit as nodes, where these are installed: they run what Chromium and Node.js run, with the same result, and
 * the attacks of test/attacks/browser get nothing there either.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { EXPECTED, PEER, PROBE } from '../agents/conformance-pack.ts'
import { attacks, nuisances, packOf } from '../attacks/browser/attacks.ts'
import type { DrivenBrowser } from '../support/driven-browser.ts'
import { Firefox } from '../support/firefox.ts'
import { startServer, type Server } from '../support/server.ts'
import { Site } from '../support/site.ts'
import { waitFor } from '../support/wait-for.ts'
import { WebKit } from '../support/webkit.ts'

interface Other {
  readonly name: string
  readonly isInstalled: boolean
  /** Of Debian. */
  readonly packages: string
  readonly launch: () => Promise<DrivenBrowser>
  /** What a pack can do to its whole tab there: agents/README.md says why. */
  readonly costsItsTab: readonly string[]
  /** What a hostile pack is given there all the same, and can do nothing with. */
  readonly gives: Readonly<Record<string, unknown>>
}

const others: readonly Other[] = [
  {
    name: 'Firefox',
    isInstalled: Firefox.isInstalled,
    packages: 'firefox-esr',
    launch: Firefox.launch,
    // A worker's messages wait for as long as the worker does not pause, and fill the tab's memory.
    costsItsTab: ['floods its port'],
    gives: {},
  },
  {
    name: 'WebKit',
    isInstalled: WebKit.isInstalled,
    packages: 'webkit2gtk-driver xvfb',
    launch: WebKit.launch,
    costsItsTab: [],
    // Nothing that would ask the user is there in a worker.
    gives: { 'asks for a permission': 'prompt' },
  },
]

/** Its packages are named where it is not installed, and all of it is skipped. */
const titled = ({ name, isInstalled, packages }: Other): string =>
  isInstalled ? `a tab of ${name}` : `a tab of ${name}, which is not installed here (apt-get install ${packages}),`

for (const other of others) {
  describe.skipIf(!other.isInstalled)(titled(other), () => {
    browserContract(other)
  })
}

function browserContract({ launch, costsItsTab, gives }: Other): void {
  let server: Server
  let site: Site
  let evil: Site
  let browser: DrivenBrowser
  let page: string
  let nodeName: string
  let nodeId: string

  const toTheEnd = async (pack: Pack, fields: object = {}): Promise<Pod> =>
    server.until(await server.run(pack, { nodeName, restartPolicy: 'Never', ...fields }), ({ status }) =>
      ['succeeded', 'failed'].includes(status),
    )

  beforeAll(async () => {
    server = await startServer()
    site = await Site.open()
    evil = await Site.open('127.0.0.2')
    browser = await launch()
    const { token } = await server.makeToken({ kind: 'join' })
    const html = `<!doctype html><title>A page</title><script>localStorage.setItem('secret', 'of the page')</script>
      <script type="module" src="${server.url}/agent.js"></script><stark-agent token="${token}"></stark-agent>`
    page = site.page('/page', { html, headers: { 'set-cookie': 'session=secret-of-the-page; HttpOnly' } })
    await browser.open(page)
    const { id = '', name = '' } = await browser.until('online')
    ;[nodeId, nodeName] = [id, name]
  })
  afterAll(async () => {
    await browser?.close()
    site?.close()
    evil?.close()
    await server?.kill('SIGTERM')
  })

  test('keeps every promise of the pack contract', async () => {
    const [probe, peer] = [
      await server.push({ name: 'probe', runtimeTag: 'universal' }, PROBE),
      await server.push({ name: 'peer', runtimeTag: 'universal' }, PEER),
    ]
    await server.put('/api/secrets/key', { value: 'opens' })
    const other = await server.run(peer, { nodeName })
    await waitFor('the peer to listen', async () => (await server.pod(other.id)).ready)
    const fields = { args: [other.id, `${site.url}/data`], env: { GREETING: 'hi' }, labels: { app: 'x' }, secrets: ['key'] }
    expect((await toTheEnd(probe, fields)).exit).toMatchObject({ result: EXPECTED, error: null })
  })

  test.each(Object.entries(attacks))('gives nothing to a hostile pack, %s', async (_, group) => {
    const targets = JSON.stringify({ site: site.url, server: server.url, evil: evil.url })
    const { exit } = await toTheEnd(await server.push({}, packOf(group)), { env: { TARGETS: targets } })
    const refused = { refused: expect.any(String) as string }
    const outcomes = Object.fromEntries(Object.keys(group).map((name) => [name, name in gives ? { booty: gives[name] } : refused]))
    expect(exit).toMatchObject({ result: outcomes, error: null })
  })

  const harmless = Object.entries(nuisances).filter(([name]) => !costsItsTab.includes(name))
  test.each(harmless)('lets a pack that %s cost only itself', async (_, { source, becomes }) => {
    expect(await toTheEnd(await server.push({}, source))).toMatchObject(becomes)
    expect(await browser.evaluate('document.title')).toBe('A page')
    await browser.until('online')
  })

  test('ends a pod that refuses to stop after its grace', async () => {
    const spins = await server.push({}, `export default function main(context) { context.log.info('spinning'); for (;;); }`)
    const fields = { nodeName, restartPolicy: 'Never', terminationGracePeriodSeconds: 1 }
    const pod = await server.until(await server.run(spins, fields), ({ status }) => status === 'running')
    await server.post(`/api/pods/${pod.id}/stop`)
    const ended = await server.until(pod, ({ status }) => status === 'stopped')
    expect(ended).toMatchObject({ exit: { error: { name: 'GracePeriodExceeded' } } })
  })

  test('is the same node when its page is loaded again', async () => {
    await browser.open(page)
    expect((await browser.until('online')).id).toBe(nodeId)
  })

  test('has let no pack reach a server, but by its agent and without cookies', () => {
    expect(evil.requests).toEqual([])
    const heard = site.requests.map(({ method, url, cookie }) => `${method} ${url} ${cookie}`)
    expect(new Set(heard)).toEqual(new Set(['POST /data undefined', 'GET /cookies undefined']))
  })
}
