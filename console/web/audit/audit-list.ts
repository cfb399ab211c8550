/**
 * <audit-list .filter=${{ result: 'FORBIDDEN' }} .cluster=${cluster}></audit-list>
 * Entries of the audit, live, the newest first, and older ones when they are asked for. One for each filter: what it follows does not
 * change.
 */
import { css, html, type TemplateResult } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { AuditEntry } from '../../../kernel/schema/audit.ts'
import type { Cluster } from '../cluster.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { AuditFeed } from './audit-feed.ts'
import type { AuditFilter } from './audit-filter.ts'

export class AuditList extends StateElement {
  static override styles = [
    shared,
    css`
      .row {
        margin-block-end: 0.75rem;
      }
      td {
        white-space: nowrap;
      }
      .objects {
        min-width: 14rem;
        overflow-wrap: anywhere;
        white-space: normal;
      }
    `,
  ]
  static override properties = {
    filter: { attribute: false },
    cluster: { attribute: false },
    isBusy: { state: true },
    problem: { state: true },
  }
  declare filter: AuditFilter
  declare cluster: Cluster
  declare isBusy: boolean
  declare problem: string
  #feed: AuditFeed | undefined

  constructor() {
    super()
    this.isBusy = false
    this.problem = ''
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#feed?.close()
    this.#feed = undefined
  }

  override render(): TemplateResult {
    this.#feed ??= new AuditFeed(this.cluster, this.filter)
    const { state } = this.#feed
    if (state.is === 'waiting') return html`<p role="status">Loading</p>`
    if (state.is === 'failed') return html`<p role="alert">${state.detail}</p>`
    const { items: entries, nextCursor } = state.value
    if (entries.length === 0) return html`<p>Nothing of that kind was noted.</p>`
    // Before the table: it has more things that the keyboard stops at than anybody wants to pass.
    return html`
      <div class="row">
        ${nextCursor === null ? '' : html`<button ?disabled=${this.isBusy} @click=${() => void this.#more(nextCursor)}>Show older ones</button>`}
        <span role="status" class="muted">${entries.length} ${nextCursor === null ? 'in all' : 'shown'}</span>
        <span role="alert">${this.problem}</span>
      </div>
      ${table(entries)}
    `
  }

  async #more(cursor: string): Promise<void> {
    this.isBusy = true
    this.problem = ''
    try {
      await this.#feed?.showOlder(cursor)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('audit-list', AuditList)

const table = (entries: readonly AuditEntry[]): TemplateResult =>
  html`<div class="scroll" role="region" aria-label="Audit" tabindex="0">
    <table>
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>From</th>
          <th>Operation</th>
          <th>Result</th>
          <th>Times</th>
          <th>What was changed</th>
          <th>Correlation id</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(row)}
      </tbody>
    </table>
  </div>`

/** What stands in a cell leads to all that are alike in it. */
function row({ at, actorId, actorName, remote, operation, result, count, objects, correlationId }: AuditEntry): TemplateResult {
  return html`<tr>
    <td>${since(at)}</td>
    <th scope="row"><a href=${only({ actorId })}>${actorName ?? actorId}</a></th>
    <td>${remote || '-'}</td>
    <td>${operation === null ? '-' : html`<a href=${only({ operation })}>${operation}</a>`}</td>
    <td>
      <span class="status" data-tone=${result === 'done' ? 'good' : 'bad'}><a href=${only({ result })}>${result}</a></span>
    </td>
    <td>${count}</td>
    <td class="objects">${objects.length === 0 ? '-' : objects.map((object) => html`<div>${objectText(object)}</div>`)}</td>
    <td>${correlationId === null ? '-' : html`<code>${correlationId}</code>`}</td>
  </tr>`
}

const only = (query: AuditFilter): string => addressOf({ place: 'audit', query: { ...query } })

const PLACES = { pods: 'pods', nodes: 'nodes', deployments: 'deployments' } as const
const isPlace = (kind: string): kind is keyof typeof PLACES => kind in PLACES

/** By its id: another may have its name now. What was deleted has no page. */
function objectText({ kind, id, name, op }: AuditEntry['objects'][number]): TemplateResult {
  const text = name ?? id
  if (op === 'delete' || !isPlace(kind)) return html`${op} ${kind} ${text}`
  return html`${op} ${kind} <a href=${addressOf({ place: PLACES[kind], path: [id] })}>${text}</a>`
}
