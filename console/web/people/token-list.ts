/**
 * <token-list .cluster=${cluster}></token-list>
 * The tokens that somebody may see, without their secrets; making one, and ending one.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Token } from '../../../kernel/schema/account.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import '../parts/action-button.ts'
import type { Action } from '../parts/action.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since, until } from '../time.ts'
import './token-maker.ts'

const TOKENS_MAX = 500
type Shown = Omit<Token, 'hash'>

export class TokenList extends StateElement {
  static override styles = [
    shared,
    css`
      details {
        margin-block-end: 1.25rem;
      }
      summary {
        margin-block-end: 0.75rem;
        cursor: pointer;
        font-weight: 500;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster
  #answer: Answer<{ readonly items: readonly Shown[]; readonly nextCursor: string | null }> | undefined

  override render(): TemplateResult {
    const { cluster } = this
    this.#answer ??= new Answer(() => cluster.ask('tokens.list', { limit: TOKENS_MAX }))
    const { state } = this.#answer
    if (state.is === 'waiting') return html`<p role="status">Loading</p>`
    if (state.is === 'failed') return html`<p role="alert">${state.detail}</p>`
    const { items, nextCursor } = state.value
    return html`<div @done=${() => void this.#answer?.again()}>
      <details>
        <summary>Make an API token for a script</summary>
        <token-maker kind="api" .cluster=${cluster} @made=${() => void this.#answer?.again()}></token-maker>
      </details>
      <p>Tokens for nodes are made where <a href=${addressOf({ place: 'join' })}>nodes are added</a>.</p>
      ${items.length === 0 ? html`<p>There is no token.</p>` : this.#table(items)}
      ${nextCursor === null ? '' : html`<p class="muted">These are the first ${TOKENS_MAX}; the others: <code>npx stark token list</code></p>`}
    </div>`
  }

  #table(tokens: readonly Shown[]): TemplateResult {
    return html`<div class="scroll" role="region" aria-label="Tokens" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Kind</th>
            <th>What for</th>
            <th>May</th>
            <th>Made</th>
            <th>Ends</th>
            <th>Last used</th>
            <th>Uses left</th>
            <th><span class="hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${tokens.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).map((token) => this.#row(token))}
        </tbody>
      </table>
    </div>`
  }

  #row(token: Shown): TemplateResult {
    const { kind, description, role, scopes, createdAt, expiresAt, lastUsedAt, uses, nodeId } = token
    const node = nodeId === null ? undefined : (this.cluster.nodes.get(nodeId)?.name ?? nodeId)
    return html`<tr>
      <th scope="row">${kind}</th>
      <td>${description || (node === undefined ? '-' : `node ${node}`)}</td>
      <td>${scopes === null ? role : scopes.join(', ')}</td>
      <td>${since(createdAt)}</td>
      <td>${expiresAt === null ? 'never' : until(expiresAt)}</td>
      <td>${since(lastUsedAt)}</td>
      <td>${kind === 'join' ? (uses ?? 'any number') : ''}</td>
      <td><action-button .action=${end(token, node)} .cluster=${this.cluster}></action-button></td>
    </tr>`
  }
}
customElements.define('token-list', TokenList)

const end = ({ id, kind, description }: Shown, node: string | undefined): Action => ({
  label: 'End',
  operation: 'tokens.delete',
  input: { id },
  consequence: `Whoever holds this ${kind} token${description === '' ? '' : ` (${description})`} is nobody from now on${node === undefined ? '' : `: node ${node} must join again`}. This cannot be taken back.`,
  command: `npx stark token delete ${id}`,
  done: 'The token is ended',
  isDangerous: true,
})
