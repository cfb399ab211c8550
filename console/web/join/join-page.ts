/**
 * <join-page .cluster=${cluster}></join-page>
 * How machines and pages become nodes: a join token, and with it the command for a machine and the line for a page.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import '../parts/copy-text.ts'
import '../people/token-maker.ts'
import type { NewToken } from '../people/token-maker.ts'
import { addressOf } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

export class JoinPage extends StateElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 52rem;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, token: { state: true } }
  declare cluster: Cluster
  declare token: string | undefined

  override render(): TemplateResult {
    return html`
      <h1>Add nodes</h1>
      <p>A node joins with a token, once; afterwards it has a credential of its own. Make one, and it is filled in below.</p>
      <section class="card">
        <token-maker
          kind="join"
          .cluster=${this.cluster}
          @made=${({ detail }: CustomEvent<NewToken>) => (this.token = detail.token)}
        ></token-maker>
      </section>
      <h2>A machine</h2>
      <p>With Node.js 20.19 or newer, until Ctrl-C; with <code>--print-systemd</code> it prints a unit that keeps it one.</p>
      <copy-text text=${commandFor(this.token)}></copy-text>
      <h2>A page</h2>
      <p>Every page of any origin, in as many tabs as there are: one node for each browser and site. Its pods cannot reach the page.</p>
      <copy-text text=${lineFor(this.token)}></copy-text>
      <h2>This tab</h2>
      <p><a class="button" href=${addressOf({ place: 'become-a-node' })}>Become a node</a></p>
    `
  }
}
customElements.define('join-page', JoinPage)

const commandFor = (token = 'TOKEN'): string => `npx stark node join --server ${location.origin} --token ${token}`
const lineFor = (token = 'TOKEN'): string =>
  `<script type="module" src="${location.origin}/agent.js"></script><stark-agent token="${token}"></stark-agent>`
