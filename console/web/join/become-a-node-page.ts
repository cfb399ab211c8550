/**
 * <become-a-node-page .cluster=${cluster}></become-a-node-page>
 * Turns this tab into a node at a click, says how it stands and what runs here, and ends it.
 */
import { html, type TemplateResult } from 'lit'
import type { NodePhase, NodeState } from '../../../agents/browser/messages.ts'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { whyNot } from '../parts/permissions.ts'
import { nodeAddress, podAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { podStatus } from '../status.ts'
import { shared } from '../styles.ts'
import { becomeNode, stopBeingNode, tabNode } from './this-tab.ts'

const PHASES: Readonly<Record<NodePhase, { readonly text: string; readonly tone: string }>> = {
  starting: { text: 'starting', tone: 'busy' },
  standby: { text: 'another tab is the node, and this one takes over when it goes', tone: 'busy' },
  connecting: { text: 'connecting', tone: 'busy' },
  online: { text: 'online', tone: 'good' },
  'needs-token': { text: 'it has no token and has not joined before', tone: 'bad' },
  refused: { text: 'the server does not want it', tone: 'bad' },
  unsupported: { text: 'this browser cannot be one', tone: 'bad' },
}

export class BecomeANodePage extends StateElement {
  static override styles = shared
  static override properties = { cluster: { attribute: false }, problem: { state: true }, isBusy: { state: true } }
  declare cluster: Cluster
  declare problem: string
  declare isBusy: boolean

  constructor() {
    super()
    this.problem = ''
    this.isBusy = false
  }

  override render(): TemplateResult {
    const state = tabNode()
    return html`
      <h1>This tab as a node</h1>
      ${state ? this.#node(state) : this.#offer()}
      <p role="alert">${this.problem}</p>
    `
  }

  #offer(): TemplateResult {
    const refusal = whyNot(this.cluster, ['tokens.create'])
    return html`
      <p>
        Pods for browsers can run here for as long as this tab is open: each in a worker of its own, in a sandboxed frame that reaches
        neither this page nor your session.
      </p>
      <p role="alert">${refusal ?? ''}</p>
      <button data-kind="primary" ?disabled=${this.isBusy || refusal !== undefined} @click=${() => void this.#begin()}>
        Become a node
      </button>
    `
  }

  #node({ phase, detail, name, pods }: NodeState): TemplateResult {
    const { text, tone } = PHASES[phase]
    return html`
      <p role="status">
        <span class="status" data-tone=${tone}>${text}</span> ${name === undefined ? '' : html`as <a href=${nodeAddress(name)}>${name}</a>`}
      </p>
      ${detail === '' ? '' : html`<p class="muted">${detail}</p>`}
      <h2>What runs here</h2>
      ${
        pods.length === 0
          ? html`<p>Nothing yet.</p>`
          : html`<ul>
              ${pods.map((pod) => html`<li><a href=${podAddress(pod)}>${pod.name}</a> ${podStatus(pod.status)}</li>`)}
            </ul>`
      }
      <p>It stays one while you go about the console, also after this tab is loaded again.</p>
      <button data-tone="danger" @click=${stopBeingNode}>Stop being a node</button>
    `
  }

  async #begin(): Promise<void> {
    this.isBusy = true
    this.problem = ''
    try {
      await becomeNode(this.cluster)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('become-a-node-page', BecomeANodePage)
