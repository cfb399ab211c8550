/**
 * <toast-list .cluster=${cluster}></toast-list>
 * What was just done, for a while, with the way back where there is one. Hears done events from wherever they come in the page.
 */
import { css, html, LitElement } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { perform, type Done, type Undo } from '../parts/action.ts'
import { shared } from '../styles.ts'

/** Long enough to be read and undone. */
const SHOWN_MS = 12_000
const TOASTS_MAX = 4

export class ToastList extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset-block-end: 1rem;
        inset-inline-end: 1rem;
        z-index: 3;
        max-width: calc(100vw - 2rem);
      }
      .toast {
        display: flex;
        gap: 0.75rem;
        align-items: center;
        margin-block-start: 0.5rem;
        padding: 0.5rem 0.5rem 0.5rem 1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .toast span {
        flex: 1;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, toasts: { state: true } }
  declare cluster: Cluster
  declare toasts: readonly Done[]
  readonly #hear = (event: Event): void => this.#show((event as CustomEvent<Done>).detail)

  constructor() {
    super()
    this.toasts = []
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('done', this.#hear)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('done', this.#hear)
  }

  override render() {
    const [refused, others] = [true, false].map((is) => this.toasts.filter(({ isRefused = false }) => isRefused === is))
    return html`<div role="alert">${refused?.map((toast) => this.#toast(toast))}</div>
      <div role="status">${others?.map((toast) => this.#toast(toast))}</div>`
  }

  #toast(toast: Done) {
    const { text, undo } = toast
    return html`<div class="toast">
      <span>${text}</span>
      ${undo ? html`<button aria-label="Undo: ${text}" @click=${() => void this.#undo(toast, undo)}>Undo</button>` : ''}
      <button data-kind="quiet" aria-label="Dismiss: ${text}" @click=${() => this.#drop(toast)}>✕</button>
    </div>`
  }

  #show(toast: Done): void {
    this.toasts = [...this.toasts, toast].slice(-TOASTS_MAX)
    setTimeout(() => this.#drop(toast), SHOWN_MS)
  }

  #drop(toast: Done): void {
    this.toasts = this.toasts.filter((each) => each !== toast)
  }

  async #undo(toast: Done, { steps, done }: Undo): Promise<void> {
    this.#drop(toast)
    try {
      for (const step of steps) await perform(this.cluster, step)
      this.#show({ text: done })
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#show({ text: error.message, isRefused: true })
    }
  }
}
customElements.define('toast-list', ToastList)
