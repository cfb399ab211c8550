/**
 * <people-page view="tokens" .cluster=${cluster}></people-page>
 * Who may come in: the accounts of people, and the tokens of nodes and scripts.
 */
import { html, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import { tabs } from '../parts/tabs.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import './token-list.ts'
import './user-list.ts'

const VIEWS = [
  ['', 'Users'],
  ['tokens', 'Tokens'],
] as const

export class PeoplePage extends StateElement {
  static override styles = shared
  static override properties = { view: {}, cluster: { attribute: false } }
  declare view: string
  declare cluster: Cluster

  override render(): TemplateResult {
    const { view, cluster } = this
    return html`
      <h1>People and tokens</h1>
      ${tabs({ of: 'access', views: VIEWS, current: view, address: (each) => addressOf({ place: 'people', query: { view: each } }) })}
      ${view === 'tokens' ? html`<token-list .cluster=${cluster}></token-list>` : html`<user-list .cluster=${cluster}></user-list>`}
    `
  }
}
customElements.define('people-page', PeoplePage)
