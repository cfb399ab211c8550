/** Every screen of the console by keyboard alone: it is opened, its main thing is done, one sees where one is, and one gets away again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressOf, PLACES, type Place } from '../../console/web/route.ts'
import { PAGES } from '../../console/web/shell/pages.ts'
import { done } from '../support/api.ts'
import { Chromium } from '../support/chromium.ts'
import { loaded, Visitor } from '../support/console.ts'
import type { RawNode } from '../support/raw-node.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** More than the content of any page has here. */
const STOPS_MAX = 120

let server: Server
let node: RawNode
let browser: Chromium
let visitor: Visitor

beforeAll(async () => {
  server = await startServer()
  const pack = await server.push({ name: 'waits' })
  node = await server.join({ name: 'quiet', labels: { zone: 'a' } })
  await server.run(pack, { name: 'placed' })
  await server.run(pack, { name: 'too-big', resources: { requests: { cpu: 90_000 }, limits: { cpu: 90_000 } } })
  await done(server.post('/api/deployments', { pack: 'waits', name: 'web', replicas: 1 }))
  await done(server.put('/api/secrets/kept', { value: 'hush' }))
  browser = await Chromium.launch(temporaryFolder('chromium'))
  visitor = await Visitor.come(browser, server.url)
})
afterAll(async () => {
  await browser.close()
  node.close()
  await server.kill('SIGTERM')
})

const asks = (button: string) => async (): Promise<void> => {
  await visitor.keyboard.activate(button)
  await visitor.page.getByRole('dialog').getByRole('heading').waitFor()
  await visitor.keyboard.press('Escape')
  await visitor.page.getByRole('dialog').waitFor({ state: 'detached' })
}
const leadsTo = (link: string, heading: string | RegExp) => async (): Promise<void> => {
  await visitor.keyboard.activate(link)
  await visitor.heading(heading)
}
const narrows = (field: string, typed: string, query: string) => async (): Promise<void> => {
  await visitor.keyboard.to(field)
  await visitor.keyboard.type(typed)
  await visitor.keyboard.press('Tab')
  await visitor.page.waitForURL(new RegExp(query))
}

/** What each screen is for, done. */
const DEEDS: Readonly<Record<Place, () => Promise<void>>> = {
  async map() {
    await visitor.keyboard.to(
      'Map of the nodes. Arrow keys go from node to node, Enter opens one, plus and minus zoom, 0 shows all. The list has the same.',
    )
    await visitor.keyboard.press('ArrowRight')
    await visitor.page.getByRole('region', { name: 'Node quiet' }).waitFor()
    await visitor.keyboard.press('Enter')
    await visitor.heading('quiet online')
  },
  nodes: leadsTo('quiet', 'quiet online'),
  async pods() {
    await visitor.keyboard.to('Choose placed')
    await visitor.keyboard.press('Space')
    await visitor.says('1 pod chosen')
  },
  queue: leadsTo('Why, and what would place too-big', 'What would place it'),
  deployments: leadsTo('web', /^web /),
  async deploy() {
    await visitor.keyboard.to('Pack')
    await visitor.keyboard.type('waits')
    await visitor.says(/would go to quiet/)
  },
  async whatif() {
    await visitor.keyboard.to('called')
    await visitor.keyboard.type('quiet')
    await visitor.keyboard.press('Enter')
    await visitor.says('quiet is drained')
  },
  async charts() {
    await visitor.keyboard.activate('As a table')
    await visitor.page.getByRole('columnheader', { name: 'in trouble' }).waitFor()
  },
  events: narrows('Filter events', 'quiet', 'filter=quiet'),
  history: narrows('Pod, by name or id', 'placed', 'pod=placed'),
  packs: leadsTo('waits', 'waits'),
  async push() {
    await visitor.keyboard.to('Drop the bundle of a pack here, one ES module, with its source map if there is one, or choose them')
    await Promise.all([visitor.page.waitForEvent('filechooser'), visitor.keyboard.press('Space')])
  },
  namespaces: asks('Create a namespace'),
  secrets: asks('Set a secret'),
  async settings() {
    await visitor.keyboard.to('Scheduling policy')
    await visitor.keyboard.press('b')
    await visitor.says('1 setting is changed and not saved.')
    await visitor.keyboard.activate('Reset')
    await visitor.says('Nothing is changed.')
  },
  async plugins() {
    await visitor.keyboard.to('Built-in plugins')
    await visitor.page.getByRole('rowheader', { name: 'taints', exact: true }).waitFor()
  },
  people: leadsTo('Tokens', 'People and tokens'),
  audit: narrows('Operation', 'pods.create', 'operation=pods.create'),
  account: asks('Change the password'),
  async join() {
    await visitor.keyboard.activate('Make a join token')
    await visitor.says('This is shown once.')
  },
  async 'become-a-node'() {
    await visitor.keyboard.activate('Become a node')
    await visitor.says('What runs here')
    await visitor.keyboard.activate('Stop being a node')
    await visitor.page.getByRole('button', { name: 'Become a node' }).waitFor()
  },
}

/** By its letter, or by its name in the palette where it has none. */
async function openByKeys(place: Place): Promise<void> {
  const { key, title } = PAGES[place]
  if (key === undefined) {
    await visitor.keyboard.press('ControlOrMeta+k')
    await visitor.keyboard.type(title)
    await visitor.keyboard.press('Enter')
  } else await visitor.keyboard.press('g', key)
  await visitor.page.waitForURL(server.url + addressOf({ place }))
  await loaded(visitor.page)
}

/** What the focus is on, and whether one sees that. Runs in the page. */
function focused(): { readonly name: string; readonly isOver: boolean; readonly isSeen: boolean } {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element || element === document.body) return { name: '', isOver: true, isSeen: true }
  const hasRing = (each: Element | null): boolean => {
    if (!each) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(each)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1
  }
  const { top, bottom, left, right } = element.getBoundingClientRect()
  const isInWindow = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
  const name = `${element.localName} ${element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)}`
  return { name, isOver: false, isSeen: isInWindow && (hasRing(element) || hasRing(element.closest('label'))) }
}

/** Goes through all that a page has. @returns what one would not see that one is on */
async function unseen(): Promise<readonly string[]> {
  const found = new Set<string>()
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await visitor.keyboard.press('Tab')
    const { name, isOver, isSeen } = await visitor.page.evaluate(focused)
    if (isOver) break
    if (!isSeen) found.add(name)
  }
  return [...found]
}

describe('by keyboard alone', () => {
  test.each(PLACES)('%s is opened, used and left, and one always sees where one is', async (place) => {
    await visitor.open('/account')
    await openByKeys(place)
    expect(await unseen()).toEqual([])
    await openByKeys('account')
    await openByKeys(place)
    await DEEDS[place]()
    await visitor.keyboard.to('Find Ctrl K')
    await openByKeys(place === 'map' ? 'nodes' : 'map')
    expect(visitor.complaints).toEqual([])
  })
})
