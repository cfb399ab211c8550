/**
 * <keys-help></keys-help>
 * The keys that work everywhere, and the switch for single ones. `open()` shows it.
 */
import { css, html, type TemplateResult } from 'lit'
import { PLACES } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { dialogStyles } from '../parts/layouts.ts'
import { shared } from '../styles.ts'
import { hasSingleKeys, setSingleKeys } from './keys.ts'
import { PAGES } from './pages.ts'

const COMMON = [
  ['Ctrl K, ⌘ K', 'Any page, object or action by its name'],
  ['/', 'To the filter of a list, or the palette'],
  ['?', 'These keys'],
  ['Esc', 'Close what is open'],
] as const

export class KeysHelp extends StateElement {
  static override styles = [
    shared,
    dialogStyles,
    css`
      dl {
        grid-template-columns: max-content minmax(0, 1fr);
      }
      kbd {
        padding: 0.1rem 0.4rem;
        border: 1px solid var(--line);
        border-radius: 0.3rem;
        background: var(--raised);
        color: var(--text);
        font: 0.9em var(--mono);
      }
      .row {
        justify-content: space-between;
        margin-block-start: 1.25rem;
      }
    `,
  ]

  open(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  override render(): TemplateResult {
    const places = PLACES.filter((place) => PAGES[place].key !== undefined)
    return html`<dialog aria-labelledby="title">
      <h2 id="title">Keys</h2>
      <dl>
        ${COMMON.map(
          ([key, text]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd>${text}</dd>`,
        )}
      </dl>
      <h3>Go to</h3>
      <dl>
        ${places.map(
          (place) =>
            html`<dt><kbd>g</kbd> <kbd>${PAGES[place].key}</kbd></dt>
              <dd>${PAGES[place].title}</dd>`,
        )}
      </dl>
      <form method="dialog" class="row">
        <label
          ><input
            type="checkbox"
            .checked=${hasSingleKeys()}
            @change=${(event: Event) => setSingleKeys((event.target as HTMLInputElement).checked)}
          />
          Keys without Ctrl or ⌘</label
        >
        <button autofocus>Close</button>
      </form>
    </dialog>`
  }
}
customElements.define('keys-help', KeysHelp)
