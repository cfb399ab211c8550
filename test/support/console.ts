/** The console as somebody uses it who has a keyboard and no mouse. What is seen is asked of the page; what is done is done by keys. */
import type { Page } from 'playwright'
import type { Chromium, Tab } from './chromium.ts'
import { ADMIN } from './server.ts'
import { waitFor } from './wait-for.ts'

/** What is still to come is met when one comes round again. */
const SEARCH_MS_MAX = 20_000

export class Keyboard {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async signIn({ email, password } = ADMIN): Promise<void> {
    await this.to('E-mail')
    await this.type(email)
    await this.to('Password')
    await this.type(password)
    await this.press('Enter')
    await this.page.getByText('Live', { exact: true }).waitFor()
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** In place of what is there. */
  async type(text: string): Promise<void> {
    await this.press('ControlOrMeta+a')
    await this.page.keyboard.type(text)
  }

  /** Goes on from thing to thing, round and round, until the one that is called so. @throws Error naming what was met instead */
  async to(name: string): Promise<void> {
    const met = new Set<string>()
    const deadline = performance.now() + SEARCH_MS_MAX
    while (performance.now() < deadline) {
      const focused = await this.page.evaluate(nameOfFocused)
      if (focused === name) return
      met.add(focused)
      await this.press('Tab')
    }
    throw new Error(`nothing that the keyboard reaches is called "${name}": it met ${[...met].join(' | ')}`)
  }

  /** Presses the button, or opens the link, that is called so. */
  async activate(name: string): Promise<void> {
    await this.to(name)
    await this.press('Enter')
  }
}

/** Somebody who goes about in the console: in one tab, signed in once. */
export class Visitor {
  readonly tab: Tab
  readonly keyboard: Keyboard
  readonly #url: string

  private constructor(tab: Tab, url: string) {
    this.tab = tab
    this.keyboard = new Keyboard(tab.page)
    this.#url = url
  }

  /** @param url of the server */
  static async come(browser: Chromium, url: string, who = ADMIN): Promise<Visitor> {
    const visitor = new Visitor(await browser.open(url), url)
    await visitor.keyboard.signIn(who)
    return visitor
  }

  get page(): Page {
    return this.tab.page
  }

  get complaints(): readonly string[] {
    return this.tab.complaints
  }

  /** Loads a page of the console anew: nothing is left of the one before but the session. */
  async open(address: string): Promise<void> {
    await this.tab.goTo(this.#url + address)
    await this.page.getByText('Live', { exact: true }).waitFor()
  }

  heading(name: string | RegExp): Promise<void> {
    return this.page.getByRole('heading', { name }).waitFor()
  }

  says(text: string | RegExp): Promise<void> {
    return this.page.getByText(text).first().waitFor()
  }

  leave(): Promise<void> {
    return this.tab.close()
  }
}

/** As a link does it, without loading everything anew; then everything that the page asks for is there. */
export async function go(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, address)
  await loaded(page)
}

/** Everything that the page asks for is there. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await waitFor('the page to have loaded', async () => (await page.getByText(/^(Loading|Asking the scheduler)/).count()) === 0, {
    timeoutMs: 30_000,
  })
}

/** Runs in the page. By its label, or what it says; through shadows. */
function nameOfFocused(): string {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element) return ''
  const labels = 'labels' in element ? [...((element.labels as NodeListOf<HTMLElement> | null) ?? [])] : []
  const text = element.getAttribute('aria-label') ?? labels[0]?.textContent ?? element.textContent ?? ''
  return text.replace('(required)', '').replace(/\s+/g, ' ').trim()
}
