/**
 * <audit-page .cluster=${cluster} .navigation=${navigation}></audit-page>
 * Who did what, from where, when, and with which result, live. Which of it is shown stands in the address.
 */
import { html, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import '../parts/copy-text.ts'
import { filterField, filterStyles, timeField, type FilterField } from '../parts/filter-fields.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { auditCommand, filterOf, type FilterName } from './audit-filter.ts'
import './audit-list.ts'

const RESULTS = ['done', 'FORBIDDEN', 'UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOO_MANY', 'INVALID', 'QUOTA_EXCEEDED'] as const

export class AuditPage extends StateElement {
  static override styles = [shared, filterStyles]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false } }
  declare cluster: Cluster
  declare navigation: Navigation

  override render(): TemplateResult {
    const { cluster, navigation } = this
    const filter = filterOf(navigation.route.query)
    const field = (name: FilterName, label: string, more: Partial<FilterField> = {}): FilterField => ({
      name,
      label,
      value: filter[name] ?? '',
      onChange: (query) => navigation.refine(query),
      ...more,
    })
    return html`
      <div class="row between">
        <h1>Audit</h1>
        ${Object.keys(filter).length === 0 ? '' : html`<a class="button" href=${addressOf({ place: 'audit' })}>Show everything</a>`}
      </div>
      <div class="filters">
        ${filterField(field('operation', 'Operation', { example: 'pods.create' }))}
        ${filterField(field('result', 'Result', { suggestions: RESULTS }))} ${filterField(field('actorId', 'Id of who did it'))}
        ${timeField(field('since', 'From'))} ${timeField(field('until', 'Until'))}
      </div>
      <copy-text text=${auditCommand(filter)}></copy-text>
      ${keyed(JSON.stringify(filter), html`<audit-list .filter=${filter} .cluster=${cluster}></audit-list>`)}
    `
  }
}
customElements.define('audit-page', AuditPage)
