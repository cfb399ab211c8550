/** A tab as a node while nobody looks at it: hidden, frozen and awake again, in a Chromium that throttles as it does for people. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pack, Pod } from '../../kernel/index.ts'
import { RawChromium, type RawTab } from '../support/raw-chromium.ts'
import { startServer, type Server } from '../support/server.ts'
import { Site } from '../support/site.ts'
import { waitFor } from '../support/wait-for.ts'

/** Of the server; the first look at silence is that long after its start. */
const HEARTBEAT_TIMEOUT_MS = 10_000

let server: Server
let site: Site
let browser: RawChromium
let waits: Pack
let page: string

const until = (pod: Pod, status: string): Promise<Pod> => server.until(pod, (now) => now.status === status)

beforeAll(async () => {
  server = await startServer()
  await server.patch('/api/cluster', { heartbeatIntervalMs: 1_000, heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS })
  site = await Site.open()
  const source = `export default async function main(context) { context.log.info('here'); await context.sleep(600_000) }`
  waits = await server.push({ name: 'waits' }, source)
  const { token } = await server.makeToken({ kind: 'join' })
  const html = `<!doctype html><title>A page</title><script type="module" src="${server.url}/agent.js"></script><stark-agent token="${token}"></stark-agent>`
  page = site.page('/page', { html })
})
afterAll(async () => {
  site.close()
  await server.kill('SIGTERM')
})
beforeEach(async () => {
  // The timers of hidden pages to one a minute after ten seconds in place of five minutes.
  browser = await RawChromium.launch({ flags: ['--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10'] })
})
afterEach(async () => {
  await browser.close()
})

async function withPod(): Promise<{ tab: RawTab; id: string; pod: Pod }> {
  const tab = await browser.open(page)
  const { id = '', name } = await tab.until('online')
  const pod = await until(await server.run(waits, { nodeName: name, restartPolicy: 'Never' }), 'running')
  return { tab, id, pod }
}

describe('a tab behind another', () => {
  test('goes on being heard of while the timers of its page hardly run', async () => {
    const { tab, id, pod } = await withPod()
    await tab.evaluate(
      `globalThis.ticks = 0; setInterval(() => ticks++, 500); document.addEventListener('visibilitychange', () => (ticks = 0))`,
    )
    const other = await browser.open('about:blank')
    await other.show()
    await waitFor('the page to be hidden', () => tab.evaluate<boolean>(`document.visibilityState === 'hidden'`))
    await waitFor(
      'the page to be throttled',
      async () => {
        const before = await tab.evaluate<number>('ticks')
        const started = performance.now()
        await waitFor('more time to pass than silence may last', () => performance.now() - started > HEARTBEAT_TIMEOUT_MS + 2_000)
        return (await tab.evaluate<number>('ticks')) - before <= 1
      },
      // Ten seconds after it was hidden, or, when the machine was busy while it loaded, a minute.
      { timeoutMs: 140_000 },
    )
    const { body } = await server.get<{ items: { reason: string }[] }>(`/api/pods/${pod.id}/history`)
    expect(body.items.map(({ reason }) => reason)).not.toContain('NodeUnreachable')
    expect(await server.node(id)).toMatchObject({ status: 'online', taints: [] })
  })
})

describe('a tab that is frozen', () => {
  test('has pods of which nobody knows how they are, and goes on with them when it wakes', async () => {
    const { tab, id, pod } = await withPod()
    await browser.open('about:blank')
    await tab.setFrozen(true)
    await until(pod, 'unknown')
    await tab.show()
    await tab.setFrozen(false)
    expect((await until(pod, 'running')).incarnation).toBe(pod.incarnation)
    await waitFor('the taint to go', async () => (await server.node(id)).taints.length === 0)
    const log = async (): Promise<string[]> => {
      const { body } = await server.get<{ items: { text: string }[] }>(`/api/pods/${pod.id}/logs`)
      return body.items.map(({ text }) => text)
    }
    // The line may have been on its way when the tab was frozen.
    await waitFor('its log to be there', async () => (await log()).length > 0)
    expect(await log()).toEqual(['here'])
  })

  test('lets another be the node, and stands by when it wakes; its pods end with it', async () => {
    const { tab, id, pod } = await withPod()
    const second = await browser.open(page)
    await second.until('standby')
    await tab.setFrozen(true)
    expect((await second.until('online')).id).toBe(id)
    expect((await until(pod, 'failed')).reason).toBe('NodeRestarted')
    await tab.show()
    await tab.setFrozen(false)
    await tab.until('standby')
    await waitFor('the node to be well', async () => (await server.node(id)).status === 'online')
  })
})

describe('a pack that fills its memory', () => {
  const bomb = `export default async function main(context) {
    const kept = []
    for (;;) { kept.push(new Array(10_000).fill(kept.length)); if (kept.length % 200 === 0) await context.sleep(1) }
  }`

  // A browser has one process for all that is sandboxed in a tab, and no limit for one of its workers: agents/README.md says so.
  test('takes the other pods of its tab with it, and neither the page nor its agent', async () => {
    await browser.close()
    browser = await RawChromium.launch({ flags: ['--js-flags=--max-old-space-size=100'] })
    const { tab, id, pod } = await withPod()
    const hungry = await server.run(await server.push({}, bomb), { nodeName: id, restartPolicy: 'Never' })
    expect(await until(hungry, 'failed')).toMatchObject({ reason: 'Killed' })
    expect(await until(pod, 'failed')).toMatchObject({ reason: 'Killed' })
    expect(await tab.evaluate('document.title')).toBe('A page')
    await tab.until('online')
    await until(await server.run(waits, { nodeName: id }), 'running')
  })
})
