/**
 * <revision-list .deployment=${deployment} from="3" to="2" .cluster=${cluster}></revision-list>
 * The revisions of a deployment, newest first, what differs between two of them, and the way back to each. Which two are compared
 * stands in the address.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Deployment, DeploymentRevision } from '../../../kernel/schema/deployment.ts'
import type { Cluster } from '../cluster.ts'
import '../parts/action-button.ts'
import { toYaml } from '../parts/yaml.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { rollBackTo } from './deployment-actions.ts'
import { diff, type Line } from './diff.ts'

export class RevisionList extends StateElement {
  static override styles = [
    shared,
    css`
      tbody th,
      td {
        vertical-align: middle;
      }
      pre {
        padding: 0.75rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      pre span {
        display: block;
        min-height: 1.5em;
        white-space: pre-wrap;
      }
      span[data-is='gone'] {
        color: var(--bad);
      }
      span[data-is='new'] {
        color: var(--good);
      }
    `,
  ]
  static override properties = { deployment: { attribute: false }, from: {}, to: {}, cluster: { attribute: false } }
  declare deployment: Deployment
  declare from: string
  declare to: string
  declare cluster: Cluster

  override render() {
    const revisions = this.deployment.revisions.toReversed()
    return html`
      <div class="scroll" role="region" aria-label="Revisions" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Revision</th>
              <th>Version</th>
              <th>Why</th>
              <th>When</th>
              <th>How it went</th>
              <th><span class="hidden">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${revisions.map((each, index) => this.#row(each, revisions[index + 1]))}
          </tbody>
        </table>
      </div>
      ${this.#comparison()}
    `
  }

  #row(revision: DeploymentRevision, before: DeploymentRevision | undefined): TemplateResult {
    const { deployment } = this
    const number = revision.revision
    const isCurrent = number === deployment.revision
    return html`<tr>
      <th scope="row">${number}${isCurrent ? ' (current)' : ''}</th>
      <td>${revision.packVersion}</td>
      <td>${revision.reason}</td>
      <td>${since(revision.at)}</td>
      <td>${outcomeOf(revision)}</td>
      <td>
        <span class="row">
          ${before ? html`<a href=${this.#compare(before.revision, number)}>Changes</a>` : ''}
          ${isCurrent ? '' : html`<a href=${this.#compare(deployment.revision, number)}>Compare with current</a>`}
          ${isCurrent ? '' : html`<action-button .action=${rollBackTo(deployment, number)} .cluster=${this.cluster}></action-button>`}
        </span>
      </td>
    </tr>`
  }

  #compare(from: number, to: number): string {
    const { namespace, name } = this.deployment
    return addressOf({ place: 'deployments', path: [namespace, name], query: { view: 'revisions', from: String(from), to: String(to) } })
  }

  #comparison(): TemplateResult | '' {
    const [from, to] = [this.from, this.to].map((number) => this.deployment.revisions.find(({ revision }) => String(revision) === number))
    if (!from || !to) return ''
    const lines = diff(textOf(this.deployment, from), textOf(this.deployment, to))
    const isSame = lines.every(({ is }) => is === 'same')
    return html`
      <h2>From revision ${from.revision} to ${to.revision}</h2>
      ${isSame ? html`<p>They say the same.</p>` : html`<pre class="scroll" tabindex="0" role="region" aria-label="What differs">${lines.map(lineOf)}</pre>`}
    `
  }
}
customElements.define('revision-list', RevisionList)

const textOf = ({ packName }: Deployment, { packVersion, template }: DeploymentRevision): string =>
  toYaml({ pack: `${packName}@${packVersion}`, template })

const MARKS = { same: ' ', gone: '-', new: '+' } as const
const lineOf = ({ is, text }: Line) => html`<span data-is=${is}>${MARKS[is]} ${text}</span>`

const outcomeOf = ({ isGood, hasFailed }: DeploymentRevision): TemplateResult => {
  if (hasFailed) return html`<span class="status" data-tone="bad">failed</span>`
  if (isGood) return html`<span class="status" data-tone="good">complete</span>`
  return html`<span class="status" data-tone="still">not complete</span>`
}
