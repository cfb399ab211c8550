/**
 * <deployment-page .path=${['default', 'web']} view="" .query=${{}} .cluster=${cluster}></deployment-page>
 * One deployment, live: how far it is, its pods, its revisions with what differs between them, and what can be done with it.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Cluster } from '../cluster.ts'
import { podColumns } from '../tables/columns.ts'
import { actionButtons } from '../parts/action-button.ts'
import { chips } from '../parts/chips.ts'
import '../parts/copy-text.ts'
import { Found } from '../parts/find.ts'
import { meter } from '../parts/meter.ts'
import '../parts/object-events.ts'
import { tabs } from '../parts/tabs.ts'
import '../parts/yaml-view.ts'
import { Paced } from '../paced.ts'
import { deploymentAddress, packAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { confirmation, deploymentStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { sorted } from '../tables/table-model.ts'
import { since } from '../time.ts'
import { deploymentActions } from './deployment-actions.ts'
import './revision-list.ts'

const VIEWS = [
  ['', 'Overview'],
  ['revisions', 'Revisions'],
  ['events', 'Events'],
  ['yaml', 'YAML'],
] as const

export class DeploymentPage extends StateElement {
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
  static override properties = {
    path: { attribute: false },
    view: {},
    query: { attribute: false },
    cluster: { attribute: false },
    sort: { state: true },
  }
  declare path: readonly string[]
  declare view: string
  declare query: Readonly<Record<string, string>>
  declare cluster: Cluster
  declare sort: string
  readonly #found = new Found<Deployment>()

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.pods.size))
    this.sort = '-created'
  }

  override render() {
    const { cluster, path, view } = this
    const refusal = cluster.refusalOf('deployments')
    if (refusal !== undefined) return html`<p role="alert">${refusal}</p>`
    const deployment = this.#found.in(cluster.all('deployments'), path)
    if (!deployment && !cluster.hasLoaded('deployments')) return html`<p role="status">Loading</p>`
    if (!deployment)
      return html`<h1>No such deployment</h1>
        <p>There is no deployment ${path.join('/')}: it may have been deleted. <a href="/deployments">All deployments</a></p>`
    return html`
      <div class="row between">
        <h1>${deployment.name} <small>${deploymentStatus(deployment.status.phase)} ${confirmation(deployment)}</small></h1>
        ${actionButtons(deploymentActions(deployment), cluster)}
      </div>
      <p role="status" class="muted">${deployment.status.message}</p>
      ${tabs({ of: 'this deployment', views: VIEWS, current: view, address: (each) => deploymentAddress(deployment, each) })}
      ${this.#view(deployment)}
    `
  }

  #view(deployment: Deployment): TemplateResult {
    const { cluster, query } = this
    switch (this.view) {
      case 'revisions':
        return html`<revision-list
          .deployment=${deployment}
          from=${query['from'] ?? ''}
          to=${query['to'] ?? ''}
          .cluster=${cluster}
        ></revision-list>`
      case 'events':
        return html`<object-events object-id=${deployment.id} .cluster=${cluster}></object-events>`
      case 'yaml':
        return html`<yaml-view .record=${deployment}></yaml-view>`
      default:
        return this.#overview(deployment)
    }
  }

  #overview(deployment: Deployment): TemplateResult {
    const { status, strategy, packName, packVersion, followVersion, mode, revision, labels, createdAt, id } = deployment
    return html`
      <div class="meters">
        ${meter({ name: 'Available', used: status.available, of: status.desired, isGoal: true })}
        ${meter({ name: `Of revision ${revision}`, used: status.updated, of: status.desired, isGoal: true })}
        ${meter({ name: 'Ready', used: status.ready, of: status.desired, isGoal: true })}
      </div>
      <dl>
        <dt>Pack</dt>
        <dd><a href=${packAddress(packName)}>${packName}</a>@${status.version}${followVersion ? `, follows ${packVersion}` : ''}</dd>
        <dt>Kind</dt>
        <dd>${mode === 'daemon' ? 'daemon: one pod on each node that fits' : `replicated: ${deployment.replicas ?? 0} pods`}</dd>
        <dt>Namespace</dt>
        <dd>${deployment.namespace}</dd>
        <dt>Strategy</dt>
        <dd>${strategyText(strategy)}</dd>
        <dt>Labels</dt>
        <dd>${chips(labels)}</dd>
        <dt>Created</dt>
        <dd>${since(createdAt)}</dd>
        <dt>Id</dt>
        <dd><copy-text inline text=${id}></copy-text></dd>
      </dl>
      <h2>Pods</h2>
      ${this.#pods(deployment)}
    `
  }

  #pods({ id }: Deployment): TemplateResult {
    const pods = [...this.cluster.raw('pods').values()].filter(({ deploymentId }) => deploymentId === id)
    if (pods.length === 0) return html`<p>It has none.</p>`
    const columns = podColumns(this.cluster)
    return html`<data-table
      label="Pods of this deployment"
      sort=${this.sort}
      .columns=${columns}
      .records=${sorted(pods, this.sort, columns)}
      @sort-by=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
    ></data-table>`
  }
}
customElements.define('deployment-page', DeploymentPage)

function strategyText({ maxSurge, maxUnavailable, canary, autoRollback, progressDeadlineSeconds }: Deployment['strategy']): string {
  const parts = [
    `at most ${maxSurge} above and ${maxUnavailable} below what is wanted`,
    `${autoRollback ? 'back to the last good revision' : 'failed'} after ${progressDeadlineSeconds} s without progress`,
    ...(canary ? [`canary of ${canary.share}`] : []),
  ]
  return parts.join('; ')
}
