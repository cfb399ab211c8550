/**
 * <deploy-outcome kind="pod" .created=${pod} like="" .cluster=${cluster}></deploy-outcome>
 * What was just created, on its way from accepted to running. Fires again when somebody wants to create another one.
 */
import { html, type TemplateResult } from 'lit'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import '../parts/action-button.ts'
import { Found } from '../parts/find.ts'
import { meter } from '../parts/meter.ts'
import { podActions } from '../pods/pod-actions.ts'
import '../pods/pod-timeline.ts'
import { deploymentAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { deploymentStatus, podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import type { Kind } from './draft.ts'

export class DeployOutcome extends StateElement {
  static override styles = shared
  static override properties = { kind: {}, created: { attribute: false }, like: {}, cluster: { attribute: false } }
  declare kind: Kind
  declare created: Pod | Deployment
  /** NAMESPACE/NAME of the pod that this one was made after; '' is none. */
  declare like: string
  declare cluster: Cluster

  override render(): TemplateResult {
    const { id, name } = this.created
    const pod = this.cluster.pods.get(id)
    const deployment = this.cluster.all('deployments').get(id)
    return html`
      <h1>${name} <small>${pod ? podStatus(pod.status) : deployment ? deploymentStatus(deployment.status.phase) : 'accepted'}</small></h1>
      ${pod ? this.#pod(pod) : ''} ${deployment ? this.#deployment(deployment) : ''} ${this.#instead()}
      <p><button @click=${() => this.dispatchEvent(new CustomEvent('again'))}>Create another one</button></p>
    `
  }

  /** It was made because the other one could not go on. */
  #instead(): TemplateResult | '' {
    const other = new Found<Pod>().in(this.cluster.pods, this.like.split('/'))
    const remove = other && podActions(other, this.cluster).find(({ operation }) => operation === 'pods.delete')
    if (!remove) return ''
    return html`<p class="row">
      ${this.like} is still there.
      <action-button .action=${{ ...remove, label: `Delete ${other.name}` }} .cluster=${this.cluster}></action-button>
    </p>`
  }

  #pod(pod: Pod): TemplateResult {
    return html`
      <p class="muted" role="status">${[pod.reason, pod.statusMessage].filter(Boolean).join(': ')}</p>
      <pod-timeline .pod=${pod} .cluster=${this.cluster}></pod-timeline>
      <div class="row">
        <a class="button" data-kind="primary" href=${podAddress(pod)}>Open the pod</a>
        <a class="button" href=${podAddress(pod, 'logs')}>Follow its log</a>
        <a class="button" href=${podAddress(pod, 'why')}>Why there</a>
      </div>
    `
  }

  #deployment(deployment: Deployment): TemplateResult {
    const { message, available, desired } = deployment.status
    return html`
      <p class="muted" role="status">${message}</p>
      ${meter({ name: 'Available', used: available, of: desired, isGoal: true })}
      <p><a class="button" data-kind="primary" href=${deploymentAddress(deployment)}>Open the deployment</a></p>
    `
  }
}
customElements.define('deploy-outcome', DeployOutcome)
