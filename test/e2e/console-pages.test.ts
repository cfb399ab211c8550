/**
 * What an operator does in the console, by keyboard alone, in a real Chromium against a real server with a real node: from a form to
 * a pod that runs, through deployments, settings, people and logs.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Deployment, Pod } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { Chromium, type Tab } from '../support/chromium.ts'
import { Command, endCommands } from '../support/command.ts'
import { Keyboard } from '../support/console.ts'
import { person, PASSWORD } from '../support/people.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const TALKS = `export default async function main(context) {
  context.log.info('it begins')
  context.log.warn('it is tired', { after: 3 })
  context.ready()
  await context.sleep(3_600_000)
}`

let server: Server
let browser: Chromium
let tab: Tab
let keyboard: Keyboard

beforeAll(async () => {
  server = await startServer()
  await server.push({ name: 'talks', version: '1.0.0' }, TALKS)
  await server.push({ name: 'talks', version: '1.1.0' }, `${TALKS}\n`)
  const home = temporaryFolder('node')
  const { token } = await server.makeToken({ kind: 'join' })
  const env = { STARK_CONFIG_DIR: home, STARK_NODE_DIR: home }
  await new Command(['node', 'join', '--server', server.url, '--token', token, '--name', 'worker', '--cpu', '4000'], { env }).event(
    'joined',
  )
  browser = await Chromium.launch(temporaryFolder('chromium'))
})
afterAll(async () => {
  await browser.close()
  await endCommands()
  await server.kill('SIGTERM')
})
afterEach(async () => {
  await tab.close()
})

async function open(address: string): Promise<void> {
  tab = await browser.open(server.url + address)
  keyboard = new Keyboard(tab.page)
  await keyboard.signIn()
}

const heading = (name: string | RegExp) => tab.page.getByRole('heading', { name }).waitFor()
const says = (text: string | RegExp) => tab.page.getByText(text).first().waitFor()

test('a pod comes from a form, is tried before it is made, and is watched until it runs', async () => {
  await open('/')
  await keyboard.to('Find Ctrl K')
  await keyboard.press('g', 'c')
  await heading('Deploy')
  await keyboard.to('Pack')
  await keyboard.type('talks@1.1.0')
  await says(/would go to worker/)
  await keyboard.to('Name')
  await keyboard.type('Not A Name')
  await says('Not right yet: Name')
  await keyboard.type('from-the-form')
  await says(/would go to worker/)
  await keyboard.activate('Create the pod')
  await heading('from-the-form running')
  const steps = tab.page.getByRole('list', { name: 'From accepted to running' }).locator('li[data-state=done]')
  await waitFor('all four steps', async () => (await steps.count()) === 4)
  await keyboard.activate('Open the pod')
  await heading('from-the-form running')
  expect(new URL(tab.page.url()).pathname).toBe('/pods/default/from-the-form')
  expect(tab.complaints).toEqual([])
})

test('a pod that fits nowhere leads to the form with the change that would place it filled in', async () => {
  const pod = { pack: 'talks', name: 'too-big', resources: { requests: { cpu: 9000 }, limits: { cpu: 9000 } } }
  await done(server.post<Pod>('/api/pods', pod))
  await open('/pods/default/too-big?view=why')
  await heading('What would place it')
  const name = (await tab.page.getByRole('link', { name: /less cpu/ }).textContent())?.trim() ?? ''
  await keyboard.activate(name)
  await heading('Deploy')
  await says(/would go to worker/)
  await keyboard.activate('Create the pod')
  await heading(/talks-\w+ running/)
  expect(tab.complaints).toEqual([])
  await keyboard.activate('Delete too-big')
  await keyboard.activate('Delete too-big now')
  await waitFor('the other one to go', async () => (await server.get('/api/pods/too-big')).status === 404)
  // It takes all that the node has.
  await keyboard.activate('Open the pod')
  await keyboard.activate('Delete')
  await keyboard.activate('Delete now')
  await heading('No such pod')
})

test('a bundle is pushed and becomes the pack of the form', async () => {
  const file = path.join(temporaryFolder('bundle'), 'pushed.mjs')
  await writeFile(file, TALKS)
  await open('/deploy')
  await keyboard.activate('Push a bundle first')
  // What the system's own window chooses; the rest is the keyboard's.
  await tab.page.locator('input[type=file]').setInputFiles(file)
  await keyboard.activate('Push it')
  await says(/would go to worker/)
  expect(await tab.page.getByLabel(/^Pack/).inputValue()).toBe('pushed@1.0.0')
  expect(tab.complaints).toEqual([])
})

describe('a deployment', () => {
  beforeEach(async () => {
    await open('/deployments')
  })

  test('is made, scaled and scaled back, restarted, compared with what it was, and put back', async () => {
    await keyboard.activate('Deploy')
    await keyboard.to('A pod: one run of a pack')
    await keyboard.press('ArrowRight')
    await keyboard.to('Pack')
    await keyboard.type('talks@1.0.0')
    await keyboard.to('Name')
    await keyboard.type('web')
    await says(/would go to worker/)
    await keyboard.activate('Create the deployment')
    await keyboard.activate('Open the deployment')
    await heading('web complete')

    await keyboard.activate('Scale')
    await keyboard.to('Replicas')
    await keyboard.type('3')
    await says('npx stark scale web --replicas 3')
    await keyboard.activate('Scale now')
    await says('replicated: 3 pods')
    await keyboard.activate('Undo')
    await says('replicated: 2 pods')

    await keyboard.activate('Restart')
    await keyboard.activate('Restart now')
    await keyboard.activate('Revisions')
    await keyboard.activate('Changes')
    await heading('From revision 1 to 2')
    await says(/\+ .*stark\/restarted-at/)
    await waitFor('the restart', async () => (await deployment('web')).status.phase === 'complete', { timeoutMs: 30_000 })
    await keyboard.activate('Roll back to 1')
    await keyboard.activate('Roll back to 1 now')
    await waitFor('a third revision', async () => (await deployment('web')).revision === 3)
    await keyboard.activate('Edit')
    await keyboard.to('Pack version')
    await keyboard.type('1.1.0')
    await keyboard.activate('Edit now')
    await waitFor('the other version', async () => (await deployment('web')).packVersion === '1.1.0')
    expect((await deployment('web')).template).toEqual({})
    expect(tab.complaints).toEqual([])
  })
})

const deployment = (name: string): Promise<Deployment> => done(server.get<Deployment>(`/api/deployments/${name}`))

test('a log is searched and taken along', async () => {
  await done(server.post<Pod>('/api/pods', { pack: 'talks', name: 'talker' }))
  await open('/pods/default/talker?view=logs')
  await waitFor('the line with its fields', async () =>
    (await tab.page.getByRole('log').innerText()).trim().endsWith('it is tired after=3'),
  )
  await keyboard.to('Search the log')
  await keyboard.type('tired')
  await says(/1 of \d+ lines/)
  await says('npx stark logs talker -f --grep tired')
  await keyboard.to('Download')
  const [download] = await Promise.all([tab.page.waitForEvent('download'), keyboard.press('Enter')])
  expect(download.suggestedFilename()).toBe('default-talker.log')
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^\S+ warn it is tired \{"after":3\}\n$/)
  expect(tab.complaints).toEqual([])
})

test('a quota is set, shown as a bar, and taken away again', async () => {
  await done(server.post('/api/namespaces', { name: 'narrow' }))
  await open('/namespaces')
  await keyboard.activate('narrow')
  await heading('narrow active')
  await keyboard.activate('Edit')
  await keyboard.activate('Resource quota')
  await keyboard.activate('Hard')
  await keyboard.to('Pods')
  await keyboard.type('4')
  await keyboard.activate('Edit now')
  await says('0 of 4')
  await keyboard.activate('Edit')
  await keyboard.to('Pods')
  await keyboard.press('Delete', 'Backspace')
  await keyboard.activate('Edit now')
  await waitFor(
    'no quota',
    async () => (await done(server.get<{ resourceQuota: unknown }>('/api/namespaces/narrow'))).resourceQuota === null,
  )
  expect(tab.complaints).toEqual([])
})

test('a secret of two lines is set, found by a pod, replaced and deleted, and its value is shown nowhere', async () => {
  await done(server.post('/api/namespaces', { name: 'sealed' }))
  await server.push(
    { name: 'tells' },
    `export default (context) => ({ lines: context.secrets.key.split('\\n').length, last: context.secrets.key.at(-1) })`,
  )
  const result = async (name: string) => {
    const { id } = await done(server.post<Pod>('/api/pods', { pack: 'tells', name, namespace: 'sealed', secrets: ['key'] }))
    await waitFor('the pod to end', async () => (await server.pod(id)).status === 'succeeded', { timeoutMs: 30_000 })
    return (await server.pod(id)).exit?.result
  }
  await open('/')
  await keyboard.press('ControlOrMeta+k')
  await keyboard.type('secrets')
  await keyboard.press('Enter')
  await heading('Secrets')
  await keyboard.to('Namespace')
  await keyboard.press('s')
  await says('There is no secret in sealed.')
  expect(new URL(tab.page.url()).search).toBe('?namespace=sealed')
  await keyboard.activate('Set a secret')
  await keyboard.to('Name')
  await keyboard.type('key')
  await keyboard.to('Value')
  await tab.page.keyboard.insertText('hush-one\nhush-two')
  await says('npx stark secret put key --namespace sealed')
  await keyboard.activate('Set a secret now')
  await tab.page.getByRole('rowheader', { name: 'key' }).waitFor()
  expect(await tab.page.content()).not.toContain('hush')
  expect(await tab.page.getByText('hush').count()).toBe(0)
  expect(await result('first')).toEqual({ lines: 2, last: 'o' })

  await keyboard.activate('Replace')
  await keyboard.to('Value')
  await keyboard.type('changed')
  await keyboard.activate('Replace now')
  await says('The secret key has a new value')
  expect(await result('second')).toEqual({ lines: 1, last: 'd' })
  await keyboard.activate('Delete')
  await says('No pod names it now')
  await keyboard.activate('Delete now')
  await says('There is no secret in sealed.')
  expect(tab.complaints).toEqual([])
})

test('the scheduling policy is changed for the whole cluster, and put back', async () => {
  await open('/settings')
  await keyboard.to('Scheduling policy')
  await keyboard.press('b')
  await says('1 setting is changed and not saved.')
  await keyboard.activate('Save')
  const policy = async () => (await done(server.get<{ schedulingPolicy: string }>('/api/cluster'))).schedulingPolicy
  await waitFor('the new policy', async () => (await policy()) === 'binpack')
  await keyboard.activate('Undo')
  await waitFor('the old policy', async () => (await policy()) === 'spread')
  expect(tab.complaints).toEqual([])
})

describe('people', () => {
  test('get an account, and a token whose secret is shown once and works', async () => {
    await open('/people')
    await keyboard.activate('Create an account')
    await keyboard.to('Email')
    await keyboard.type('made@stark.example')
    await keyboard.to('Password')
    await keyboard.type(PASSWORD)
    await says('npx stark user create --email made@stark.example')
    await keyboard.activate('Create an account now')
    await tab.page.getByRole('rowheader', { name: 'made@stark.example' }).waitFor()
    await keyboard.activate('Tokens')
    await keyboard.activate('Make an API token for a script')
    await keyboard.to('Description')
    await keyboard.type('for a test')
    await keyboard.activate('Make an API token')
    await says('This is shown once.')
    const secret = (await tab.page.getByText(/^stark_api_/).textContent()) ?? ''
    expect((await server.as(secret).get('/api/pods')).status).toBe(200)
    await tab.page.getByRole('cell', { name: 'for a test' }).waitFor()
    expect(tab.complaints).toEqual([])
  })

  test('who only look are told what they may not do, before they try', async () => {
    const { user } = await person(server, ['viewer'])
    tab = await browser.open(`${server.url}/nodes/worker`)
    keyboard = new Keyboard(tab.page)
    await keyboard.signIn({ email: user.email, password: PASSWORD })
    await heading('worker online')
    await keyboard.activate('Cordon')
    await says('You may not do this: it needs the permission nodes:write.')
    expect(await tab.page.getByRole('button', { name: 'Cordon now' }).isDisabled()).toBe(true)
    await keyboard.press('Escape')
    await heading('worker online')
  })

  test('see where they are signed in, and end one session without the other', async () => {
    const { session } = await person(server, ['user'])
    tab = await browser.open(`${server.url}/account`)
    keyboard = new Keyboard(tab.page)
    await keyboard.signIn({ email: session.user.email, password: PASSWORD })
    await heading('Where you are signed in')
    await keyboard.activate('End')
    await keyboard.activate('End now')
    await waitFor('the other session to end', async () => (await server.as(session.accessToken).get('/api/pods')).status === 401)
    await says('The session is ended')
    expect(await tab.page.getByRole('rowheader').allTextContents()).toEqual([expect.stringContaining('(here)')])
  })
})

describe('the audit', () => {
  test('is narrowed down by keyboard to what was refused, and its address shows somebody else the same', async () => {
    const { user, session } = await person(server, ['viewer'])
    expect((await server.as(session.accessToken).post('/api/namespaces', { name: 'not-mine' })).status).toBe(403)
    await waitFor('the refusal to be noted', async () => {
      const { items } = await done(server.get<{ items: unknown[] }>(`/api/audit?actorId=${user.id}&result=FORBIDDEN`))
      return items.length === 1
    })
    await open('/audit')
    await keyboard.to('Result')
    await keyboard.type('FORBIDDEN')
    await keyboard.press('Tab')
    await tab.page.getByRole('rowheader', { name: user.email }).waitFor()
    await keyboard.activate(user.email)
    await says(`npx stark audit list --actor-id ${user.id}`)
    await keyboard.activate('namespaces.create')
    await says('npx stark audit list --operation namespaces.create')
    await tab.page.getByRole('rowheader', { name: user.email }).waitFor()
    await tab.page.goBack()
    await says(`npx stark audit list --actor-id ${user.id}`)
    expect(new URL(tab.page.url()).search).toBe(`?actorId=${user.id}`)
    await tab.page.reload()
    await tab.page.getByRole('rowheader', { name: user.email }).first().waitFor()
    await keyboard.to('From')
    await keyboard.press('0', '1', '0', '1', '2', '0', '2', '0', 'Tab', '1', '2', '0', '0', 'A')
    await waitFor('the time in the address', () => new URL(tab.page.url()).searchParams.get('since')?.startsWith('2020-01-01T'))
    await tab.page.getByRole('rowheader', { name: user.email }).first().waitFor()
    expect(tab.complaints).toEqual([])
  })

  test('goes on with older entries, and is not for everybody', async () => {
    const { session } = await person(server, ['user'])
    const names = Array.from({ length: 101 }, (_none, index) => `audited-${index}`)
    for (const name of names) await done(server.put(`/api/secrets/${name}`, { value: 'hush' }))
    await open('/audit?operation=secrets.put')
    await says('100 shown')
    await keyboard.activate('Show older ones')
    await says(/10\d in all/)
    expect(await tab.page.getByText('secrets audited-0', { exact: false }).count()).toBeGreaterThan(0)
    expect(tab.complaints).toEqual([])
    await keyboard.press('g', 'a')
    await heading('Where you are signed in')
    await keyboard.activate('Sign out')
    await keyboard.signIn({ email: session.user.email, password: PASSWORD })
    await keyboard.to('Find Ctrl K')
    await keyboard.press('g', 'i')
    await says(/audit:read/)
  })
})

test('a tab becomes a node, runs a pod for browsers wherever one goes, and stops when it is told', async () => {
  await server.push({ name: 'for-tabs', runtimeTag: 'browser' }, TALKS)
  await open('/become-a-node')
  await keyboard.activate('Become a node')
  await tab.page.getByText('online', { exact: true }).waitFor()
  await keyboard.press('g', 'n')
  await heading('Nodes')
  const pod = await done(server.post<Pod>('/api/pods', { pack: 'for-tabs', name: 'in-a-tab' }))
  await waitFor('the pod to run in the tab', async () => (await server.pod(pod.id)).status === 'running', { timeoutMs: 30_000 })
  await keyboard.activate('Node')
  await tab.page.getByRole('link', { name: 'in-a-tab' }).waitFor()
  await keyboard.activate('Stop being a node')
  await tab.page.getByRole('button', { name: 'Become a node' }).waitFor()
  expect(tab.complaints).toEqual([])
})

describe('the habits', () => {
  test('the palette finds pages, objects and what can be done to the one that is shown', async () => {
    await open('/nodes/worker')
    await heading('worker online')
    await keyboard.press('ControlOrMeta+k')
    await keyboard.type('cordon')
    await keyboard.press('Enter')
    await says('Node worker takes no new pods; what runs there stays.')
    await keyboard.press('Enter')
    await heading('worker online, cordoned')
    await keyboard.activate('Undo')
    await heading('worker online')
    await keyboard.press('ControlOrMeta+k')
    await keyboard.type('plugins')
    await keyboard.press('Enter')
    await heading('Plugins')
    expect(tab.complaints).toEqual([])
  })

  test('single keys are listed, and can be switched off', async () => {
    await open('/pods')
    await keyboard.to('Find Ctrl K')
    await keyboard.press('?')
    await heading('Keys')
    await keyboard.to('Keys without Ctrl or ⌘')
    await keyboard.press('Space', 'Escape', 'g', 'n', 'ControlOrMeta+k')
    await tab.page.getByRole('combobox', { name: 'Page, object or action' }).waitFor()
    expect(new URL(tab.page.url()).pathname).toBe('/pods')
  })

  test('a chosen theme is kept', async () => {
    await open('/packs')
    await keyboard.activate('Theme: system')
    await keyboard.activate('Theme: light')
    await tab.page.reload()
    await tab.page.getByRole('button', { name: 'Theme: dark' }).waitFor()
    expect(await tab.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  })
})
