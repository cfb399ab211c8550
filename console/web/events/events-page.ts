/**
 * <events-page .cluster=${cluster} .navigation=${navigation}></events-page>
 * What happened in the cluster, newest first, live. Which of it is shown stands in the address.
 */
import { css, html, type TemplateResult } from 'lit'
import type { ClusterEvent } from '../../../kernel/schema/event.ts'
import type { Cluster } from '../cluster.ts'
import type { ShownColumn } from '../tables/data-table.ts'
import type { Navigation } from '../navigation.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { ListModel } from '../tables/list-model.ts'
import { since } from '../time.ts'

const TYPES = ['', 'Normal', 'Warning'] as const
const NEWEST = '-last'

const columns: readonly ShownColumn<ClusterEvent>[] = [
  { key: 'last', head: 'Last', value: ({ lastAt }) => lastAt, show: ({ lastAt }) => since(lastAt) },
  {
    key: 'type',
    head: 'Type',
    value: ({ type }) => type,
    show: ({ type }) => html`<span class="status" data-tone=${type === 'Warning' ? 'busy' : 'still'}>${type}</span>`,
  },
  { key: 'reason', head: 'Reason', value: ({ reason }) => reason },
  { key: 'object', head: 'Object', value: ({ objectKind, objectName }) => `${objectKind} ${objectName}`, show: objectLink },
  { key: 'message', head: 'What', value: ({ message }) => message, show: ({ message }) => html`<span title=${message}>${message}</span>` },
  { key: 'count', head: 'Times', value: ({ count }) => count },
  { key: 'namespace', head: 'Namespace', value: ({ namespace }) => namespace ?? '-' },
]

const PLACES = { pods: 'pods', nodes: 'nodes', deployments: 'deployments' } as const
const isPlace = (kind: string): kind is keyof typeof PLACES => kind in PLACES

/** By its id: what happened may have been to one whose name another has now. */
function objectLink({ objectKind, objectId, objectName }: ClusterEvent): TemplateResult | string {
  const text = `${objectKind} ${objectName}`
  return isPlace(objectKind) ? html`<a href=${addressOf({ place: PLACES[objectKind], path: [objectId] })}>${text}</a>` : text
}

export class EventsPage extends StateElement {
  static override styles = [
    shared,
    css`
      .bar {
        margin-block-end: 0.75rem;
      }
      h1 {
        margin: 0;
      }
      input {
        width: min(20rem, 100%);
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false } }
  declare cluster: Cluster
  declare navigation: Navigation
  /** Narrowed down by two words of each event, as other lists are by status and namespace. */
  readonly #model = new ListModel<ClusterEvent>({ status: ({ type }) => type, namespace: ({ objectKind }) => objectKind })

  override render(): TemplateResult {
    const { cluster, navigation } = this
    const refusal = cluster.refusalOf('events')
    if (refusal !== undefined)
      return html`<h1>Events</h1>
        <p role="alert">${refusal}</p>`
    if (!cluster.hasLoaded('events'))
      return html`<h1>Events</h1>
        <p role="status">Loading</p>`
    const { filter = '', type = '', kind = '', sort = NEWEST } = navigation.route.query
    const all = cluster.all('events')
    const wanted = { text: filter, status: type, namespace: kind, labels: () => true }
    const found = this.#model.list(all, { wanted, sort, columns })
    const kinds = ['', ...this.#model.choices('namespace', all.values())]
    return html`
      <div class="row bar">
        <h1>Events</h1>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter events"
          .value=${filter}
          @input=${(event: InputEvent) => navigation.refine({ filter: (event.target as HTMLInputElement).value })}
        />
        ${this.#choice('type', { choices: TYPES, current: type, all: 'all types' })}
        ${this.#choice('kind', { choices: kinds, current: kind, all: 'all objects' })}
        <span role="status" class="muted">${found.length === all.size ? all.size : `${found.length} of ${all.size}`}</span>
      </div>
      ${found.length > 0 ? this.#table(found, sort) : html`<p>${all.size > 0 ? `None of the ${all.size} fits the filter.` : 'Nothing has happened yet.'}</p>`}
    `
  }

  #choice(name: string, { choices, current, all }: { choices: readonly string[]; current: string; all: string }): TemplateResult {
    return html`<select
      aria-label="Only of this ${name}"
      @change=${(event: Event) => this.navigation.refine({ [name]: (event.target as HTMLSelectElement).value })}
    >
      ${choices.map((choice) => html`<option value=${choice} ?selected=${choice === current}>${choice === '' ? all : choice}</option>`)}
    </select>`
  }

  #table(events: readonly ClusterEvent[], sort: string): TemplateResult {
    return html`<data-table
      label="Events"
      sort=${sort}
      .columns=${columns}
      .records=${events}
      @sort-by=${({ detail }: CustomEvent<string>) => this.navigation.refine({ sort: detail })}
    ></data-table>`
  }
}
customElements.define('events-page', EventsPage)
