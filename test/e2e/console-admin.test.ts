/**
 * What an administrator does in the console, by keyboard alone, in a real Chromium against a real server: settings, people, tokens, the
 * audit; and the habits that every page has.
 */
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { done } from '../support/api.ts'
import { Chromium } from '../support/chromium.ts'
import { Visitor } from '../support/console.ts'
import { PASSWORD, person } from '../support/people.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Server
let browser: Chromium
let node: RawNode
let visitor: Visitor

beforeAll(async () => {
  server = await startServer()
  node = await server.join({ name: 'worker' })
  browser = await Chromium.launch(temporaryFolder('chromium'))
  visitor = await Visitor.come(browser, server.url)
})
afterAll(async () => {
  await browser.close()
  node.close()
  await server.kill('SIGTERM')
})

/** Somebody else than the administrator, in a tab of theirs. */
const comes = ({ email }: { readonly email: string }): Promise<Visitor> => Visitor.come(browser, server.url, { email, password: PASSWORD })

test('the scheduling policy is changed for the whole cluster, and put back', async () => {
  await visitor.open('/settings')
  await visitor.keyboard.to('Scheduling policy')
  await visitor.keyboard.press('b')
  await visitor.says('1 setting is changed and not saved.')
  await visitor.keyboard.activate('Save')
  const policy = async () => (await done(server.get<{ schedulingPolicy: string }>('/api/cluster'))).schedulingPolicy
  await waitFor('the new policy', async () => (await policy()) === 'binpack')
  await visitor.keyboard.activate('Undo: The settings are saved')
  await waitFor('the old policy', async () => (await policy()) === 'spread')
  expect(visitor.complaints).toEqual([])
})

describe('people', () => {
  test('get an account, and a token whose secret is shown once and works', async () => {
    await visitor.open('/people')
    await visitor.keyboard.activate('Create an account')
    await visitor.keyboard.to('Email')
    await visitor.keyboard.type('made@stark.example')
    await visitor.keyboard.to('Password')
    await visitor.keyboard.type(PASSWORD)
    await visitor.says('npx stark user create --email made@stark.example')
    await visitor.keyboard.activate('Create an account now')
    await visitor.page.getByRole('rowheader', { name: 'made@stark.example' }).waitFor()
    await visitor.keyboard.activate('Tokens')
    await visitor.keyboard.activate('Make an API token for a script')
    await visitor.keyboard.to('Description')
    await visitor.keyboard.type('for a test')
    await visitor.keyboard.activate('Make an API token')
    await visitor.says('This is shown once.')
    const secret = (await visitor.page.getByText(/^stark_api_/).textContent()) ?? ''
    expect((await server.as(secret).get('/api/pods')).status).toBe(200)
    await visitor.page.getByRole('cell', { name: 'for a test' }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  test('who only look are told what they may not do, before they try: of one thing, and of many', async () => {
    const { user } = await person(server, ['viewer'])
    const viewer = await comes(user)
    await viewer.open('/nodes/worker')
    await viewer.heading('worker online')
    await viewer.keyboard.activate('Cordon')
    await viewer.says('You may not do this: it needs the permission nodes:write.')
    expect(await viewer.page.getByRole('button', { name: 'Cordon now' }).isDisabled()).toBe(true)
    await viewer.keyboard.press('Escape')
    await viewer.heading('worker online')

    await viewer.open('/nodes')
    await viewer.keyboard.to('Choose worker')
    await viewer.keyboard.press('Space')
    await viewer.says('1 node chosen')
    const refused = viewer.page.getByTitle('You may not do this: it needs the permission nodes:write.')
    await viewer.page.getByRole('button', { name: 'Cordon', exact: true }).and(refused).press('Enter')
    await viewer.heading('Cordon 1 node?')
    await viewer.page.getByRole('alert').filter({ hasText: 'it needs the permission nodes:write' }).waitFor()
    expect(await viewer.page.getByRole('button', { name: 'Cordon now' }).isDisabled()).toBe(true)
    await viewer.leave()
  })

  test('see where they are signed in, and end one session without the other', async () => {
    const { session } = await person(server, ['user'])
    const user = await comes(session.user)
    await user.open('/account')
    await user.heading('Where you are signed in')
    await user.keyboard.activate('End')
    await user.keyboard.activate('End now')
    await waitFor('the other session to end', async () => (await server.as(session.accessToken).get('/api/pods')).status === 401)
    await user.says('The session is ended')
    expect(await user.page.getByRole('rowheader').allTextContents()).toEqual([expect.stringContaining('(here)')])
    await user.leave()
  })

  test('are signed out everywhere by an administrator', async () => {
    const { user, api } = await person(server, ['user'])
    await visitor.open('/people')
    const row = visitor.page.getByRole('row', { name: user.email })
    await row.getByRole('button', { name: 'End sessions' }).press('Enter')
    await visitor.says(`Signs ${user.email} out everywhere`)
    await visitor.keyboard.activate('End sessions now')
    await waitFor('the session to end', async () => (await api.get('/api/pods')).status === 401)
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
    await visitor.open('/audit')
    await visitor.keyboard.to('Result')
    await visitor.keyboard.type('FORBIDDEN')
    await visitor.keyboard.press('Tab')
    await visitor.page.getByRole('rowheader', { name: user.email }).waitFor()
    await visitor.keyboard.activate(user.email)
    await visitor.says(`npx stark audit list --actor-id ${user.id}`)
    await visitor.keyboard.activate('namespaces.create')
    await visitor.says('npx stark audit list --operation namespaces.create')
    await visitor.page.getByRole('rowheader', { name: user.email }).waitFor()
    await visitor.page.goBack()
    await visitor.says(`npx stark audit list --actor-id ${user.id}`)
    expect(new URL(visitor.page.url()).search).toBe(`?actorId=${user.id}`)
    await visitor.page.reload()
    await visitor.page.getByRole('rowheader', { name: user.email }).first().waitFor()
    await visitor.keyboard.to('From')
    await visitor.keyboard.press('0', '1', '0', '1', '2', '0', '2', '0', 'Tab', '1', '2', '0', '0', 'A')
    await waitFor('the time in the address', () => new URL(visitor.page.url()).searchParams.get('since')?.startsWith('2020-01-01T'))
    await visitor.page.getByRole('rowheader', { name: user.email }).first().waitFor()
    expect(visitor.complaints).toEqual([])
  })

  test('goes on with older entries, and is not for everybody', async () => {
    const { user } = await person(server, ['user'])
    const names = Array.from({ length: 101 }, (_none, index) => `audited-${index}`)
    for (const name of names) await done(server.put(`/api/secrets/${name}`, { value: 'hush' }))
    await visitor.open('/audit?operation=secrets.put')
    await visitor.says('100 shown')
    await visitor.keyboard.activate('Show older ones')
    await visitor.says(/10\d in all/)
    expect(await visitor.page.getByText('secrets audited-0', { exact: false }).count()).toBeGreaterThan(0)
    expect(visitor.complaints).toEqual([])
    const other = await comes(user)
    await other.keyboard.to('Find Ctrl K')
    await other.keyboard.press('g', 'i')
    await other.says(/audit:read/)
    await other.leave()
  })

  test('shows what is done and what is refused as it happens, of what it is narrowed down to', async () => {
    const { user, api } = await person(server, ['viewer'])
    await visitor.open(`/audit?actorId=${user.id}`)
    await visitor.says(/in all/)
    await api.post('/api/namespaces', { name: 'never' })
    await visitor.page.getByRole('row', { name: /namespaces\.create.*FORBIDDEN/ }).waitFor()
    await done(server.post('/api/namespaces', { name: 'audited-live' }))
    await visitor.keyboard.activate('Show everything')
    await visitor.page.getByRole('row', { name: /namespaces\.create.*done.*audited-live/ }).waitFor()
    await done(server.delete('/api/namespaces/audited-live'))
    await visitor.page.getByRole('row', { name: /namespaces\.delete.*done/ }).waitFor()
    expect(visitor.complaints).toEqual([])
  })
})

test('secrets and priority classes come and go while one looks', async () => {
  await done(server.post('/api/namespaces', { name: 'followed' }))
  await visitor.open('/secrets?namespace=followed')
  await visitor.says('There is no secret in followed that you may see.')
  await done(server.put('/api/secrets/comes?namespace=followed', { value: 'hush' }))
  await visitor.page.getByRole('rowheader', { name: 'comes' }).waitFor()
  await done(server.delete('/api/secrets/comes?namespace=followed'))
  await visitor.says('There is no secret in followed that you may see.')
  await visitor.open('/settings')
  await visitor.heading('Priority classes')
  await done(server.post('/api/priority-classes', { name: 'urgent', value: 7 }))
  await visitor.page.getByRole('rowheader', { name: 'urgent' }).waitFor()
  await done(server.delete('/api/priority-classes/urgent'))
  await visitor.page.getByRole('rowheader', { name: 'urgent' }).waitFor({ state: 'detached' })
  expect(visitor.complaints).toEqual([])
})

/** What somebody has chosen is kept for all tabs, and tests after this one are of somebody else. */
const forget = () => visitor.page.evaluate(() => localStorage.clear())

describe('the habits', () => {
  test('the palette finds pages, objects and what can be done to the one that is shown', async () => {
    await visitor.open('/nodes/worker')
    await visitor.heading('worker online')
    await visitor.keyboard.press('ControlOrMeta+k')
    await visitor.keyboard.type('cordon')
    await visitor.keyboard.press('Enter')
    await visitor.says('Node worker takes no new pods; what runs there stays.')
    await visitor.keyboard.press('Enter')
    await visitor.heading('worker online, cordoned')
    await visitor.keyboard.activate('Undo: Node worker is cordoned')
    await visitor.heading('worker online')
    await visitor.keyboard.press('ControlOrMeta+k')
    await visitor.keyboard.type('plugins')
    await visitor.keyboard.press('Enter')
    await visitor.heading('Plugins')
    expect(visitor.complaints).toEqual([])
  })

  test('single keys are listed, and can be switched off', async () => {
    await visitor.open('/pods')
    await visitor.keyboard.to('Find Ctrl K')
    await visitor.keyboard.press('?')
    await visitor.heading('Keys')
    await visitor.keyboard.to('Keys without Ctrl or ⌘')
    await visitor.keyboard.press('Space', 'Escape', 'g', 'n', 'ControlOrMeta+k')
    await visitor.page.getByRole('combobox', { name: 'Page, object or action' }).waitFor()
    expect(new URL(visitor.page.url()).pathname).toBe('/pods')
    await forget()
  })

  test('a chosen theme is kept', async () => {
    await visitor.open('/packs')
    await visitor.keyboard.activate('Theme: system')
    await visitor.keyboard.activate('Theme: light')
    await visitor.page.reload()
    await visitor.page.getByRole('button', { name: 'Theme: dark' }).waitFor()
    expect(await visitor.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    await forget()
  })
})

/** Answers of the server to calls of an operation wait until somebody lets them through. */
async function holding(page: Page, operation: string): Promise<() => void> {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  await page.routeWebSocket('**/ws', (near) => {
    const far = near.connectToServer()
    near.onMessage((text) => {
      const isHeld = typeof text === 'string' && text.includes(`"operation":"${operation}"`)
      if (isHeld) void released.then(() => far.send(text))
      else far.send(text)
    })
  })
  return release
}

describe('what is done', () => {
  test('is shown at once and as not confirmed, until the server has said so', async () => {
    const admin = await comes((await person(server, ['admin'])).user)
    const release = await holding(admin.page, 'nodes.cordon')
    await admin.open('/nodes/worker')
    await admin.keyboard.activate('Cordon')
    await admin.keyboard.activate('Cordon now')
    await admin.heading('worker online, cordoned not confirmed yet')
    expect((await server.node(node.id)).unschedulable).toBe(false)
    release()
    await admin.page.getByRole('heading', { name: 'worker online, cordoned', exact: true }).waitFor()
    expect((await server.node(node.id)).unschedulable).toBe(true)
    await admin.keyboard.activate('Undo: Node worker is cordoned')
    await admin.page.getByRole('heading', { name: 'worker online', exact: true }).waitFor()
    await waitFor('the node to take pods again', async () => !(await server.node(node.id)).unschedulable)
    await admin.leave()
  })

  test('is taken back when it is refused, with the words of the server', async () => {
    const { user } = await person(server, ['admin'])
    const admin = await comes(user)
    const release = await holding(admin.page, 'nodes.cordon')
    await admin.open('/nodes/worker')
    await admin.keyboard.activate('Cordon')
    await admin.keyboard.activate('Cordon now')
    await admin.heading('worker online, cordoned not confirmed yet')
    await done(server.patch(`/api/users/${user.id}`, { roles: ['viewer'] }))
    release()
    await admin.page.getByRole('alert').filter({ hasText: 'nodes:write' }).waitFor()
    await admin.page.getByRole('heading', { name: 'worker online', exact: true }).waitFor()
    expect((await server.node(node.id)).unschedulable).toBe(false)
    await admin.leave()
  })

  test('to many things at once is taken back at once', async () => {
    await visitor.open('/nodes')
    await visitor.keyboard.to('Choose worker')
    await visitor.keyboard.press('Space')
    await visitor.page.getByRole('button', { name: 'Cordon', exact: true }).press('Enter')
    await visitor.keyboard.activate('Cordon now')
    await visitor.page.getByRole('cell', { name: 'online, cordoned' }).waitFor()
    await visitor.keyboard.activate('Undo: Cordon: 1 node')
    await visitor.says('Taken back: Cordon: 1 node')
    await visitor.page.getByRole('cell', { name: 'online', exact: true }).waitFor()
    expect((await server.node(node.id)).unschedulable).toBe(false)
    expect(visitor.complaints).toEqual([])
  })

  test('to labels of a node is undone: what was there is there again, and what was not is gone', async () => {
    const before = (await server.node(node.id)).labels
    await visitor.open('/nodes/worker')
    await visitor.keyboard.activate('Edit')
    // Behind those that it has by itself.
    const next = `Labels ${Object.keys(before).length + 1}`
    await visitor.page.getByLabel(`${next}, name`).waitFor()
    await visitor.keyboard.to(`${next}, name`)
    await visitor.keyboard.type('tier')
    await visitor.keyboard.to(`${next}, value`)
    await visitor.keyboard.type('gold')
    await visitor.keyboard.activate('Edit now')
    await visitor.says('tier=gold')
    await waitFor('the label', async () => (await server.node(node.id)).labels['tier'] === 'gold')
    await visitor.keyboard.activate('Undo: Node worker is changed')
    await visitor.says('Node worker is as it was')
    expect((await server.node(node.id)).labels).toEqual(before)
    expect(visitor.complaints).toEqual([])
  })
})
