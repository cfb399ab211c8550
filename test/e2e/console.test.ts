/** The web console in a real Chromium against a real server: what an operator does with it, and that it has nothing to complain about. */
import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addressOf, PLACES } from '../../console/web/route.ts'
import type { Pack } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { Chromium, type Tab } from '../support/chromium.ts'
import { CuttableWay } from '../support/cuttable.ts'
import { PASSWORD, person } from '../support/people.ts'
import type { RawNode } from '../support/raw-node.ts'
import { ADMIN, SETUP_TOKEN, startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server
let browser: Chromium
let pack: Pack
/** Of the administrator, who set the cluster up in it: a session belongs to its tab. */
let tab: Tab
/** What there was to see of that. */
let setUp: { readonly url: string; readonly complaints: readonly string[] }
const nodes: RawNode[] = []

beforeAll(async () => {
  server = await startServer({ hasAdmin: false })
  browser = await Chromium.launch(temporaryFolder('chromium'))
  tab = await browser.open(`${server.url}/#setup=${SETUP_TOKEN}`)
  await tab.page.getByLabel('E-mail').fill(ADMIN.email)
  await tab.page.getByLabel('Password').fill(ADMIN.password)
  await tab.page.getByRole('button', { name: 'Make the administrator' }).click()
  await tab.page.getByText('There is no node yet.').waitFor()
  setUp = { url: tab.page.url(), complaints: [...tab.complaints] }
  await server.logIn()
  pack = await server.push({ name: 'waits' })
})
afterAll(async () => {
  await browser.close()
  for (const node of nodes) node.close()
  await server.kill('SIGTERM')
})
afterEach(async () => {
  await browser.closePages({ but: tab.page })
})

async function join(name: string): Promise<RawNode> {
  const node = await server.join({ name })
  nodes.push(node)
  return node
}

async function open(path: string): Promise<Tab> {
  await tab.goTo(server.url + path)
  return tab
}

async function signInto(page: Page, { email, password } = ADMIN): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
}

test('every address of the console is served, and leads to it', async () => {
  for (const place of PLACES) {
    const { status, body } = await server.as(undefined).get<string>(addressOf({ place }))
    expect({ status, isConsole: body.includes('<stark-console>') }, place).toEqual({ status: 200, isConsole: true })
  }
})

test('the page names what is loaded first, so that a slow network does not load one after another', async () => {
  const { page } = await browser.open('about:blank')
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(server.url)
  await page.getByLabel('E-mail').waitFor()
  const named = await page.locator('link[rel=modulepreload]').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  const chunks = asked.filter((pathname) => pathname.startsWith('/chunks/'))
  expect(chunks.length).toBeGreaterThan(1)
  expect(new Set(chunks)).toEqual(new Set(named))
})

test('what has not changed is not sent again', async () => {
  const first = await fetch(`${server.url}/main.js`)
  const etag = first.headers.get('etag') ?? ''
  const again = await fetch(`${server.url}/main.js`, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } })
  expect({ etag: etag !== '', status: again.status, body: await again.text() }).toEqual({ etag: true, status: 304, body: '' })
  // A browser would put it in the place of the page's own.
  expect(again.headers.get('content-security-policy')).toBeNull()
})

test('where there is nothing, programs get a problem document and people a page that leads on', async () => {
  const document = await fetch(`${server.url}/nonsense`, { headers: { accept: 'application/json' } })
  expect(document.status).toBe(404)
  expect(((await document.json()) as { code: string }).code).toBe('NOT_FOUND')
  const { page } = await browser.open(server.url)
  expect((await page.goto(`${server.url}/nonsense`))?.status()).toBe(404)
  await signInto(page)
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
  await page.getByRole('link', { name: 'Go to the map' }).click()
  expect(page.url()).toBe(`${server.url}/`)
})

test('a browser that is too old is told so, in place of an empty page', async () => {
  const page = await browser.context.newPage()
  await page.addInitScript(() => delete (Array.prototype as { toSorted?: unknown }).toSorted)
  await page.goto(server.url)
  const said = page.getByText('This browser is too old for the console: it lacks Array.prototype.toSorted.')
  await said.waitFor()
  expect(await page.locator('stark-console').count()).toBe(0)
})

describe('whoever comes', () => {
  test('signs in where the address leads, stays so over a reload, and is nobody again after signing out', async () => {
    const { page, complaints } = await browser.open(`${server.url}/pods?filter=nothing`)
    await signInto(page)
    await page.getByRole('heading', { name: 'Pods' }).waitFor()
    expect(await page.getByLabel('Filter pods').inputValue()).toBe('nothing')
    await page.reload()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).toBe('{}')
    expect(complaints).toEqual([])
  })

  test('is asked to sign in again once the session has been ended elsewhere, and comes back to the same place', async () => {
    const { user, api } = await person(server, ['user'])
    const { page } = await browser.open(`${server.url}/pods`)
    await signInto(page, { email: user.email, password: PASSWORD })
    await api.delete('/api/auth/sessions')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signInto(page, { email: user.email, password: PASSWORD })
    await page.getByRole('heading', { name: 'Pods' }).waitFor()
    expect(page.url()).toBe(`${server.url}/pods`)
  })

  test('with a wrong password is told so and may try again', async () => {
    const { page } = await browser.open(server.url)
    await page.getByLabel('E-mail').fill(ADMIN.email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByLabel('Password').press('Enter')
    await waitFor('the refusal', async () => (await page.getByRole('alert').textContent())?.includes('credentials'))
    expect(await page.getByRole('button', { name: 'Sign in' }).isEnabled()).toBe(true)
  })

  test('makes an account without help where the cluster allows it, and is told so where it does not', async () => {
    const { page } = await browser.open(server.url)
    await page.getByRole('button', { name: 'I have no account' }).click()
    await page.getByLabel('E-mail').fill('comes@stark.example')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make an account' }).click()
    await page.getByRole('alert').filter({ hasText: 'registration is closed' }).waitFor()
    await done(server.patch('/api/cluster', { registration: 'open' }))
    await page.getByRole('button', { name: 'Make an account' }).click()
    await page.getByRole('link', { name: 'comes@stark.example' }).waitFor()
    expect(await done(server.get('/api/users/comes@stark.example'))).toMatchObject({ roles: ['user'] })
    await done(server.patch('/api/cluster', { registration: 'closed' }))
  })
})

test('a cluster that nobody has set up is set up with the link, and its administrator is signed in, the token nowhere in the address', () => {
  expect(setUp).toEqual({ url: `${server.url}/`, complaints: [] })
})

describe('a server that goes away', () => {
  test('is said to be away, and what has changed is there when it is back, without a reload', async () => {
    const way = await CuttableWay.to(server.url)
    const { page } = await browser.open(`${way.url}/nodes?filter=came`)
    await signInto(page)
    await page.getByRole('heading', { name: 'Nodes' }).waitFor()
    way.cut()
    await page.getByText('Offline, reconnecting').waitFor()
    await join('came-meanwhile')
    await way.mend()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'came-meanwhile' }).waitFor()
    expect(page.url()).toBe(`${way.url}/nodes?filter=came`)
    await page.close()
    way.cut()
  })
})

describe('the lists', () => {
  test('show a node and a pod as they come, filter and sort by the address, and the back button works', async () => {
    const { page, complaints } = await open('/nodes')
    await join('appears')
    await page.getByRole('link', { name: 'appears' }).waitFor()
    await page.getByRole('link', { name: 'Pods', exact: true }).click()
    await server.run(pack, { name: 'first' })
    await server.run(pack, { name: 'second' })
    await page.getByRole('link', { name: 'second' }).waitFor()
    await page.getByLabel('Filter pods').fill('first')
    await page.getByText('1 of 2').waitFor()
    expect(page.url()).toBe(`${server.url}/pods?filter=first`)
    await page.getByLabel('Filter pods').fill('')
    await page.getByText('2', { exact: true }).waitFor()
    const names = () => page.locator('tbody a[href^="/pods/"]').allTextContents()
    expect(await names()).toEqual(['first', 'second'])
    await page.getByRole('button', { name: 'Name', exact: true }).click()
    await waitFor('the other order', async () => String(await names()) === 'second,first')
    expect(page.url()).toBe(`${server.url}/pods?sort=-name`)
    await page.goBack()
    await page.getByRole('heading', { name: 'Nodes' }).waitFor()
    expect(complaints).toEqual([])
  })
})

describe('a pod', () => {
  test('says why it is where it is, what happened to it and what it says, and is stopped once that is confirmed', async () => {
    const node = await join('holds')
    await server
      .join({ name: 'too-small', allocatable: { cpu: 100, memory: 100, storage: 100, pods: 1 } })
      .then((small) => nodes.push(small))
    const pod = await server.run(pack, { name: 'explained', nodeName: 'holds', resources: { requests: { cpu: 500, memory: 100 } } })
    const { page, complaints } = await open('/pods')
    await page.getByRole('link', { name: 'explained' }).click()
    const bound = await node.sees(pod.id)
    await node.report(bound, { status: 'starting' })
    const running = await server.pod(pod.id)
    await node.report(running, { status: 'running' })
    await page.getByRole('heading', { name: 'explained running' }).waitFor()

    await page.getByRole('link', { name: 'Why' }).click()
    expect(await page.locator('pod-page nav [aria-current=page]').allTextContents()).toEqual(['Why'])
    await page.getByText('is on holds; if it were not, it would go to holds').waitFor()
    await page.getByRole('rowheader', { name: 'holds (chosen)' }).waitFor()
    const refused = page.getByRole('row', { name: 'too-small refused' })
    expect(await refused.textContent()).toContain('cpu')

    await page.getByRole('link', { name: 'Logs' }).click()
    await page.getByText('Following: 0 lines').waitFor()
    const lines = [{ number: 1, at: new Date().toISOString(), level: 'info', text: 'it speaks' }]
    await node.wire.ask('pods.appendLogs', { id: pod.id, incarnation: running.incarnation, lines })
    await page.getByText('it speaks').waitFor()

    await page.getByRole('navigation', { name: 'Of this pod' }).getByRole('link', { name: 'History' }).click()
    await page.getByRole('cell', { name: 'Running', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter')
    await page.getByText('Stops pod explained on holds').waitFor()
    await page.getByText('npx stark stop explained').waitFor()
    expect((await server.pod(pod.id)).status).toBe('running')
    await page.getByRole('button', { name: 'Stop now' }).press('Enter')
    await page.getByRole('cell', { name: 'Stopping', exact: true }).waitFor()
    await node.report(await server.pod(pod.id), { status: 'stopped' })
    await page.getByRole('heading', { name: 'explained stopped' }).waitFor()
    expect(complaints).toEqual([])
  })
})

describe('a pod that fits nowhere', () => {
  test('says so, why each node refuses it, and what would place it', async () => {
    const input = { name: 'too-big', nodeName: 'appears', resources: { requests: { cpu: 9000 }, limits: { cpu: 9000 } } }
    const pod = await server.run(pack, input)
    const { page, complaints } = await open(`/pods/${pod.id}?view=why`)
    await page.getByText(/^0\/\d+ nodes fit/).waitFor()
    await page.getByRole('heading', { name: 'What would place it' }).waitFor()
    const row = page.getByRole('row', { name: 'appears refused' })
    expect(await row.textContent()).toContain('lack cpu: 9000 is requested')
    expect(complaints).toEqual([])
  })
})

describe('a node', () => {
  test('is cordoned and drained, and says so at once', async () => {
    const { id } = (await join('leaves')).node
    const pod = await server.run(pack, { name: 'must-go', nodeName: 'leaves' })
    await waitFor('the pod to be placed', async () => (await server.pod(pod.id)).nodeId === id)
    const { page, complaints } = await open('/nodes/leaves')
    await page.getByRole('link', { name: 'must-go' }).waitFor()
    await page.getByRole('button', { name: 'Cordon', exact: true }).click()
    await page.getByRole('button', { name: 'Cordon now' }).click()
    await page.getByRole('heading', { name: 'leaves online, cordoned' }).waitFor()
    await page.getByRole('button', { name: 'Drain' }).click()
    await page.getByText('1 pod leaves it').waitFor()
    await page.getByRole('button', { name: 'Drain now' }).click()
    await waitFor('the pod to leave', async () => (await server.pod(pod.id)).reason === 'Drained')
    expect(complaints).toEqual([])
  })
})
