/** The console as somebody uses it who has a keyboard and no mouse. What is seen is asked of the page; what is done is done by keys. */
import type { Page } from 'playwright'
import { ADMIN } from './server.ts'

/** More than any page has between two things that one wants. */
const TABS_MAX = 150

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

  /** Goes on from thing to thing until the one that is called so. @throws Error naming what was met instead */
  async to(name: string): Promise<void> {
    const met: string[] = []
    for (let count = 0; count < TABS_MAX; count += 1) {
      const focused = await this.page.evaluate(nameOfFocused)
      if (focused === name) return
      met.push(focused)
      await this.press('Tab')
    }
    throw new Error(`nothing that the keyboard reaches is called "${name}": it met ${[...new Set(met)].join(' | ')}`)
  }

  /** Presses the button, or opens the link, that is called so. */
  async activate(name: string): Promise<void> {
    await this.to(name)
    await this.press('Enter')
  }
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
