/**
 * <namespace-page .path=${['default']} view="" .cluster=${cluster}></namespace-page>
 * One namespace: what is in it, how much of its quota that takes, and its limits.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { podColumns } from '../tables/columns.ts'
import { hasEnded } from '../load.ts'
import { actionButtons } from '../parts/action-button.ts'
import { chips } from '../parts/chips.ts'
import { Found } from '../parts/find.ts'
import { meter } from '../parts/meter.ts'
import { tabs } from '../parts/tabs.ts'
import '../parts/yaml-view.ts'
import { Paced } from '../paced.ts'
import { namespaceAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { confirmation } from '../status.ts'
import { shared } from '../styles.ts'
import { sorted } from '../tables/table-model.ts'
import { since } from '../time.ts'
import { namespaceActions } from './namespace-actions.ts'
import { usageOf } from './usage.ts'

const VIEWS = [
  ['', 'Overview'],
  ['yaml', 'YAML'],
] as const
const RESOURCES = [
  ['pods', 'Pods', ''],
  ['cpu', 'CPU', 'm'],
  ['memory', 'Memory', 'MB'],
  ['storage', 'Storage', 'MB'],
] as const

export class NamespacePage extends StateElement {
  static override styles = [
    shared,
    css`
      .meters {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
        gap: 1rem;
        margin-block-end: 1.25rem;
      }
    `,
  ]
  static override properties = { path: { attribute: false }, view: {}, cluster: { attribute: false }, sort: { state: true } }
  declare path: readonly string[]
  declare view: string
  declare cluster: Cluster
  declare sort: string
  readonly #found = new Found<Namespace>()

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.pods.size))
    this.sort = 'name'
  }

  override render(): TemplateResult {
    const { cluster, path } = this
    const namespace = this.#found.in(cluster.all('namespaces'), path)
    if (!namespace && !cluster.hasLoaded('namespaces')) return html`<p role="status">Loading</p>`
    if (!namespace)
      return html`<h1>No such namespace</h1>
        <p>There is no namespace ${path.join('/')}. <a href="/namespaces">All namespaces</a></p>`
    const pods = [...cluster.raw('pods').values()].filter((pod) => pod.namespace === namespace.name)
    return html`
      <div class="row between">
        <h1>
          ${namespace.name}
          <small
            ><span class="status" data-tone=${namespace.phase === 'active' ? 'good' : 'busy'}>${namespace.phase}</span>
            ${confirmation(namespace)}</small
          >
        </h1>
        ${actionButtons(namespaceActions(namespace, pods.filter((pod) => !hasEnded(pod)).length), cluster)}
      </div>
      ${tabs({ of: 'this namespace', views: VIEWS, current: this.view, address: (view) => namespaceAddress(namespace.name, view) })}
      ${this.view === 'yaml' ? html`<yaml-view .record=${namespace}></yaml-view>` : this.#overview(namespace, pods)}
    `
  }

  #overview({ name, resourceQuota, limitRange, labels, createdAt }: Namespace, pods: readonly Pod[]): TemplateResult {
    const usage = usageOf(pods)
    const hard = resourceQuota?.hard ?? {}
    const bars = RESOURCES.map(([resource, title, unit]) => {
      const most = hard[resource]
      if (most !== undefined) return meter({ name: title, used: usage[resource], of: most, unit })
      return html`<div>${title} <span class="muted">${usage[resource]}${unit === '' ? '' : ` ${unit}`}, no quota</span></div>`
    })
    return html`
      <div class="meters">${bars}</div>
      <dl>
        <dt>Labels</dt>
        <dd>${chips(labels)}</dd>
        <dt>Limits</dt>
        <dd>${limitRange ? limitsTable(limitRange) : '-'}</dd>
        <dt>Created</dt>
        <dd>${since(createdAt)}</dd>
      </dl>
      <h2>Pods</h2>
      ${pods.length === 0 ? html`<p>There is none in ${name}.</p>` : this.#pods(pods)}
    `
  }

  #pods(pods: readonly Pod[]): TemplateResult {
    const columns = podColumns(this.cluster).filter(({ key }) => key !== 'namespace')
    return html`<data-table
      label="Pods of this namespace"
      sort=${this.sort}
      .columns=${columns}
      .records=${sorted(pods, this.sort, columns)}
      @sort-by=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
    ></data-table>`
  }
}
customElements.define('namespace-page', NamespacePage)

const LIMITS = [
  ['default', 'limit unless told'],
  ['defaultRequest', 'request unless told'],
  ['min', 'least'],
  ['max', 'most'],
  ['maxLimitRequestRatio', 'limit to request, at most'],
] as const

function limitsTable(limitRange: NonNullable<Namespace['limitRange']>): TemplateResult {
  const rows = LIMITS.flatMap(([key, title]) => {
    const amounts = limitRange[key]
    return amounts
      ? [
          html`<div>
            ${title}:
            ${Object.entries(amounts)
              .map((pair) => pair.join(' '))
              .join(', ')}
          </div>`,
        ]
      : []
  })
  return html`${rows}`
}
