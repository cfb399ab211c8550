/**
 * <history-list .filter=${{ reason: 'NodeLost' }} sort="-at" .cluster=${cluster}></history-list>
 * Entries of the pods' history. One for each filter: what it follows does not change. Fires sort-by.
 */
import { css, html, type TemplateResult } from 'lit'
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import type { Cluster } from '../cluster.ts'
import { duration } from '../format.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import type { ShownColumn } from '../tables/data-table.ts'
import { sorted } from '../tables/table-model.ts'
import { since } from '../time.ts'
import { ENTRIES_MAX, HistoryFeed } from './history-feed.ts'
import { inputOf, RECENT_MS, type HistoryFilter } from './history-filter.ts'

export class HistoryList extends StateElement {
  static override styles = [
    shared,
    css`
      .row {
        margin-block-end: 0.75rem;
      }
    `,
  ]
  static override properties = { filter: { attribute: false }, sort: {}, cluster: { attribute: false } }
  declare filter: HistoryFilter
  declare sort: string
  declare cluster: Cluster
  #feed: HistoryFeed | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#feed?.close()
    this.#feed = undefined
  }

  override render(): TemplateResult {
    const { cluster, filter } = this
    // A node's name can be told from its id only once the nodes are there.
    if (!cluster.hasLoaded('nodes')) return html`<p role="status">Loading</p>`
    this.#feed ??= this.#follow()
    const { entries, problem, hasLater } = this.#feed
    const columns = columnsOf(cluster)
    return html`
      <div class="row">
        ${hasLater ? html`<button @click=${() => void this.#feed?.showLater()}>Show later ones</button>` : ''}
        <span role="status" class="muted">${this.#standing(entries.length)}</span>
        <span role="alert">${problem}</span>
      </div>
      ${
        entries.length === 0
          ? html`<p>Nothing of that kind ${filter.until === undefined ? 'has happened yet.' : 'happened then.'}</p>`
          : html`<data-table
              label="History"
              sort=${this.sort}
              .columns=${columns}
              .records=${sorted(entries, this.sort, columns)}
              @sort-by=${({ detail }: CustomEvent<string>) => this.dispatchEvent(new CustomEvent('sort-by', { detail }))}
            ></data-table>`
      }
    `
  }

  #follow(): HistoryFeed {
    const byName = new Map([...this.cluster.raw('nodes').values()].map(({ name, id }) => [name, id]))
    return new HistoryFeed(this.cluster, inputOf(this.filter, { idOf: (name) => byName.get(name), nowMs: Date.now() }))
  }

  #standing(count: number): string {
    const { since, until } = this.filter
    const entries = count === 1 ? '1 entry' : `${count} entries`
    if (until !== undefined) return entries
    const which = count >= ENTRIES_MAX ? `the newest ${ENTRIES_MAX}` : entries
    return `${which}${since === undefined ? ` of the last ${duration(RECENT_MS)}` : ''}, and what comes`
  }
}
customElements.define('history-list', HistoryList)

function columnsOf(cluster: Cluster): readonly ShownColumn<PodHistory>[] {
  const nodes = cluster.raw('nodes')
  const nameOf = (id: string | null): string => (id === null ? '-' : (nodes.get(id)?.name ?? id))
  const versions = ({ previousVersion, newVersion }: PodHistory): string =>
    previousVersion === null || newVersion === null || previousVersion === newVersion
      ? (newVersion ?? previousVersion ?? '-')
      : `${previousVersion} → ${newVersion}`
  return [
    { key: 'at', head: 'When', value: ({ at }) => at, show: ({ at }) => since(at) },
    // By its id: another may have its name now.
    {
      key: 'name',
      head: 'Pod',
      value: ({ podName }) => podName,
      show: ({ podName, podId }) => html`<a href=${addressOf({ place: 'pods', path: [podId] })}>${podName}</a>`,
    },
    { key: 'namespace', head: 'Namespace', value: ({ namespace }) => namespace },
    { key: 'action', head: 'What', value: ({ action }) => action },
    {
      key: 'status',
      head: 'Status',
      value: ({ newStatus }) => newStatus ?? '-',
      show: ({ newStatus }) => (newStatus === null ? '-' : podStatus(newStatus)),
    },
    { key: 'reason', head: 'Reason', value: ({ reason }) => reason ?? '-' },
    { key: 'node', head: 'Node', value: ({ newNodeId, previousNodeId }) => nameOf(newNodeId ?? previousNodeId) },
    { key: 'version', head: 'Version', value: versions },
    {
      key: 'message',
      head: 'Message',
      value: ({ message }) => message,
      show: ({ message }) => html`<span title=${message}>${message}</span>`,
    },
    { key: 'actor', head: 'Who', value: ({ actorId }) => nameOf(actorId) },
  ]
}
