/**
 * <command-palette .cluster=${cluster} .navigation=${navigation}></command-palette>
 * Everything by a few letters: `open()` shows it; arrows choose, Enter goes there or asks before it does something. Fires go-to with
 * an address.
 * Source: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
import { css, html, nothing, type TemplateResult } from 'lit'
import { KINDS, type Cluster } from '../cluster.ts'
import type { Navigation } from '../navigation.ts'
import '../parts/action-dialog.ts'
import type { ActionDialog } from '../parts/action-dialog.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { entriesOf } from './entries.ts'
import { search, type Entry } from './palette-model.ts'

const SHOWN_MAX = 12

export class CommandPalette extends StateElement {
  static override styles = [
    shared,
    css`
      .palette {
        box-sizing: border-box;
        width: min(38rem, calc(100vw - 2rem));
        margin-block-start: 10vh;
        padding: 0.5rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
        color: inherit;
      }
      .palette::backdrop {
        background: rgb(10 12 18 / 45%);
      }
      input {
        width: 100%;
        min-height: 2.75rem;
        font-size: 1.05rem;
      }
      [role='listbox'] {
        max-height: 60vh;
        margin: 0.5rem 0 0;
        padding: 0;
        overflow: auto;
        list-style: none;
      }
      [role='option'] {
        display: flex;
        gap: 0.75rem;
        padding: 0.45rem 0.75rem;
        border-radius: var(--radius);
        cursor: pointer;
      }
      [role='option'][aria-selected='true'] {
        background: var(--tint);
      }
      .kind {
        min-width: 6.5rem;
        color: var(--muted);
      }
      .name {
        flex: 1;
        overflow-wrap: anywhere;
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    navigation: { attribute: false },
    isOpen: { state: true },
    text: { state: true },
    chosen: { state: true },
  }
  declare cluster: Cluster
  declare navigation: Navigation
  declare isOpen: boolean
  declare text: string
  declare chosen: number

  constructor() {
    super()
    this.isOpen = false
    this.text = ''
    this.chosen = 0
  }

  async open(): Promise<void> {
    this.text = ''
    this.chosen = 0
    this.isOpen = true
    await this.updateComplete
    this.#dialog()?.showModal()
  }

  override render(): TemplateResult {
    const entries = this.#found()
    return html`
      <dialog class="palette" aria-label="Commands" @close=${() => this.#forget()} @click=${(event: MouseEvent) => this.#clickOut(event)}>
        ${this.isOpen ? this.#inside(entries) : nothing}
      </dialog>
      <action-dialog .cluster=${this.cluster}></action-dialog>
    `
  }

  /** The event comes late: it may have been opened again since. */
  #forget(): void {
    this.isOpen = this.#dialog()?.open ?? false
  }

  #inside(entries: readonly Entry[]): TemplateResult {
    return html`
      <input
        autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant=${entries.length > 0 ? `entry-${this.chosen}` : nothing}
        aria-label="Page, object or action"
        placeholder="Page, object or action"
        autocomplete="off"
        spellcheck="false"
        .value=${this.text}
        @input=${(event: InputEvent) => this.#type(event)}
        @keydown=${(event: KeyboardEvent) => this.#key(event, entries)}
      />
      <ul id="found" role="listbox" aria-label="Found">
        ${entries.map((entry, index) => this.#option(entry, index))}
      </ul>
      <p class="hidden" role="status">${entries.length === 0 ? 'Nothing is called so' : `${entries.length} found`}</p>
      ${entries.length === 0 ? html`<p class="muted" aria-hidden="true">Nothing is called so.</p>` : ''}
    `
  }

  #option(entry: Entry, index: number): TemplateResult {
    const { kind, text, detail } = entry
    return html`<li
      id="entry-${index}"
      role="option"
      aria-selected=${index === this.chosen ? 'true' : 'false'}
      @click=${() => this.#run(entry)}
      @pointermove=${() => (this.chosen = index)}
    >
      <span class="kind">${kind}</span
      ><span class="name">${text}</span>${detail === undefined ? '' : html`<span class="muted">${detail}</span>`}
    </li>`
  }

  #found(): readonly Entry[] {
    if (!this.isOpen) return []
    const { cluster, navigation } = this
    // What nobody has looked at yet comes now, and is found once it is there.
    for (const kind of KINDS) cluster.hasLoaded(kind)
    const leading = {
      go: (address: string) => this.dispatchEvent(new CustomEvent('go-to', { detail: address })),
      ask: (action: Parameters<ActionDialog['ask']>[0]) => void this.renderRoot.querySelector<ActionDialog>('action-dialog')?.ask(action),
    }
    return search(entriesOf(cluster, navigation.route, leading), this.text, SHOWN_MAX)
  }

  #type(event: InputEvent): void {
    this.text = (event.target as HTMLInputElement).value
    this.chosen = 0
  }

  #key(event: KeyboardEvent, entries: readonly Entry[]): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && entries.length > 0) this.chosen = (this.chosen + step + entries.length) % entries.length
    else if (event.key !== 'Enter') return
    event.preventDefault()
    const entry = entries[this.chosen]
    if (event.key === 'Enter' && entry) this.#run(entry)
    else this.renderRoot.querySelector(`#entry-${this.chosen}`)?.scrollIntoView({ block: 'nearest' })
  }

  /** A click beside it lands on the dialog itself. */
  #clickOut(event: MouseEvent): void {
    if (event.target === this.#dialog()) this.#dialog()?.close()
  }

  #run(entry: Entry): void {
    this.#dialog()?.close()
    entry.run()
  }

  #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
customElements.define('command-palette', CommandPalette)
