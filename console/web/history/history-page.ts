/**
 * <history-page .cluster=${cluster} .navigation=${navigation}></history-page>
 * Each step of all pods, also of those that are gone: live, or of a time that is over. Which of it is shown stands in the address.
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
import { filterOf, historyCommand, type FilterName } from './history-filter.ts'
import './history-list.ts'

const REASONS = ['Preempted', 'NodeLost', 'Drained', 'OOMKilled', 'PackLoadError', 'DeadlineExceeded', 'UserStopped', 'Completed', 'Error']

export class HistoryPage extends StateElement {
  static override styles = [shared, filterStyles]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false } }
  declare cluster: Cluster
  declare navigation: Navigation

  override render(): TemplateResult {
    const { cluster, navigation } = this
    const filter = filterOf(navigation.route.query)
    const field = (name: FilterName, label: string, suggestions: readonly string[] = []): FilterField => ({
      name,
      label,
      suggestions,
      value: filter[name] ?? '',
      onChange: (query) => navigation.refine(query),
    })
    return html`
      <div class="row between">
        <h1>History of pods</h1>
        ${Object.keys(filter).length === 0 ? '' : html`<a class="button" href=${addressOf({ place: 'history' })}>Show all lately</a>`}
      </div>
      <div class="filters">
        ${filterField(field('pod', 'Pod, by name or id'))}
        ${filterField(
          field(
            'namespace',
            'Namespace',
            [...cluster.all('namespaces').values()].map(({ name }) => name),
          ),
        )}
        ${filterField(
          field(
            'node',
            'Node',
            [...cluster.nodes.values()].map(({ name }) => name),
          ),
        )}
        ${filterField(field('reason', 'Reason', REASONS))} ${filterField(field('actor', 'Id of who did it'))}
        ${timeField(field('since', 'From'))} ${timeField(field('until', 'Until'))}
      </div>
      <copy-text text=${historyCommand(filter)}></copy-text>
      ${keyed(
        JSON.stringify(filter),
        html`<history-list
          .filter=${filter}
          sort=${navigation.route.query['sort'] ?? '-at'}
          .cluster=${cluster}
          @sort-by=${({ detail }: CustomEvent<string>) => navigation.refine({ sort: detail })}
        ></history-list>`,
      )}
    `
  }
}
customElements.define('history-page', HistoryPage)
