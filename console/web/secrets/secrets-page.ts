/**
 * <secrets-page .cluster=${cluster} .navigation=${navigation}></secrets-page>
 * The secrets of one namespace; of which, stands in the address.
 */
import { css, html, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import { actionButtons } from '../parts/action-button.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { rotateKeys } from './secret-actions.ts'
import './secret-list.ts'

const USUAL = 'default'

export class SecretsPage extends StateElement {
  static override styles = [
    shared,
    css`
      .bar {
        margin-block-end: 0.75rem;
      }
      h1 {
        margin: 0;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false } }
  declare cluster: Cluster
  declare navigation: Navigation

  override render(): TemplateResult {
    const { cluster, navigation } = this
    const { namespace = USUAL } = navigation.route.query
    const names = new Set([USUAL, namespace, ...[...cluster.all('namespaces').values()].map(({ name }) => name).toSorted()])
    return html`
      <div class="row between">
        <div class="row bar">
          <h1>Secrets</h1>
          <label for="namespace">Namespace</label>
          <select id="namespace" @change=${(event: Event) => this.#show((event.target as HTMLSelectElement).value)}>
            ${[...names].map((name) => html`<option value=${name} ?selected=${name === namespace}>${name}</option>`)}
          </select>
        </div>
        ${actionButtons([rotateKeys], cluster)}
      </div>
      <p class="muted">
        Pods name secrets of their own namespace and find the values in <code>context.secrets</code>. Nobody is shown them.
      </p>
      ${keyed(namespace, html`<secret-list namespace=${namespace} .cluster=${cluster}></secret-list>`)}
    `
  }

  #show(namespace: string): void {
    this.navigation.refine({ namespace: namespace === USUAL ? '' : namespace })
  }
}
customElements.define('secrets-page', SecretsPage)
