/**
 * <secret-list namespace="default" .cluster=${cluster}></secret-list>
 * The secrets of a namespace without their values, live, which pods name each, and what can be done to it.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster, ShownSecret } from '../cluster.ts'
import { hasEnded } from '../load.ts'
import { Paced } from '../paced.ts'
import { actionButtons } from '../parts/action-button.ts'
import { podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { deleteSecret, replaceSecret, setSecret } from './secret-actions.ts'

/** Of those that name a secret; the others are counted. */
const PODS_SHOWN_MAX = 3

export class SecretList extends StateElement {
  static override styles = [
    shared,
    css`
      .set {
        margin-block-end: 0.75rem;
      }
    `,
  ]
  static override properties = { namespace: {}, cluster: { attribute: false } }
  declare namespace: string
  declare cluster: Cluster

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.pods.size))
  }

  override render(): TemplateResult {
    const { cluster, namespace } = this
    const refusal = cluster.refusalOf('secrets')
    if (refusal !== undefined) return html`<p role="alert">${refusal}</p>`
    if (!cluster.hasLoaded('secrets')) return html`<p role="status">Loading</p>`
    const secrets = [...cluster.all('secrets').values()].filter((secret) => secret.namespace === namespace)
    return html`
      <div class="set">${actionButtons([setSecret(namespace)], cluster)}</div>
      ${secrets.length === 0 ? html`<p>There is no secret in ${namespace} that you may see.</p>` : this.#table(secrets)}
    `
  }

  #table(secrets: readonly ShownSecret[]): TemplateResult {
    const users = this.#users()
    return html`<div class="scroll" role="region" aria-label="Secrets" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Pods that name it</th>
            <th>Set</th>
            <th>Made</th>
            <th><span class="hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((secret) => this.#row(secret, users.get(secret.name) ?? []))}
        </tbody>
      </table>
    </div>`
  }

  #row(secret: ShownSecret, users: readonly Pod[]): TemplateResult {
    const { name, createdAt, updatedAt } = secret
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${podLinks(users)}</td>
      <td>${since(updatedAt)}</td>
      <td>${since(createdAt)}</td>
      <td>${actionButtons([replaceSecret(secret), deleteSecret(secret, users)], this.cluster)}</td>
    </tr>`
  }

  /** The pods of the namespace that have not ended, by each secret that they name. */
  #users(): ReadonlyMap<string, readonly Pod[]> {
    const users = new Map<string, Pod[]>()
    for (const pod of this.cluster.raw('pods').values()) {
      if (pod.namespace !== this.namespace || hasEnded(pod)) continue
      for (const name of pod.secrets) users.set(name, [...(users.get(name) ?? []), pod])
    }
    return users
  }
}
customElements.define('secret-list', SecretList)

function podLinks(pods: readonly Pod[]): TemplateResult | string {
  if (pods.length === 0) return '-'
  const rest = pods.length - PODS_SHOWN_MAX
  return html`<span class="row"
    >${pods.slice(0, PODS_SHOWN_MAX).map((pod) => html`<a href=${podAddress(pod)}>${pod.name}</a>`)}
    ${rest > 0 ? `and ${rest} more` : ''}</span
  >`
}
