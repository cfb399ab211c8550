/**
 * <console-shell .cluster=${cluster} .navigation=${navigation} .session=${session}></console-shell>
 * What is around every page: the way to the others, how the connection stands, who is signed in, what was just done and how to take
 * it back, the palette and the keys.
 */
import { html, nothing, type TemplateResult } from 'lit'
import type { Cluster, Link } from '../cluster.ts'
import { comeBack, stopBeingNode, tabNode } from '../join/this-tab.ts'
import type { Navigation } from '../navigation.ts'
import { addressOf, type Place, type Route } from '../route.ts'
import type { Session } from '../sign-in/session.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import './command-palette.ts'
import type { CommandPalette } from './command-palette.ts'
import { Keys } from './keys.ts'
import './keys-help.ts'
import type { KeysHelp } from './keys-help.ts'
import { Modules } from './modules.ts'
import { MENU, PAGES, titleOf } from './pages.ts'
import { shellStyles } from './shell-styles.ts'
import { choose, nextTheme, theme } from './theme.ts'
import './toasts.ts'

const LINKS: Record<Link, { readonly text: string; readonly tone: string }> = {
  connecting: { text: 'Connecting', tone: 'busy' },
  online: { text: 'Live', tone: 'good' },
  reconnecting: { text: 'Offline, reconnecting', tone: 'bad' },
  ended: { text: 'Disconnected', tone: 'bad' },
}

export class ConsoleShell extends StateElement {
  static override styles = [shared, shellStyles]
  static override properties = {
    cluster: { attribute: false },
    navigation: { attribute: false },
    session: { attribute: false },
    isMenuOpen: { state: true },
  }
  declare cluster: Cluster
  declare navigation: Navigation
  declare session: Session
  declare isMenuOpen: boolean
  readonly #modules = new Modules()
  readonly #keys = new Keys({
    openPalette: () => this.#openPalette(),
    openHelp: () => this.renderRoot.querySelector<KeysHelp>('keys-help')?.open(),
    focusFilter: () => this.#focusFilter(),
    go: (place) => this.#go(addressOf({ place })),
  })

  constructor() {
    super()
    this.isMenuOpen = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    comeBack()
    this.#keys.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#keys.stop()
  }

  override render() {
    const { route } = this.navigation
    document.title = `${titleOf(route)} - Stark`
    return html`
      <div class="frame" @click=${(event: MouseEvent) => this.#click(event)}>
        <a class="skip" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the content</a>
        <header>${this.#header()}</header>
        <nav aria-label="Console" ?data-open=${this.isMenuOpen}>
          ${MENU.map((group) => this.#group(group, route))}
          <div class="narrow">${this.#own()}</div>
        </nav>
        <main id="main" tabindex="-1">${this.#warning()} ${this.#page(route)}</main>
        <toast-list .cluster=${this.cluster}></toast-list>
        <command-palette
          .cluster=${this.cluster}
          .navigation=${this.navigation}
          @go-to=${({ detail }: CustomEvent<string>) => this.#go(detail)}
        ></command-palette>
        <keys-help></keys-help>
      </div>
    `
  }

  #header(): TemplateResult {
    const { text, tone } = LINKS[this.cluster.link]
    return html`
      <button class="menu" aria-expanded=${this.isMenuOpen ? 'true' : 'false'} @click=${() => (this.isMenuOpen = !this.isMenuOpen)}>
        Menu
      </button>
      <a class="brand" href="/">Stark</a>
      <span class="status" role="status" data-tone=${tone}>${text}</span>
      <button class="find" aria-keyshortcuts="Control+K Meta+K" @click=${() => this.#openPalette()}>
        Find <span class="wide muted">Ctrl K</span>
      </button>
      <span class="space"></span>
      ${this.#tabNode()}
      <div class="wide">${this.#own()}</div>
    `
  }

  /** What is one's own: beside the header where there is room, else in the menu. */
  #own(): TemplateResult {
    return html`
      <button data-kind="quiet" aria-label="Keys" @click=${() => this.renderRoot.querySelector<KeysHelp>('keys-help')?.open()}>?</button>
      <button data-kind="quiet" @click=${() => choose(nextTheme(theme()))} aria-label="Theme: ${theme()}">
        <span aria-hidden="true">◐</span> ${theme()}
      </button>
      <a class="button" data-kind="quiet" href=${addressOf({ place: 'account' })}>${this.session.current?.user.email}</a>
      <button data-kind="quiet" @click=${() => this.#signOut()}>Sign out</button>
    `
  }

  #tabNode(): TemplateResult | typeof nothing {
    const state = tabNode()
    if (!state) return nothing
    const tone = state.phase === 'online' ? 'good' : 'busy'
    return html`<a class="button" data-kind="quiet" href=${addressOf({ place: 'become-a-node' })}
      ><span class="status" data-tone=${tone}>Node</span></a
    >`
  }

  #signOut(): void {
    stopBeingNode()
    void this.session.signOut()
  }

  #group({ name, places }: (typeof MENU)[number], route: Route): TemplateResult {
    return html`<div class="group">
      <h2 id=${name}>${name}</h2>
      <ul aria-labelledby=${name}>
        ${places.map((place) => html`<li>${this.#link(place, route)}</li>`)}
      </ul>
    </div>`
  }

  #link(place: Place, route: Route): TemplateResult {
    return html`<a href=${addressOf({ place })} aria-current=${route.place === place ? 'page' : nothing}>${PAGES[place].title}</a>`
  }

  #warning(): TemplateResult | typeof nothing {
    const { link } = this.cluster
    if (link === 'reconnecting')
      return html`<p class="warning">What you see may be out of date: the server does not answer at the moment.</p>`
    if (link === 'ended') return html`<p class="warning" role="alert">The server hung up for good: load this page again.</p>`
    return nothing
  }

  #page(route: Route): TemplateResult {
    if (route.place === 'nowhere')
      return html`<h1>There is nothing at this address</h1>
        <p>Perhaps it is misspelt. <a href="/">Go to the map</a></p>`
    const { load, show } = PAGES[route.place]
    const loading = this.#modules.stateOf(route.place, load)
    if (loading === 'loading') return html`<p role="status">Loading</p>`
    if (loading === 'failed')
      return html`<p role="alert">This page could not be loaded. Load the console again: the server may have another version now.</p>`
    const { cluster, navigation, session } = this
    return show({ cluster, navigation, session, route })
  }

  #go(address: string): void {
    this.navigation.go(address)
    this.#arrive()
  }

  #click(event: MouseEvent): void {
    if (this.navigation.take(event)) this.#arrive()
  }

  /** The focus goes to what is new, as it would with a page that is loaded. */
  #arrive(): void {
    this.isMenuOpen = false
    this.#main()?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }

  #openPalette(): void {
    void this.renderRoot.querySelector<CommandPalette>('command-palette')?.open()
  }

  #focusFilter(): void {
    const page = this.#main()?.lastElementChild
    const filter = page?.shadowRoot?.querySelector<HTMLElement>('input[type=search]')
    if (filter) filter.focus()
    else this.#openPalette()
  }

  #skip(event: Event): void {
    event.preventDefault()
    this.#main()?.focus()
  }

  #main(): HTMLElement | null {
    return this.renderRoot.querySelector('main')
  }
}
customElements.define('console-shell', ConsoleShell)
