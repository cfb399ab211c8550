/**
 * <copy-text text="npx stark get pods"></copy-text>
 * A line that is meant to be used elsewhere, and a button that copies it; `inline` among other text.
 */
import { css, html, LitElement } from 'lit'
import { shared } from '../styles.ts'

const SAID_MS = 2_000

export class CopyText extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        gap: 0.5rem;
        align-items: start;
        padding: 0.35rem 0.35rem 0.35rem 0.75rem;
        border-radius: var(--radius);
        background: var(--raised);
      }
      :host([inline]) {
        display: inline-flex;
        align-items: baseline;
        padding: 0;
        background: none;
      }
      :host([inline]) code {
        padding: 0;
      }
      :host([inline]) button {
        min-height: 0;
        padding: 0 0.4rem;
        font-size: 0.85em;
      }
      code {
        flex: 1;
        padding-block: 0.25rem;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      button {
        min-height: 1.9rem;
        padding: 0.1rem 0.6rem;
      }
    `,
  ]
  static override properties = { text: {}, said: { state: true } }
  declare text: string
  declare said: string

  constructor() {
    super()
    this.text = ''
    this.said = ''
  }

  override render() {
    return html`<code>${this.text}</code>
      <button type="button" @click=${() => void this.#copy()}>${this.said === '' ? 'Copy' : this.said}</button>
      <span class="hidden" role="status">${this.said}</span>`
  }

  /** Pages without TLS have no clipboard: the text is selected then, for the keyboard. */
  async #copy(): Promise<void> {
    if (await written(this.text)) this.said = 'Copied'
    else {
      const code = this.renderRoot.querySelector('code')
      if (code) getSelection()?.selectAllChildren(code)
      this.said = 'Selected'
    }
    setTimeout(() => (this.said = ''), SAID_MS)
  }
}
customElements.define('copy-text', CopyText)

async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
