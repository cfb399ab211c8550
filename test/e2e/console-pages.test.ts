/**
 * What an operator does in the console, by keyboard alone, in a real Chromium against a real server with a real node: from a form to
 * a pod that runs, through deployments, packs, quotas, secrets and logs.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deployment, Pack, Pod } from '../../kernel/index.ts'
import { done } from '../support/api.ts'
import { Chromium } from '../support/chromium.ts'
import { Command, endCommands } from '../support/command.ts'
import { Visitor } from '../support/console.ts'
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
let visitor: Visitor

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
  visitor = await Visitor.come(browser, server.url)
})
afterAll(async () => {
  await browser.close()
  await endCommands()
  await server.kill('SIGTERM')
})

test('a pod comes from a form, is tried before it is made, and is watched until it runs', async () => {
  await visitor.open('/')
  await visitor.keyboard.to('Find Ctrl K')
  await visitor.keyboard.press('g', 'c')
  await visitor.heading('Deploy')
  await visitor.keyboard.to('Pack')
  await visitor.keyboard.type('talks@1.1.0')
  await visitor.says(/would go to worker/)
  await visitor.keyboard.to('Name')
  await visitor.keyboard.type('Not A Name')
  await visitor.says('Not right yet: Name')
  await visitor.keyboard.type('from-the-form')
  await visitor.says(/would go to worker/)
  await visitor.keyboard.activate('Create the pod')
  await visitor.heading('from-the-form running')
  const steps = visitor.page.getByRole('list', { name: 'From accepted to running' }).locator('li[data-state=done]')
  await waitFor('all four steps', async () => (await steps.count()) === 4)
  await visitor.keyboard.activate('Open the pod')
  await visitor.heading('from-the-form running')
  expect(new URL(visitor.page.url()).pathname).toBe('/pods/default/from-the-form')
  expect(visitor.complaints).toEqual([])
})

test('a pod that fits nowhere leads to the form with the change that would place it filled in', async () => {
  const pod = { pack: 'talks', name: 'too-big', resources: { requests: { cpu: 9000 }, limits: { cpu: 9000 } } }
  await done(server.post<Pod>('/api/pods', pod))
  await visitor.open('/pods/default/too-big?view=why')
  await visitor.heading('What would place it')
  const name = (await visitor.page.getByRole('link', { name: /less cpu/ }).textContent())?.trim() ?? ''
  await visitor.keyboard.activate(name)
  await visitor.heading('Deploy')
  await visitor.says(/would go to worker/)
  await visitor.keyboard.activate('Create the pod')
  await visitor.heading(/talks-\w+ running/)
  expect(visitor.complaints).toEqual([])
  await visitor.keyboard.activate('Delete too-big')
  await visitor.keyboard.activate('Delete too-big now')
  await waitFor('the other one to go', async () => (await server.get('/api/pods/too-big')).status === 404)
  // It takes all that the node has.
  await visitor.keyboard.activate('Open the pod')
  await visitor.keyboard.activate('Delete')
  await visitor.keyboard.activate('Delete now')
  await visitor.heading('No such pod')
})

test('a bundle is pushed with its source map and becomes the pack of the form, and is taken along again', async () => {
  const folder = temporaryFolder('bundle')
  const [file, map] = [path.join(folder, 'pushed.mjs'), path.join(folder, 'pushed.mjs.map')]
  await writeFile(file, 'export default () => { throw new Error("as planned") }\n')
  // The second word of the line is line 7 of the source.
  await writeFile(map, JSON.stringify({ version: 3, sources: ['authors.ts'], names: [], mappings: 'AAMA,wBAAwB' }))
  await visitor.open('/packs')
  await visitor.keyboard.activate('Push a pack')
  await visitor.heading('Push a pack')
  // What the system's own window chooses; the rest is the keyboard's.
  await visitor.page.locator('input[type=file]').setInputFiles([file, map])
  await visitor.keyboard.activate('Push it')
  await visitor.says('pushed@1.0.0 is pushed.')
  await visitor.keyboard.activate('Deploy it')
  await visitor.says(/would go to worker/)
  expect(await visitor.page.getByLabel(/^Pack/).inputValue()).toBe('pushed@1.0.0')
  const pod = await done(server.post<Pod>('/api/pods', { pack: 'pushed', name: 'throws', restartPolicy: 'Never' }))
  await waitFor('the pod to fail', async () => (await server.pod(pod.id)).status === 'failed', { timeoutMs: 30_000 })
  expect((await server.pod(pod.id)).exit?.error?.stack).toContain('authors.ts:7')

  await visitor.open('/packs/pushed')
  await visitor.keyboard.to('Download')
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.keyboard.press('Enter')])
  expect(download.suggestedFilename()).toBe('pushed@1.0.0.mjs')
  expect(await readFile(await download.path(), 'utf8')).toBe(await readFile(file, 'utf8'))
  expect(visitor.complaints).toEqual([])
})

test('a version that is only reserved is given its bundle, and a source map, on the page of its pack', async () => {
  await done(server.post('/api/packs', { name: 'reserved', version: '1.0.0', runtimeTag: 'universal' }))
  const folder = temporaryFolder('bundle')
  const [file, map] = [path.join(folder, 'late.mjs'), path.join(folder, 'late.map')]
  await writeFile(file, TALKS)
  await writeFile(map, 'this is no source map')
  await visitor.open('/packs/reserved')
  const [bundle] = await Promise.all([visitor.page.waitForEvent('filechooser'), chosen('Send its bundle')])
  await bundle.setFiles(file)
  await visitor.says('reserved@1.0.0 has its bundle')
  const { bundle: kept } = await done(server.get<Pack>('/api/packs/reserved@1.0.0'))
  expect(kept?.bytes).toBe(TALKS.length)
  const [source] = await Promise.all([visitor.page.waitForEvent('filechooser'), chosen('Send its source map')])
  await source.setFiles(map)
  await visitor.page.getByRole('alert').filter({ hasText: 'the source map is not JSON' }).waitFor()
})

async function chosen(name: string): Promise<void> {
  await visitor.keyboard.to(name)
  await visitor.keyboard.press('Space')
}

test('the history of all pods is narrowed down, goes on by itself, and is told of a time that is over', async () => {
  await visitor.open('/history')
  await visitor.heading('History of pods')
  const pod = await done(server.post<Pod>('/api/pods', { pack: 'talks', name: 'remembered' }))
  await visitor.page.getByRole('row', { name: /remembered.*Running/ }).waitFor()
  await visitor.keyboard.to('Pod, by name or id')
  await visitor.keyboard.type('remembered')
  await visitor.keyboard.press('Tab')
  await visitor.says('npx stark history --pod remembered -f')
  const rows = visitor.page.locator('history-list tbody tr')
  await waitFor('nothing but its own', async () => (await rows.allInnerTexts()).every((text) => text.includes('remembered')))
  await done(server.delete(`/api/pods/${pod.id}`))
  await visitor.page.getByRole('row', { name: /remembered.*Deleted/ }).waitFor()
  const until = new Date().toISOString()
  await visitor.open(`/history?node=worker&reason=Deleted&until=${until}`)
  await visitor.says(`npx stark history --node worker --reason Deleted --until ${until}`)
  await visitor.page.getByRole('link', { name: 'remembered' }).press('Enter')
  await visitor.heading('No such pod')
  await visitor.page.getByRole('cell', { name: 'Deleted' }).first().waitFor()
  expect(visitor.complaints).toEqual([])
})

describe('a deployment', () => {
  test('is made, scaled and scaled back, restarted, compared with what it was, and put back', async () => {
    await visitor.open('/deployments')
    await visitor.keyboard.activate('Deploy')
    await visitor.keyboard.to('A pod: one run of a pack')
    await visitor.keyboard.press('ArrowRight')
    await visitor.keyboard.to('Pack')
    await visitor.keyboard.type('talks@1.0.0')
    await visitor.keyboard.to('Name')
    await visitor.keyboard.type('web')
    await visitor.says(/would go to worker/)
    await visitor.keyboard.activate('Create the deployment')
    await visitor.keyboard.activate('Open the deployment')
    await visitor.heading('web complete')

    await visitor.keyboard.activate('Scale')
    await visitor.keyboard.to('Replicas')
    await visitor.keyboard.type('3')
    await visitor.says('npx stark scale web --replicas 3')
    await visitor.keyboard.activate('Scale now')
    await visitor.says('replicated: 3 pods')
    await visitor.keyboard.activate('Undo: Deployment web is being scaled')
    await visitor.says('replicated: 2 pods')

    await visitor.keyboard.activate('Restart')
    await visitor.keyboard.activate('Restart now')
    await visitor.keyboard.activate('Revisions')
    await visitor.keyboard.activate('Changes')
    await visitor.heading('From revision 1 to 2')
    await visitor.says(/\+ .*stark\/restarted-at/)
    await waitFor('the restart', async () => (await deployment('web')).status.phase === 'complete', { timeoutMs: 30_000 })
    await visitor.keyboard.activate('Roll back to 1')
    await visitor.keyboard.activate('Roll back to 1 now')
    await waitFor('a third revision', async () => (await deployment('web')).revision === 3)
    await visitor.keyboard.activate('Edit')
    await visitor.keyboard.to('Pack version')
    await visitor.keyboard.type('1.1.0')
    await visitor.keyboard.activate('Edit now')
    await waitFor('the other version', async () => (await deployment('web')).packVersion === '1.1.0')
    expect((await deployment('web')).template).toEqual({})
    await visitor.keyboard.activate('Undo: Deployment web is changed')
    await visitor.says('Deployment web goes back to what it was')
    expect(await deployment('web')).toMatchObject({ packVersion: '1.0.0', template: {}, revision: 5 })
    expect(visitor.complaints).toEqual([])
  })
})

const deployment = (name: string): Promise<Deployment> => done(server.get<Deployment>(`/api/deployments/${name}`))

test('a log is searched and taken along', async () => {
  await done(server.post<Pod>('/api/pods', { pack: 'talks', name: 'talker' }))
  await visitor.open('/pods/default/talker?view=logs')
  await waitFor('the line with its fields', async () =>
    (await visitor.page.getByRole('log').innerText()).trim().endsWith('it is tired after=3'),
  )
  await visitor.keyboard.to('Search the log')
  await visitor.keyboard.type('tired')
  await visitor.says(/1 of \d+ lines/)
  await visitor.says('npx stark logs talker -f --grep tired')
  await visitor.keyboard.to('How many')
  await visitor.keyboard.press('t')
  await visitor.says('npx stark logs talker -f --grep tired --tail 20')
  await visitor.keyboard.to('Since')
  await visitor.keyboard.press('t')
  await visitor.says(/npx stark logs talker -f --grep tired --since 2\S+Z --tail 20/)
  await visitor.says(/1 of \d+ lines/)
  await visitor.keyboard.to('Download')
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.keyboard.press('Enter')])
  expect(download.suggestedFilename()).toBe('default-talker.log')
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^\S+ warn it is tired \{"after":3\}\n$/)
  expect(visitor.complaints).toEqual([])
})

test('a quota is set, shown as a bar, and taken away again', async () => {
  await done(server.post('/api/namespaces', { name: 'narrow' }))
  await visitor.open('/namespaces')
  await visitor.keyboard.activate('narrow')
  await visitor.heading('narrow active')
  await visitor.keyboard.activate('Edit')
  await visitor.keyboard.activate('Resource quota')
  await visitor.keyboard.activate('Hard')
  await visitor.keyboard.to('Pods')
  await visitor.keyboard.type('4')
  await visitor.keyboard.activate('Edit now')
  await visitor.says('0 of 4')
  await visitor.keyboard.activate('Edit')
  await visitor.keyboard.to('Pods')
  await visitor.keyboard.press('Delete', 'Backspace')
  await visitor.keyboard.activate('Edit now')
  await waitFor(
    'no quota',
    async () => (await done(server.get<{ resourceQuota: unknown }>('/api/namespaces/narrow'))).resourceQuota === null,
  )
  expect(visitor.complaints).toEqual([])
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
  await visitor.open('/')
  await visitor.keyboard.press('ControlOrMeta+k')
  await visitor.keyboard.type('secrets')
  await visitor.keyboard.press('Enter')
  await visitor.heading('Secrets')
  await visitor.keyboard.to('Namespace')
  await visitor.keyboard.press('s')
  await visitor.says('There is no secret in sealed that you may see.')
  expect(new URL(visitor.page.url()).search).toBe('?namespace=sealed')
  await visitor.keyboard.activate('Set a secret')
  await visitor.keyboard.to('Name')
  await visitor.keyboard.type('key')
  await visitor.keyboard.to('Value')
  await visitor.page.keyboard.insertText('hush-one\nhush-two')
  await visitor.says('npx stark secret put key --namespace sealed')
  await visitor.keyboard.activate('Set a secret now')
  await visitor.page.getByRole('rowheader', { name: 'key' }).waitFor()
  expect(await visitor.page.content()).not.toContain('hush')
  expect(await visitor.page.getByText('hush').count()).toBe(0)
  expect(await result('first')).toEqual({ lines: 2, last: 'o' })

  await visitor.keyboard.activate('Replace')
  await visitor.keyboard.to('Value')
  await visitor.keyboard.type('changed')
  await visitor.keyboard.activate('Replace now')
  await visitor.says('The secret key has a new value')
  expect(await result('second')).toEqual({ lines: 1, last: 'd' })
  // What the page has heard of the pod by then, nobody knows; loaded anew, it has heard of its end.
  await visitor.open('/secrets?namespace=sealed')
  await visitor.page.getByRole('rowheader', { name: 'key' }).waitFor()
  await visitor.keyboard.activate('Delete')
  await visitor.says('No pod names it now')
  await visitor.keyboard.activate('Delete now')
  await visitor.says('There is no secret in sealed that you may see.')
  expect(visitor.complaints).toEqual([])
})

test('a tab becomes a node, runs a pod for browsers wherever one goes, and stops when it is told', async () => {
  await server.push({ name: 'for-tabs', runtimeTag: 'browser' }, TALKS)
  await visitor.open('/become-a-node')
  await visitor.keyboard.activate('Become a node')
  await visitor.page.getByText('online', { exact: true }).waitFor()
  await visitor.keyboard.press('g', 'n')
  await visitor.heading('Nodes')
  const pod = await done(server.post<Pod>('/api/pods', { pack: 'for-tabs', name: 'in-a-tab' }))
  await waitFor('the pod to run in the tab', async () => (await server.pod(pod.id)).status === 'running', { timeoutMs: 30_000 })
  await visitor.keyboard.activate('Node')
  await visitor.page.getByRole('link', { name: 'in-a-tab' }).waitFor()
  await visitor.keyboard.activate('Stop being a node')
  await visitor.page.getByRole('button', { name: 'Become a node' }).waitFor()
  expect(visitor.complaints).toEqual([])
})
