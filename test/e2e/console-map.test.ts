/** The live half of the console in a real Chromium against a real server: the map, and what is done from it. */
import { copyFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layOut, squareAt, type Point } from '../../console/web/map/layout.ts'
import type { Pack } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { Chromium, type Tab } from '../support/chromium.ts'
import { Visitor } from '../support/console.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const plugins = temporaryFolder('plugins')
let server: Server
let browser: Chromium
let pack: Pack
let left: RawNode
let right: RawNode
/** Signed in once: a session belongs to its tab. */
let tab: Tab

beforeAll(async () => {
  server = await startServer({ env: { STARK_PLUGINS_DIR: plugins } })
  pack = await server.push({ name: 'waits' })
  left = await server.join({ name: 'left', labels: { zone: 'a' } })
  browser = await Chromium.launch(temporaryFolder('chromium'))
  right = await server.join({ name: 'right', labels: { zone: 'b' } })
  tab = (await Visitor.come(browser, server.url)).tab
})
afterAll(async () => {
  await browser.close()
  left.close()
  right.close()
  await server.kill('SIGTERM')
})
async function open(address: string): Promise<Tab> {
  await tab.goTo(server.url + address)
  await tab.page.getByText('Live', { exact: true }).waitFor()
  return tab
}

async function running(name: string, node: RawNode) {
  const pod = await server.run(pack, { name, nodeName: node.node.name })
  await node.report(await node.sees(pod.id), { status: 'starting' })
  await node.report(await server.pod(pod.id), { status: 'running' })
  return pod
}

/** Where the first square of a node is on the page; the nodes of the map are `left` and `right`. */
async function squareOf(page: Page, node: 'left' | 'right'): Promise<Point> {
  const box = await page.locator('map-canvas').boundingBox()
  if (!box) throw new Error('the map is not in the page')
  const { cells, grid } = layOut([{ name: 'All nodes', nodeIds: ['left', 'right'] }], { width: box.width, height: box.height, pods: 4 })
  const cell = cells.find(({ nodeId }) => nodeId === node) ?? { x: 0, y: 0 }
  const square = squareAt(grid, 0)
  return { x: box.x + cell.x + square.x + 3, y: box.y + cell.y + square.y + 3 }
}

/** Points there until the map says what is wanted of the node on the right, which a view that was zoomed in has elsewhere. */
async function pointing(page: Page, { x, y }: Point, wanted: 'right' | 'nothing'): Promise<void> {
  let tries = 0
  await waitFor(`${wanted} at ${x}, ${y}`, async () => {
    // What is under a pointer that does not move is not said anew.
    await page.mouse.move(x + (tries++ % 2), y)
    return (await page.getByText('right: online').count()) > 0 === (wanted === 'right')
  })
}

/** Counts the frames in which something is drawn above the cells. */
const watchAbove = (page: Page) =>
  page.evaluate(() => {
    const shell = document.querySelector('stark-console')?.shadowRoot?.querySelector('console-shell')
    const map = shell?.shadowRoot?.querySelector('cluster-map')?.shadowRoot?.querySelector('map-canvas')
    const above = map?.shadowRoot?.querySelectorAll('canvas')[1]
    // A copy, because the browser complains of canvases that are read while they are drawn on.
    const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (!above || !copy) throw new Error('there is no map')
    const look = () => {
      const { width, height } = copy.canvas
      copy.clearRect(0, 0, width, height)
      copy.drawImage(above, 0, 0, width, height)
      const { data } = copy.getImageData(0, 0, width, height)
      if (data.some((value) => value > 0)) document.body.dataset['flown'] = 'yes'
      requestAnimationFrame(look)
    }
    look()
  })
const hasFlown = (page: Page) => page.evaluate(() => document.body.dataset['flown'] === 'yes')

describe('the map', () => {
  test('shows a pod come and where it is, and keeps in the address what is grouped, coloured and searched', async () => {
    const { page, complaints } = await open('/')
    await page.getByText('2 nodes, 0 pods').waitFor()
    await watchAbove(page)
    const pod = await running('arrives', left)
    await waitFor('the pod to fly in', () => hasFlown(page))
    await page.getByText('2 nodes, 1 pod').waitFor()
    const square = await squareOf(page, 'left')
    await page.mouse.move(square.x, square.y)
    await page.getByText('default/arrives: running').waitFor()
    const other = await squareOf(page, 'right')
    await page.mouse.wheel(0, -2_000)
    await pointing(page, other, 'nothing')
    await page.getByRole('application', { name: 'Map of the nodes' }).press('0')
    await pointing(page, other, 'right')
    await page.mouse.click(square.x, square.y)
    await page.getByRole('region', { name: 'Node left' }).getByRole('link', { name: 'arrives' }).waitFor()
    await page.getByLabel('Group by').selectOption('zone')
    await page.getByLabel('Colour by').selectOption('pressure')
    await page.getByText('75 % to 90 %').waitFor()
    await page.getByLabel('Search nodes and pods').fill('arr')
    await page.waitForURL(`${server.url}/?node=${left.id}&by=zone&colour=pressure&q=arr`)
    await server.delete(`/api/pods/${pod.id}`)
    await left.report(await server.pod(pod.id), { status: 'stopped' })
    await page.getByText('2 nodes, 0 pods').waitFor()
    await page.getByText('It has no pods.').waitFor()
    expect(complaints).toEqual([])
  })

  test('moves nothing for those who asked for less motion', async () => {
    const { page } = await open('/')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByText('2 nodes, 0 pods').waitFor()
    await watchAbove(page)
    const pod = await running('appears', right)
    await page.getByText('2 nodes, 1 pod').waitFor()
    const square = await squareOf(page, 'right')
    expect(await hasFlown(page)).toBe(false)
    await page.mouse.move(square.x, square.y)
    await page.getByText('default/appears: running').waitFor()
    await page.emulateMedia({ reducedMotion: null })
    await server.delete(`/api/pods/${pod.id}`)
    await right.report(await server.pod(pod.id), { status: 'stopped' })
  })

  test('is walked with the arrow keys, heard, opened with Enter, and the same as a list', async () => {
    const { page, complaints } = await open('/')
    const map = page.getByRole('application', { name: 'Map of the nodes' })
    await map.focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('status').filter({ hasText: 'left: online, 0 of 100 pods' }).waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowRight')
    await page.getByRole('region', { name: 'Node right' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'right' }).waitFor()
    await page.goBack()
    await page.getByRole('region', { name: 'Node right' }).waitFor()
    await map.focus()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'As a list' }).click()
    await page.getByLabel('Group by').selectOption('zone')
    const rows = page.locator('map-list tbody tr')
    expect(await rows.allInnerTexts()).toEqual([expect.stringMatching(/^a\s+left\s+online/), expect.stringMatching(/^b\s+right\s+online/)])
    expect(complaints).toEqual([])
  })
})

describe('two fingers', () => {
  test('on a screen zoom in around what is between them, and out again, and the page stays as large as it is', async () => {
    const { page, complaints } = await open('/')
    await page.getByText('2 nodes, 0 pods').waitFor()
    const [at, other] = [await squareOf(page, 'left'), await squareOf(page, 'right')]
    await pointing(page, other, 'right')
    const session = await page.context().newCDPSession(page)
    const pinch = async (from: number, to: number) => {
      const fingers = (apart: number) => [
        { x: at.x - apart, y: at.y, id: 0 },
        { x: at.x + apart, y: at.y, id: 1 },
      ]
      await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(from) })
      for (let step = 1; step <= STEPS; step += 1) {
        const apart = from + ((to - from) * step) / STEPS
        await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) })
      }
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    }
    await pinch(6, 120)
    await pointing(page, other, 'nothing')
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1)
    await pinch(120, 6)
    await pointing(page, other, 'right')
    await session.detach()
    expect(complaints).toEqual([])
  })

  test('on a touchpad do the same, as a wheel with Ctrl, and the page stays as large as it is', async () => {
    const { page, complaints } = await open('/')
    await page.getByText('2 nodes, 0 pods').waitFor()
    const [at, other] = [await squareOf(page, 'left'), await squareOf(page, 'right')]
    const ratio = await page.evaluate(() => devicePixelRatio)
    await pointing(page, other, 'right')
    await page.mouse.move(at.x, at.y)
    await page.keyboard.down('Control')
    for (let step = 0; step < STEPS; step += 1) await page.mouse.wheel(0, -30)
    await page.keyboard.up('Control')
    await pointing(page, other, 'nothing')
    expect(await page.evaluate(() => devicePixelRatio)).toBe(ratio)
    expect(complaints).toEqual([])
  })
})
const STEPS = 12

describe('a list', () => {
  test('is narrowed down by what is clicked, and two pods that are chosen are stopped at once, by the keyboard alone', async () => {
    const pods = [await running('stops-1', left), await running('stops-2', left), await running('stays', right)]
    const { page, complaints } = await open('/pods')
    await page.getByRole('link', { name: 'stays' }).waitFor()
    await page.getByLabel('Filter pods').fill('stops')
    await page.getByText('2 of 3').waitFor()
    await page.getByRole('region', { name: 'Pods' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Shift+Space')
    await page.getByText('2 pods chosen').waitFor()
    await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'Stop 2 pods?' }).waitFor()
    await page.getByText('stops-1, stops-2').waitFor()
    expect((await server.pod(pods[0]?.id ?? '')).status).toBe('running')
    await page.getByRole('button', { name: 'Stop now' }).press('Enter')
    await waitFor('both to be stopping', () => everyStatus(pods.slice(0, 2), 'stopping'))
    expect((await server.pod(pods[2]?.id ?? '')).status).toBe('running')
    await page.getByLabel('Status').selectOption('stopping')
    await page.waitForURL(`${server.url}/pods?filter=stops&status=stopping`)
    expect(complaints).toEqual([])
  })

  test('of nodes says of each that an action failed for, why', async () => {
    const gone = await server.join({ name: 'gone', labels: { tier: 'old' } })
    const { page } = await open('/nodes')
    await page.getByRole('button', { name: 'tier=old' }).click()
    await page.waitForURL(`${server.url}/nodes?labels=tier%3Dold`)
    await page.getByLabel('Choose gone').check()
    await page.getByRole('button', { name: 'Cordon', exact: true }).click()
    await page.getByRole('heading', { name: 'Cordon 1 node?' }).waitFor()
    gone.close()
    await server.delete(`/api/nodes/${gone.id}`)
    await page.getByRole('button', { name: 'Cordon now' }).click()
    await page.getByRole('heading', { name: '1 of 1 node failed' }).waitFor()
    expect(await page.locator('bulk-actions').getByRole('alert').innerText()).toMatch(/^gone: there is no node/)
  })
})

const everyStatus = async (pods: readonly { readonly id: string }[], status: string): Promise<boolean> =>
  (await Promise.all(pods.map(({ id }) => server.pod(id)))).every((pod) => pod.status === status)

describe('what if', () => {
  test('shows where pods would go and changes nothing, until it is carried out', async () => {
    const deployment = await done(
      server.post<{ id: string }>('/api/deployments', { pack: 'waits@1.0.0', name: 'stays-up', replicas: 2, template: {} }),
    )
    await waitFor('both pods to be placed', async () => (await placed()).length === 2)
    const { page, complaints } = await open('/')
    const map = page.getByRole('application', { name: 'Map of the nodes' })
    await map.focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('link', { name: 'What if it is drained?' }).click()
    await page.getByRole('button', { name: 'Take back: left is drained' }).waitFor()
    await page.getByRole('heading', { name: /^Would go/ }).waitFor()
    expect(await page.locator('what-if-page ol li').allInnerTexts()).toEqual([
      expect.stringMatching(/stays-up-\S+: left → right \(Drained\)/),
    ])
    expect((await server.node(left.id)).unschedulable).toBe(false)

    await page.getByRole('button', { name: 'Carry it out' }).click()
    await page.getByRole('heading', { name: 'Carry out 1 step?' }).waitFor()
    await page.getByText('npx stark node drain left').waitFor()
    expect((await server.node(left.id)).unschedulable).toBe(false)
    await page.getByRole('button', { name: 'Carry out now' }).click()
    await waitFor('the node to be drained', async () => (await server.node(left.id)).unschedulable)
    await page.waitForURL(`${server.url}/whatif`)
    await page.goto(`${server.url}/nodes/left`)
    await page.getByText(/^(It is drained, as|Drained)/).waitFor()
    expect(complaints).toEqual([])
    await server.delete(`/api/deployments/${deployment.id}`)
    await done(server.post(`/api/nodes/${left.id}/uncordon`, {}))
  })

  test('tells what would be without a zone, and with another node', async () => {
    const { page, complaints } = await open('/whatif')
    await page.getByLabel('What if we').selectOption('lose')
    await page.locator('step-form select[name=pair]').selectOption('zone=b')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByText('all nodes with zone=b are lost').waitFor()
    await page.getByText('there is nothing to carry out').waitFor()
    await page.getByLabel('What if we').selectOption('add')
    await page.getByLabel('like').fill('left')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByText('1 more node like left').waitFor()
    await page.getByText(/^0 pods would move/).waitFor()
    await page.getByRole('button', { name: 'Take back: 1 more node like left' }).click()
    await page.getByText('1 more node like left').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })
})

const placed = async () => {
  const { items } = await done(
    server.get<{ items: readonly { readonly nodeId: string | null; readonly name: string }[] }>('/api/pods?status=scheduled'),
  )
  return items.filter(({ nodeId, name }) => nodeId !== null && name.startsWith('stays-up'))
}

describe('the queue', () => {
  test('says what keeps pods waiting, of all that are alike together, and leads to what would place one', async () => {
    const big = { resources: { requests: { cpu: 9_000 }, limits: { cpu: 9_000 } } }
    const pods = [await server.run(pack, { name: 'big-1', ...big }), await server.run(pack, { name: 'big-2', ...big })]
    const { page, complaints } = await open('/queue')
    await page.getByText('2 pods wait for a node.').waitFor()
    const group = page.getByRole('region', { name: 'no node fits: they lack cpu' })
    expect(await group.getByRole('listitem').count()).toBe(2)
    await group.getByRole('link', { name: 'Why, and what would place big-1' }).click()
    await page.getByRole('heading', { name: 'What would place it' }).waitFor()
    await Promise.all(pods.map(({ id }) => server.delete(`/api/pods/${id}`)))
    await page.getByRole('link', { name: 'Queue' }).click()
    await page.getByText('No pod waits for a node.').waitFor()
    expect(complaints).toEqual([])
  })
})

test('the charts grow while one looks, are said in words and as a table, and a node has its own', async () => {
  const { page, complaints } = await open('/charts')
  const chart = page.getByRole('region', { name: 'Pods' })
  const before = Number(/running (\d+)/.exec(await chart.getByText(/^running \d/).innerText())?.[1])
  const pod = await running('counted', left)
  await chart.getByText(`running ${before + 1}`).waitFor()
  await chart.getByText('As a table').click()
  await chart.getByRole('columnheader', { name: 'in trouble' }).waitFor()
  await page
    .getByRole('region', { name: 'From creation to a node' })
    .getByText(/half of the pods within \d+ ms/)
    .waitFor()
  await page.goto(`${server.url}/nodes/left`)
  await page.getByRole('img', { name: /^Full: \d+ %/ }).waitFor()
  await server.delete(`/api/pods/${pod.id}`)
  await left.report(await server.pod(pod.id), { status: 'stopped' })
  expect(complaints).toEqual([])
})

describe('a plugin from outside', () => {
  test('adds a panel to the page of a node while somebody looks, and a colouring to the map, and takes them along when it goes', async () => {
    const { page, complaints } = await open('/nodes/right')
    await page.getByRole('heading', { name: 'right online' }).waitFor()
    const price = page.getByRole('region', { name: 'Price' })
    expect(await price.count()).toBe(0)
    await done(server.patch(`/api/nodes/${right.id}`, { labels: { ...right.node.labels, 'price.stark/hour': '0.5' } }))
    const file = path.join(plugins, 'price-panel.ts')
    copyFileSync('plugins/examples/price-panel.ts', file)
    await price.getByText('It costs 0.5 an hour, 360.00 a month.').waitFor()
    await page.getByRole('link', { name: 'Map', exact: true }).click()
    await page.getByLabel('Colour by').selectOption('Price')
    await page.getByText('costs 1 an hour and more').waitFor()
    await page.waitForURL(`${server.url}/?colour=panel%3Aprice-panel`)

    await page.goBack()
    await page.goBack()
    await price.waitFor()
    rmSync(file)
    await price.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })
})
