/**
 * <audit-page .cluster=${cluster} .navigation=${navigation}></audit-page>
 * Who did what, from where, when, and with which result. Which of it is shown stands in the address. It is asked for and not followed:
 * the entries are in the store only.
 */
import { css, html, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import '../parts/copy-text.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { auditCommand, filterOf, localTime, universalTime, type AuditFilter, type FilterName } from './audit-filter.ts'
import './audit-list.ts'

/** What is looked for most; others can be typed. */
const RESULTS = ['done', 'FORBIDDEN', 'UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOO_MANY', 'INVALID', 'QUOTA_EXCEEDED'] as const

export class AuditPage extends StateElement {
  static override styles = [
    shared,
    css`
      .filters {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
        gap: 0.5rem 1rem;
        margin-block-end: 0.75rem;
      }
      label {
        display: block;
        font-weight: 500;
      }
      input {
        width: 100%;
      }
      copy-text {
        margin-block-end: 0.75rem;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false }, asked: { state: true } }
  declare cluster: Cluster
  declare navigation: Navigation
  /** How often somebody wanted what is new. */
  declare asked: number

  constructor() {
    super()
    this.asked = 0
  }

  override render(): TemplateResult {
    const { cluster, navigation, asked } = this
    const filter = filterOf(navigation.route.query)
    return html`
      <div class="row between">
        <h1>Audit</h1>
        <div class="row">
          ${Object.keys(filter).length === 0 ? '' : html`<a class="button" href=${addressOf({ place: 'audit' })}>Show everything</a>`}
          <button @click=${() => (this.asked += 1)}>Ask again</button>
        </div>
      </div>
      <div class="filters">
        ${this.#field('operation', { label: 'Operation', filter, example: 'pods.create' })}
        ${this.#field('result', { label: 'Result', filter, suggestions: RESULTS })}
        ${this.#field('actorId', { label: 'Id of who did it', filter })} ${this.#time('since', 'From', filter)}
        ${this.#time('until', 'Until', filter)}
      </div>
      <copy-text text=${auditCommand(filter)}></copy-text>
      ${keyed(JSON.stringify([filter, asked]), html`<audit-list .filter=${filter} .cluster=${cluster}></audit-list>`)}
    `
  }

  /** Asked for when it is whole, not letter by letter. */
  #field(
    name: FilterName,
    {
      label,
      filter,
      example = '',
      suggestions = [],
    }: { label: string; filter: AuditFilter; example?: string; suggestions?: readonly string[] },
  ): TemplateResult {
    return html`<div>
      <label for=${name}>${label}</label>
      <input
        id=${name}
        list="${name}-list"
        autocomplete="off"
        spellcheck="false"
        placeholder=${example}
        .value=${filter[name] ?? ''}
        @change=${(event: Event) => this.navigation.refine({ [name]: valueOf(event).trim() })}
      />
      <datalist id="${name}-list">${suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>
    </div>`
  }

  #refineTime(name: 'since' | 'until', local: string): void {
    const time = universalTime(local)
    if (time !== undefined) this.navigation.refine({ [name]: time })
  }

  #time(name: 'since' | 'until', label: string, filter: AuditFilter): TemplateResult {
    return html`<div>
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="datetime-local"
        .value=${localTime(filter[name] ?? '')}
        @change=${(event: Event) => this.#refineTime(name, valueOf(event))}
      />
    </div>`
  }
}
customElements.define('audit-page', AuditPage)

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value
