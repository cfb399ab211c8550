/**
 * How good every page of the console is for everybody: nothing serious or critical that axe knows, nothing wider than the window, in
 * both themes, from 320 pixels to 3840, and from right to left; and how much is loaded first.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressOf, PLACES } from '../../console/web/route.ts'
import { done } from '../support/api.ts'
import { Chromium } from '../support/chromium.ts'
import { go, Visitor } from '../support/console.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SIZES = [
  { width: 320, height: 700 },
  { width: 1024, height: 768 },
  { width: 3840, height: 2160 },
]
const FIRST_LOAD_BYTES_MAX = 150_000
const OBJECTS = [
  '/nodes/quiet',
  '/nodes/quiet?view=yaml',
  '/pods/default/placed',
  '/pods/default/too-big?view=why',
  '/pods/default/placed?view=logs',
  '/pods/default/placed?view=history',
  '/pods/default/placed?view=events',
  '/deployments/default/web',
  '/deployments/default/web?view=revisions&from=1&to=2',
  '/deploy?pack=waits',
  '/packs/waits',
  '/namespaces/default',
  '/people?view=tokens',
  '/audit?result=done&since=2026-01-02T03%3A04%3A00.000Z',
  '/history?until=2100-01-02T03%3A04%3A00.000Z',
  '/nothing-here',
]

let server: Server
let node: RawNode
let browser: Chromium
let page: Page

beforeAll(async () => {
  server = await startServer()
  const pack = await server.push({ name: 'waits' })
  await done(server.put('/api/secrets/key', { value: 'hush' }))
  node = await server.join({ name: 'quiet', labels: { zone: 'a' } })
  const { id: placed } = await server.run(pack, { name: 'placed', labels: { app: 'web' } })
  await node.report(await node.sees(placed), { status: 'starting' })
  const { incarnation } = await server.pod(placed)
  const line = { number: 1, at: new Date().toISOString(), level: 'warn', text: 'tired {"after":3}', fields: { after: 3 } }
  await node.wire.ask('pods.appendLogs', { id: placed, incarnation, lines: [line] })
  await server.run(pack, { name: 'too-big', resources: { requests: { cpu: 90_000 }, limits: { cpu: 90_000 } } })
  const { id } = await done(server.post<{ id: string }>('/api/deployments', { pack: 'waits', name: 'web', replicas: 2 }))
  await done(server.patch(`/api/deployments/${id}`, { template: { labels: { changed: 'yes' } } }))
  browser = await Chromium.launch(temporaryFolder('chromium'))
  page = (await Visitor.come(browser, server.url)).page
})
afterAll(async () => {
  await browser.close()
  node.close()
  await server.kill('SIGTERM')
})

/** @param only of these rules; all unless told */
async function faults(only?: readonly string[]): Promise<string[]> {
  const { violations } = await page.evaluate((rules) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }
    return axe.run({ resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) })
  }, only)
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return grave.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.flat().join(' ')}`))
}

const ADDRESSES = [...PLACES.map((place) => addressOf({ place })), ...OBJECTS]
const overflow = (): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)

test('what is loaded first is small', async () => {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await page.reload()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('heading', { name: 'Map' }).waitFor()
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX)
  await session.detach()
})

/** A theme changes colours and nothing else. */
const RULES = { light: undefined, dark: ['color-contrast', 'link-in-text-block'] } as const

describe.each(['light', 'dark'] as const)('every page in %s', (theme) => {
  test.each(SIZES)('is for everybody, and as wide as the window, at $width', async (size) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.setViewportSize(size)
    await page.evaluate(AXE)
    const found: Record<string, string[]> = {}
    for (const address of ADDRESSES) {
      await go(page, address)
      const here = [...(await faults(RULES[theme])), ...((await overflow()) ? ['wider than the window'] : [])]
      if (here.length > 0) found[address] = here
    }
    expect(found).toEqual({})
  })
})

test.each(SIZES)(
  'every page is as wide as the window from right to left, at $width, and what begins a line is at its right',
  async (size) => {
    await page.setViewportSize(size)
    await page.evaluate(() => (document.documentElement.dir = 'rtl'))
    const found: string[] = []
    for (const address of ADDRESSES) {
      await go(page, address)
      const heading = await page.getByRole('heading', { level: 1 }).first().boundingBox()
      const isAtRight = heading !== null && heading.x + heading.width > size.width / 2
      if ((await overflow()) || !isAtRight) found.push(address)
    }
    await page.evaluate(() => document.documentElement.removeAttribute('dir'))
    expect(found).toEqual([])
  },
)

test('the palette, the list of keys and a question with a form are for everybody too', async () => {
  await page.evaluate(AXE)
  await go(page, '/nodes/quiet')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('dialog').getByText('Taints', { exact: true }).click()
  await page.getByRole('button', { name: 'Add to taints' }).click()
  await page.getByLabel('Effect').waitFor()
  expect(await faults()).toEqual([])
  await page.keyboard.press('Escape')
  await go(page, '/secrets')
  await page.getByRole('button', { name: 'Set a secret' }).click()
  await page.getByLabel('Value').waitFor()
  expect(await faults()).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('combobox', { name: 'Page, object or action' }).waitFor()
  expect(await faults()).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  expect(await faults()).toEqual([])
  await page.keyboard.press('Escape')
})

test('a fault would be found', async () => {
  await page.evaluate(AXE)
  expect(await overflow()).toBe(false)
  for (const direction of ['rtl', 'ltr']) {
    const isFound = await page.evaluate((dir) => {
      document.documentElement.dir = dir
      const wide = document.body.appendChild(document.createElement('div'))
      wide.style.width = '200vw'
      wide.style.height = '1px'
      const { scrollWidth } = document.documentElement
      wide.remove()
      return scrollWidth > innerWidth
    }, direction)
    expect(isFound).toBe(true)
  }
  await page.evaluate(() => document.querySelector('stark-console')?.shadowRoot?.append(document.createElement('button')))
  expect(await faults()).not.toEqual([])
})
