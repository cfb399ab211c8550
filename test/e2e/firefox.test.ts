/**
 * A tab of Firefox as a node, where Firefox is installed: it runs what Chromium and Node.js run, with the same result, and the attacks
 * of test/attacks/browser get nothing there either.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { EXPECTED, PEER, PROBE } from '../agents/conformance-pack.ts'
import { attacks, nuisances, packOf } from '../attacks/browser/attacks.ts'
import { Firefox, firefoxPath } from '../support/firefox.ts'
import { startServer, type Server } from '../support/server.ts'
import { Site } from '../support/site.ts'
import { waitFor } from '../support/wait-for.ts'

describe.skipIf(firefoxPath === undefined)('a tab of Firefox', () => {
  let server: Server
  let site: Site
  let evil: Site
  let firefox: Firefox
  let nodeName: string

  const toTheEnd = async (pack: Pack, fields: object = {}): Promise<Pod> =>
    server.until(await server.run(pack, { nodeName, restartPolicy: 'Never', ...fields }), ({ status }) =>
      ['succeeded', 'failed'].includes(status),
    )

  beforeAll(async () => {
    server = await startServer()
    site = await Site.open()
    evil = await Site.open('127.0.0.2')
    firefox = await Firefox.launch()
    const { token } = await server.makeToken({ kind: 'join' })
    const html = `<!doctype html><title>A page</title><script>localStorage.setItem('secret', 'of the page')</script>
      <script type="module" src="${server.url}/agent.js"></script><stark-agent token="${token}"></stark-agent>`
    await firefox.open(site.page('/page', { html, headers: { 'set-cookie': 'session=secret-of-the-page; HttpOnly' } }))
    nodeName = (await firefox.until('online')).name ?? ''
  })
  afterAll(async () => {
    await firefox?.close()
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
    const refused = Object.fromEntries(Object.keys(group).map((name) => [name, { refused: expect.any(String) as string }]))
    expect(exit).toMatchObject({ result: refused, error: null })
  })

  // A worker's messages wait in Firefox for as long as the worker does not pause, and fill the tab's memory: agents/README.md.
  const { 'floods its port': _costsItsTab, ...others } = nuisances
  test.each(Object.entries(others))('lets a pack that %s cost only itself', async (_, { source, becomes }) => {
    expect(await toTheEnd(await server.push({}, source))).toMatchObject(becomes)
    expect(await firefox.evaluate('document.title')).toBe('A page')
    await firefox.until('online')
  })
})
