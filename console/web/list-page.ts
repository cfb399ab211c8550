/**
 * <list-page kind="pods" .cluster=${cluster} .navigation=${navigation}></list-page>
 * Everything of one kind, live. What it is filtered and sorted by stands in the address.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Cluster, Listed } from './cluster.ts'
import { deploymentColumns, namespaceColumns, nodeColumns, packColumns, podColumns } from './columns.ts'
import type { ShownColumn } from './data-table.ts'
import type { Navigation } from './navigation.ts'
import { StateElement } from './state-element.ts'
import { shared } from './styles.ts'
import { matching, sorted } from './table-model.ts'

const WORDS: Record<Listed, { readonly title: string; readonly none: string; readonly start: string }> = {
  nodes: { title: 'Nodes', none: 'There is no node yet.', start: 'npx stark node join' },
  pods: { title: 'Pods', none: 'There is no pod yet.', start: 'npx stark deploy ./hello --watch' },
  deployments: { title: 'Deployments', none: 'There is no deployment yet.', start: 'npx stark deploy ./web --replicas 3' },
  packs: { title: 'Packs', none: 'There is no pack yet.', start: 'npx stark pack init hello' },
  namespaces: { title: 'Namespaces', none: 'There is no namespace that you may see.', start: 'npx stark namespace create NAME' },
}

export class ListPage extends StateElement {
  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        margin-bottom: 0.75rem;
      }
      h1 {
        margin: 0;
      }
      input {
        width: min(20rem, 100%);
      }
    `,
  ]
  static override properties = { kind: {}, cluster: { attribute: false }, navigation: { attribute: false } }
  declare kind: Listed
  declare cluster: Cluster
  declare navigation: Navigation

  override render() {
    const { cluster, kind } = this
    const refusal = cluster.refusalOf(kind)
    if (refusal !== undefined) return this.#without(html`<p role="alert">${refusal}</p>`)
    if (!cluster.hasLoaded(kind)) return this.#without(html`<p role="status">Loading</p>`)
    switch (kind) {
      case 'nodes':
        return this.#list(cluster.nodes.values(), nodeColumns(cluster))
      case 'pods':
        return this.#list(cluster.pods.values(), podColumns(cluster))
      case 'deployments':
        return this.#list(cluster.all('deployments').values(), deploymentColumns)
      case 'packs':
        return this.#list(cluster.all('packs').values(), packColumns)
      case 'namespaces':
        return this.#list(cluster.all('namespaces').values(), namespaceColumns)
    }
  }

  #list<T extends { readonly id: string }>(records: Iterable<T>, columns: readonly ShownColumn<T>[]) {
    const { filter = '', sort = 'name' } = this.navigation.route.query
    const all = [...records]
    const found = sorted(matching(all, filter, columns), sort, columns)
    const { title } = WORDS[this.kind]
    return html`
      <div class="bar">
        <h1>${title}</h1>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter ${title.toLowerCase()}"
          .value=${filter}
          @input=${(event: InputEvent) => this.navigation.refine({ filter: (event.target as HTMLInputElement).value })}
        />
        <span role="status" class="muted">${found.length === all.length ? all.length : `${found.length} of ${all.length}`}</span>
      </div>
      ${found.length > 0 ? this.#table(found, columns, sort) : this.#nothing(all.length)}
    `
  }

  #table<T>(records: readonly T[], columns: readonly ShownColumn<T>[], sort: string) {
    return html`<data-table
      label=${WORDS[this.kind].title}
      sort=${sort}
      .columns=${columns}
      .records=${records}
      @sort-by=${({ detail }: CustomEvent<string>) => this.navigation.refine({ sort: detail })}
    ></data-table>`
  }

  #nothing(count: number) {
    const { none, start } = WORDS[this.kind]
    if (count > 0) return html`<p>None of the ${count} fits the filter.</p>`
    return html`<p>${none} From a terminal: <code>${start}</code></p>`
  }

  #without(what: TemplateResult) {
    return html`<h1>${WORDS[this.kind].title}</h1>
      ${what}`
  }
}
customElements.define('list-page', ListPage)
