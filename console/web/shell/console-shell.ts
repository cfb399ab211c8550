/**
 * <console-shell .cluster=${cluster} .navigation=${navigation} who="a@b.example"></console-shell>
 * What is around every page: the way to the others, how the connection stands, who is signed in. Fires sign-out.
 */
import { css, html, nothing } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { KINDS, type Cluster, type Link } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import { addressOf, type Place, type Route } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

const NAMES = { map: 'Map', nodes: 'Nodes', pods: 'Pods', packs: 'Packs', namespaces: 'Namespaces', node: 'Node', pod: 'Pod' } as const
const LINKS: Record<Link, { readonly text: string; readonly tone: string }> = {
  connecting: { text: 'Connecting', tone: 'busy' },
  online: { text: 'Live', tone: 'good' },
  reconnecting: { text: 'Offline, reconnecting: what you see may be out of date', tone: 'bad' },
  ended: { text: 'The server hung up for good: reload this page', tone: 'bad' },
}

export class ConsoleShell extends StateElement {
  static override styles = [
    shared,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1.25rem;
        padding: 0.5rem 1rem;
        border-bottom: 1px solid var(--line);
        background: var(--raised);
      }
      nav ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      nav a {
        display: inline-block;
        padding: 0.35rem 0;
        color: inherit;
        text-decoration: none;
      }
      nav a[aria-current] {
        border-bottom: 2px solid var(--accent);
        font-weight: 600;
      }
      .rest {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        margin-inline-start: auto;
      }
      .skip:not(:focus) {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
      main {
        padding: 1rem;
      }
      main:focus {
        outline: none;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false }, who: {} }
  declare cluster: Cluster
  declare navigation: Navigation
  declare who: string

  override render() {
    const { route } = this.navigation
    const { text, tone } = LINKS[this.cluster.link]
    document.title = `${NAMES[route.place]} - Stark`
    return html`
      <div @click=${(event: MouseEvent) => this.#click(event)}>
        <a class="skip" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the content</a>
        <header>
          <strong>Stark</strong>
          <nav aria-label="Console">
            <ul>
              ${(['map', ...KINDS] as const).map((place) => html`<li>${this.#link(place, route)}</li>`)}
            </ul>
          </nav>
          <div class="rest">
            <span role="status" data-tone=${tone}>${text}</span>
            <span class="muted">${this.who}</span>
            <button @click=${() => this.dispatchEvent(new CustomEvent('sign-out'))}>Sign out</button>
          </div>
        </header>
        <main id="main" tabindex="-1">${this.#page(route)}</main>
      </div>
    `
  }

  #link(place: Place, route: Route) {
    const isHere = route.place === place || `${route.place}s` === place
    return html`<a href=${addressOf({ place, query: {} })} aria-current=${isHere ? 'page' : nothing}>${NAMES[place]}</a>`
  }

  #page({ place, query }: Route) {
    const { cluster, navigation } = this
    if (place === 'pod') return html`<pod-page pod-id=${query['id'] ?? ''} view=${query['view'] ?? ''} .cluster=${cluster}></pod-page>`
    if (place === 'node') return html`<node-page node-id=${query['id'] ?? ''} .cluster=${cluster}></node-page>`
    if (place === 'map') return html`<cluster-map .cluster=${cluster} .navigation=${navigation}></cluster-map>`
    return keyed(place, html`<list-page kind=${place} .cluster=${cluster} .navigation=${navigation}></list-page>`)
  }

  #click(event: MouseEvent): void {
    if (this.navigation.take(event)) this.#main()?.focus({ preventScroll: true })
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
