/**
 * A real Chromium with a profile of its own, and what a test wants to know of a tab in it. The profile keeps the storage of
 * embedded pages, as a browser does that nobody has changed; Playwright's own switches take it away. Tabs that are hidden or
 * frozen are raw-chromium.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright'
import type { StarkAgent } from '../../agents/browser/element.ts'
import type { NodePhase, NodeState } from '../../agents/browser/messages.ts'
import { chromiumFlags, findBrowser } from './browser.mjs'
import { untilPhase } from './driven-browser.ts'
import { keepPage, recordPage } from './coverage/pages.ts'

export class Chromium {
  readonly context: BrowserContext

  private constructor(context: BrowserContext) {
    this.context = context
  }

  /** @param profile an empty folder */
  static async launch(profile: string): Promise<Chromium> {
    mkdirSync(path.join(profile, 'Default'), { recursive: true })
    const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
    writeFileSync(path.join(profile, 'Default/Preferences'), JSON.stringify(preferences))
    const executablePath = await findBrowser()
    const options = { headless: true, args: chromiumFlags, ...(executablePath ? { executablePath } : {}) }
    return new Chromium(await chromium.launchPersistentContext(profile, options))
  }

  async open(url: string): Promise<Tab> {
    const tab = new Tab(await this.context.newPage())
    await recordPage(tab.page)
    await tab.page.goto(url)
    return tab
  }

  async closePages({ but }: { readonly but?: Page } = {}): Promise<void> {
    for (const page of this.context.pages()) {
      if (page === but) continue
      await keepPage(page)
      await page.close()
    }
  }

  async close(): Promise<void> {
    for (const page of this.context.pages()) await keepPage(page)
    await this.context.close()
  }
}

export class Tab {
  readonly page: Page
  /** What the page's console has to say that is not just talk, and errors that nobody caught. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  /** Another address in the same tab, which keeps what is its own, and complaints of this page alone. */
  async goTo(url: string): Promise<void> {
    this.complaints.length = 0
    await this.page.goto(url)
  }

  /** How the page's node stands. */
  state(): Promise<NodeState> {
    return this.page.evaluate(() => (document.querySelector('stark-agent') as StarkAgent).state)
  }

  until(phase: NodePhase): Promise<NodeState> {
    return untilPhase(phase, () => this.state())
  }

  /** The part of the element that has this name. */
  part(name: string) {
    return this.page.locator(`stark-agent [part=${name}]`)
  }

  async close(): Promise<void> {
    await keepPage(this.page)
    await this.page.close()
  }
}
