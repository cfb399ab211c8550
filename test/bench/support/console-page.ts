/** A page of the console in a real Chromium, signed in, and what a bench measures in it. */
import { chromium, type Browser, type CDPSession, type Page } from 'playwright'
import { chromiumFlags, findBrowser } from '../../support/browser.mjs'
import { spread, type Spread } from './statistics.ts'

const KEY = 'stark-session'
const VIEWPORT = { width: 1_440, height: 900 }
/** Two frames of 60 a second at once are seen as a jerk. */
const LONG_MS = 34
const LOAD_MAX_MS = 180_000

export interface Frames extends Spread {
  /** Of all frames, those that took longer than two. */
  readonly longShare: number
}

/** ms since the page was asked for. */
export interface Paint {
  /** All nodes are drawn, and some of their pods. */
  readonly firstUsefulMs: number
  readonly completeMs: number
  /** How long nobody was answered at most, until it was complete. */
  readonly longestTaskMs: number
}

export class ConsolePage {
  readonly page: Page
  readonly #browser: Browser
  readonly #cdp: CDPSession

  private constructor(browser: Browser, page: Page, cdp: CDPSession) {
    this.#browser = browser
    this.page = page
    this.#cdp = cdp
  }

  /** @param session what signing in answered */
  static async open(session: object): Promise<ConsolePage> {
    const executablePath = await findBrowser()
    const browser = await chromium.launch({ args: chromiumFlags, ...(executablePath ? { executablePath } : {}) })
    const context = await browser.newContext({ viewport: VIEWPORT })
    // The empty page has no storage.
    const signIn = ([key, text]: readonly [string, string]) => location.protocol === 'http:' && sessionStorage.setItem(key, text)
    await context.addInitScript(signIn, [KEY, JSON.stringify(session)] as const)
    await context.addInitScript(noteLongTasks)
    const page = await context.newPage()
    return new ConsolePage(browser, page, await context.newCDPSession(page))
  }

  /** Opens the map of so many nodes and pods. */
  async paint(url: string, { nodes, pods }: { readonly nodes: number; readonly pods: number }): Promise<Paint> {
    await this.page.goto(url, { waitUntil: 'commit' })
    const firstUsefulMs = await this.#says(`${nodes} nodes, [1-9]\\d* pods`)
    const completeMs = await this.#says(`${nodes} nodes, ${pods} pods`)
    return { firstUsefulMs, completeMs, longestTaskMs: await this.page.evaluate(() => globalThis.longestTaskMs ?? 0) }
  }

  /** @returns ms since the page was asked for, when the map says something like this for the first time, looked at with each frame */
  async #says(pattern: string): Promise<number> {
    const said = await this.page.waitForFunction(whenMapSays, pattern, { polling: 'raf', timeout: LOAD_MAX_MS })
    return (await said.jsonValue()) as number
  }

  /** @returns ms from asking for the page until the frame after the one in which it says the text */
  async load(url: string, text: string): Promise<number> {
    await this.page.goto(url, { waitUntil: 'commit' })
    return this.until(text)
  }

  /** @returns ms since the page was asked for, once it says the text */
  async until(text: string): Promise<number> {
    await this.page.getByText(text).waitFor({ timeout: LOAD_MAX_MS })
    return this.page.evaluate(() => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now()))))
  }

  async frames(ms: number): Promise<Frames> {
    const samples = await this.page.evaluate(measureFrames, ms)
    return { ...spread(samples), longShare: samples.filter((each) => each > LONG_MS).length / samples.length }
  }

  /** Types into a field. @returns ms from the last key until the frame after the one in which something is another */
  async typing(label: string, text: string): Promise<number> {
    const field = this.page.getByLabel(label)
    await field.fill('')
    await this.page.waitForTimeout(SETTLED_MS)
    return field.evaluate(measureTyping, text)
  }

  /** @returns bytes that are used once what is not used any more has been collected */
  async heapBytes(): Promise<number> {
    await this.#cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.#cdp.send('Runtime.getHeapUsage')
    return usedSize
  }

  /** @returns bytes of all files that have come, as they crossed the network */
  loadedBytes(): Promise<number> {
    return this.page.evaluate(() =>
      performance
        .getEntries()
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    )
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}

const SETTLED_MS = 500

declare global {
  // oxlint-disable-next-line no-var -- what is declared on the global object is a var
  var longestTaskMs: number | undefined
}

/** Runs in the page, before anything else. */
function noteLongTasks(): void {
  const note = (list: PerformanceObserverEntryList): void => {
    for (const { duration } of list.getEntries()) globalThis.longestTaskMs = Math.max(globalThis.longestTaskMs ?? 0, duration)
  }
  new PerformanceObserver(note).observe({ type: 'longtask' })
}

/** Runs in the page. */
function whenMapSays(pattern: string): number | undefined {
  const within = (root: ParentNode | null | undefined, name: string): ShadowRoot | null | undefined => root?.querySelector(name)?.shadowRoot
  const map = within(within(within(document, 'stark-console'), 'console-shell'), 'cluster-map')
  return new RegExp(pattern).test(map?.textContent ?? '') ? performance.now() : undefined
}

/** Runs in the page. */
function measureFrames(ms: number): Promise<number[]> {
  return new Promise((resolve) => {
    const samples: number[] = []
    let last = performance.now()
    const end = last + ms
    const frame = (now: number): void => {
      samples.push(now - last)
      last = now
      if (now < end) requestAnimationFrame(frame)
      else resolve(samples.slice(1))
    }
    requestAnimationFrame(frame)
  })
}

/** Runs in the page: the field is in the bar of a list, whose status says how many are left. */
function measureTyping(field: Element, text: string): Promise<number> {
  const status = field.parentElement?.querySelector('[role=status]')
  const input = field as HTMLInputElement
  const before = status?.textContent
  const began = performance.now()
  input.value = text
  input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))
  return new Promise((resolve) => {
    const look = (): void => {
      if (status?.textContent === before) requestAnimationFrame(look)
      else requestAnimationFrame(() => resolve(performance.now() - began))
    }
    requestAnimationFrame(look)
  })
}
