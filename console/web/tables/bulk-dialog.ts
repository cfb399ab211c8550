/**
 * <bulk-dialog noun="pod" .cluster=${cluster}></bulk-dialog>
 * Asks before many things are done: says to which objects, and afterwards of each that it failed for, why. `open(bulk)` opens it.
 * Fires done, and carried-out once all are through without a failure.
 */
import { css, html, nothing, type TemplateResult } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { counted } from '../load.ts'
import { doneEvent, perform, type Action } from '../parts/action.ts'
import '../parts/copy-text.ts'
import { dialogStyles } from '../parts/layouts.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { carryOut, operationsOf, undoOfAll, type Bulk, type Failure } from './bulk.ts'

const NAMES_MAX = 20

export class BulkDialog extends StateElement {
  static override styles = [
    shared,
    dialogStyles,
    css`
      .names {
        max-height: 30vh;
        overflow: auto;
        overflow-wrap: anywhere;
      }
      .buttons {
        justify-content: flex-end;
        margin-block-start: 1.25rem;
      }
    `,
  ]
  static override properties = {
    noun: {},
    cluster: { attribute: false },
    asked: { state: true },
    through: { state: true },
    failures: { state: true },
  }
  declare noun: string
  declare cluster: Cluster
  declare asked: Bulk | undefined
  /** How many are through; undefined before it began. */
  declare through: number | undefined
  declare failures: readonly Failure[] | undefined

  async open(bulk: Bulk): Promise<void> {
    this.asked = bulk
    this.through = undefined
    this.failures = undefined
    await this.updateComplete
    this.#dialog()?.showModal()
  }

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.#forget()}>${this.asked ? this.#inside(this.asked) : nothing}</dialog>`
  }

  /** The event comes late: it may have been opened again since. */
  #forget(): void {
    if (!this.#dialog()?.open) this.asked = undefined
  }

  #inside(bulk: Bulk): TemplateResult {
    const { label, parts, others } = bulk
    const names = parts.map(({ name }) => name)
    const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
    const commands = parts.map(({ action }) => (typeof action.command === 'string' ? action.command : action.command({}))).join('\n')
    if (this.failures) return this.#outcome(bulk, this.failures)
    const refusal = whyNot(this.cluster, operationsOf(bulk))
    return html`
      <h2 id="title">${label} ${counted(parts.length, this.noun)}?</h2>
      <p class="names">${names.slice(0, NAMES_MAX).join(', ')}${more}</p>
      ${parts.length === 1 ? html`<p>${parts[0]?.action.consequence}</p>` : nothing}
      ${others > 0 ? html`<p>${others} of those that are chosen are left as they are: this cannot be done to them.</p>` : nothing}
      <p class="muted">The same from a terminal:</p>
      <copy-text text=${commands}></copy-text>
      ${this.through === undefined ? nothing : html`<p role="status">${this.through} of ${parts.length} done</p>`}
      <p role="alert">${refusal ?? ''}</p>
      <div class="row buttons">
        <button @click=${() => this.#dialog()?.close()}>Cancel</button>
        <button
          autofocus
          data-kind=${bulk.isDangerous ? nothing : 'primary'}
          data-tone=${bulk.isDangerous ? 'danger' : nothing}
          ?disabled=${this.through !== undefined || refusal !== undefined}
          @click=${() => void this.#carryOut(bulk)}
        >
          ${label} now
        </button>
      </div>
    `
  }

  #outcome({ parts }: Bulk, failures: readonly Failure[]): TemplateResult {
    return html`
      <h2 id="title">${failures.length} of ${counted(parts.length, this.noun)} failed</h2>
      <ul role="alert" class="names">
        ${failures.map(({ name, detail }) => html`<li>${name}: ${detail}</li>`)}
      </ul>
      <div class="row buttons"><button autofocus @click=${() => this.#dialog()?.close()}>Close</button></div>
    `
  }

  async #carryOut({ label, parts }: Bulk): Promise<void> {
    this.through = 0
    const failures = await carryOut(parts, { ask: (action) => this.#ask(action), onProgress: (count) => (this.through = count) })
    if (failures.length > 0) {
      this.failures = failures
      return
    }
    this.#dialog()?.close()
    const text = `${label}: ${counted(parts.length, this.noun)}`
    const undo = undoOfAll(parts, `Taken back: ${text}`)
    this.dispatchEvent(doneEvent({ text, ...(undo ? { undo } : {}) }))
    this.dispatchEvent(new CustomEvent('carried-out'))
  }

  /** @returns what the server has against it */
  async #ask(action: Action): Promise<string | undefined> {
    try {
      await perform(this.cluster, action)
      return undefined
    } catch (error) {
      if (error instanceof WireError) return error.message
      throw error
    }
  }

  #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
customElements.define('bulk-dialog', BulkDialog)
