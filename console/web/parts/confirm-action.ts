/**
 * <confirm-action label="Stop" .cluster=${cluster} operation="pods.stop" .input=${{ id }} consequence="..." command="npx stark stop a">
 * A button that says what it will do, and the command that does the same, before it does it. Shows what the server has against it.
 */
import { css, html, LitElement } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { shared } from '../styles.ts'

type Step = 'idle' | 'asking' | 'busy'

export class ConfirmAction extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      .asking {
        max-width: 40rem;
        padding: 0.75rem;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
        background: var(--raised);
      }
      p {
        margin: 0 0 0.5rem;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ]
  static override properties = {
    label: {},
    operation: {},
    consequence: {},
    command: {},
    input: { attribute: false },
    cluster: { attribute: false },
    step: { state: true },
    problem: { state: true },
  }
  declare label: string
  declare operation: string
  declare consequence: string
  declare command: string
  declare input: object
  declare cluster: Cluster
  declare step: Step
  declare problem: string

  constructor() {
    super()
    this.step = 'idle'
    this.problem = ''
  }

  override render() {
    if (this.step === 'idle') return html`<button @click=${() => this.#turn('asking')}>${this.label}</button>`
    return html`
      <div class="asking" role="group" aria-label="${this.label}?" @keydown=${(event: KeyboardEvent) => this.#key(event)}>
        <p>${this.consequence}</p>
        <p class="muted">The same from a terminal: <code>${this.command}</code></p>
        <p role="alert">${this.problem}</p>
        <button data-tone="danger" ?disabled=${this.step === 'busy'} @click=${() => void this.#act()}>${this.label} now</button>
        <button @click=${() => this.#turn('idle')}>Cancel</button>
      </div>
    `
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#turn('idle')
  }

  /** The focus goes along, so that the keyboard is where the question is, and afterwards where it came from. */
  #turn(step: Step): void {
    this.step = step
    this.problem = ''
    void this.updateComplete.then(() => this.renderRoot.querySelector('button')?.focus())
  }

  async #act(): Promise<void> {
    this.step = 'busy'
    try {
      await this.cluster.ask(this.operation, this.input)
      this.#turn('idle')
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
      this.step = 'asking'
    }
  }
}
customElements.define('confirm-action', ConfirmAction)
