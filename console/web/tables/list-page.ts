/**
 * <list-page kind="pods" .cluster=${cluster} .navigation=${navigation}></list-page>
 * Everything of one kind, live. What it is narrowed down to and sorted by stands in the address; rows that are chosen do not. What is
 * in the slot `actions` stands beside the title.
 */
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { Cluster, Listed, Records } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import { Paced } from '../paced.ts'
import '../parts/load-progress.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { bulksOf } from './bulk.ts'
import type { ShownColumn } from './data-table.ts'
import type { LabelClick } from './label-chips.ts'
import { labelMatchOf, withLabel } from './label-selector.ts'
import { ListModel } from './list-model.ts'
import { LISTS, type List } from './lists.ts'

const ALL: ReadonlySet<string> = new Set()

type Row = Records[Listed]

export class ListPage extends StateElement {
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
        width: min(15rem, 100%);
      }
    `,
  ]
  static override properties = {
    kind: {},
    cluster: { attribute: false },
    navigation: { attribute: false },
    selected: { state: true },
  }
  declare kind: Listed
  declare cluster: Cluster
  declare navigation: Navigation
  declare selected: ReadonlySet<string>
  #model = new ListModel<Row>({})

  constructor() {
    super()
    this.selected = ALL
    this.addController(new Paced(this, () => [this.cluster.all(this.kind).size, this.kind === 'nodes' && this.cluster.fleet.counts]))
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('kind')) return
    this.#model = new ListModel(this.#list.facets)
    this.selected = ALL
  }

  override render() {
    const { cluster, kind } = this
    const refusal = cluster.refusalOf(kind)
    if (refusal !== undefined) return this.#without(html`<p role="alert">${refusal}</p>`)
    if (!cluster.hasLoaded(kind))
      return this.#without(
        html`<p role="status">Loading</p>
          <load-progress kind=${kind} .cluster=${cluster}></load-progress>`,
      )
    const { filter = '', status = '', namespace = '', labels = '', sort = 'name' } = this.navigation.route.query
    const match = labelMatchOf(labels)
    const columns = this.#list.columns(cluster)
    const wanted = { text: filter, status, namespace, labels: match ?? (() => true) }
    const all = this.#records()
    const shown = this.#model.list(all, { wanted, sort, columns })
    return html`
      ${this.#bar({ shown: shown.length, all, isSelector: match !== undefined })} ${this.#bulk(shown)}
      ${shown.length > 0 ? this.#table(shown, columns, sort) : this.#nothing(all.size)}
    `
  }

  /** The types of all kinds together: each list's functions get only records of its own. */
  get #list(): List<Listed> {
    return LISTS[this.kind] as unknown as List<Listed>
  }

  #records(): ReadonlyMap<string, Row> {
    return this.cluster.raw(this.kind)
  }

  #bar({ shown, all, isSelector }: { readonly shown: number; readonly all: ReadonlyMap<string, Row>; readonly isSelector: boolean }) {
    const { title, facets } = this.#list
    const noun = title.toLowerCase()
    return html`<div class="row bar">
      <h1>${title}</h1>
      <slot name="actions"></slot>
      ${this.#input('filter', { label: `Filter ${noun}`, placeholder: 'Filter' })} ${this.#choice('status', 'any status', all)}
      ${this.#choice('namespace', 'all namespaces', all)}
      ${facets.labels ? this.#input('labels', { label: 'Label selector', placeholder: 'app=web,!canary', isWrong: !isSelector }) : nothing}
      <span role="status" class="muted">${shown === all.size ? all.size : `${shown} of ${all.size}`}</span>
      ${isSelector ? nothing : html`<span role="alert">This is no label selector: write key=value, key in (a,b), !key</span>`}
    </div>`
  }

  #input(
    name: 'filter' | 'labels',
    { label, placeholder, isWrong = false }: { readonly label: string; readonly placeholder: string; readonly isWrong?: boolean },
  ) {
    return html`<input
      type="search"
      placeholder=${placeholder}
      aria-label=${label}
      aria-invalid=${isWrong ? 'true' : 'false'}
      .value=${this.navigation.route.query[name] ?? ''}
      @input=${(event: InputEvent) => this.navigation.refine({ [name]: (event.target as HTMLInputElement).value })}
    />`
  }

  #choice(name: 'status' | 'namespace', any: string, all: ReadonlyMap<string, Row>) {
    const chosen = this.navigation.route.query[name] ?? ''
    if (!this.#list.facets[name]) return nothing
    const choices = new Set([...this.#model.choices(name, all.values()), ...(chosen === '' ? [] : [chosen])])
    return html`<select
      aria-label=${name === 'status' ? 'Status' : 'Namespace'}
      @change=${(event: Event) => this.navigation.refine({ [name]: (event.target as HTMLSelectElement).value })}
    >
      <option value="" ?selected=${chosen === ''}>${any}</option>
      ${[...choices].map((each) => html`<option value=${each} ?selected=${each === chosen}>${each}</option>`)}
    </select>`
  }

  /** Only what is shown is chosen: nothing is done to rows that nobody sees. A question that is open stays when its rows go. */
  #bulk(shown: readonly Row[]) {
    const { many, noun } = this.#list
    const chosen = shown.filter(({ id }) => this.selected.has(id))
    if (!many) return nothing
    const each = chosen.map((record) => ({ name: record.name, actions: many.actions(record, this.cluster) }))
    return html`<bulk-actions
      noun=${noun}
      count=${chosen.length}
      .bulks=${bulksOf(each, many.labels)}
      .cluster=${this.cluster}
      @clear=${() => (this.selected = ALL)}
    ></bulk-actions>`
  }

  #table(records: readonly Row[], columns: readonly ShownColumn<Row>[], sort: string) {
    return html`<data-table
      label=${this.#list.title}
      sort=${sort}
      .columns=${columns}
      .records=${records}
      .selected=${this.#list.many ? this.selected : undefined}
      @sort-by=${({ detail }: CustomEvent<string>) => this.navigation.refine({ sort: detail })}
      @select-rows=${({ detail }: CustomEvent<ReadonlySet<string>>) => (this.selected = detail)}
      @label-click=${({ detail }: CustomEvent<LabelClick>) => this.#narrow(detail)}
    ></data-table>`
  }

  #narrow(label: LabelClick): void {
    this.navigation.refine({ labels: withLabel(this.navigation.route.query['labels'] ?? '', label) })
  }

  #nothing(count: number) {
    const { none, start, noun } = this.#list
    if (count > 0) return html`<p>None of the ${count} ${noun}s fits the filter.</p>`
    return html`<p>${none} From a terminal: <code>${start}</code></p>`
  }

  #without(what: TemplateResult) {
    return html`<h1>${this.#list.title}</h1>
      ${what}`
  }
}
customElements.define('list-page', ListPage)
