/**
 * <action-dialog .cluster=${cluster}></action-dialog>
 * Asks before something is done: says what will happen and which command does the same, and shows what the server has against it.
 * `ask(action)` opens it. Fires done.
 */
import { css, html, type TemplateResult } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { changesOf } from '../forms/changes.ts'
import { picked, schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import '../forms/schema-form.ts'
import type { FieldError, Value } from '../forms/value.ts'
import { Refusal } from '../http.ts'
import { StateElement } from '../state-element.ts'
import { dialogStyles } from './layouts.ts'
import { shared } from '../styles.ts'
import { doneEvent, perform, undoOf, type Action, type ActionForm } from './action.ts'
import './copy-text.ts'
import { whyNot } from './permissions.ts'

export class ActionDialog extends StateElement {
  static override styles = [
    shared,
    dialogStyles,
    css`
      .row {
        justify-content: flex-end;
        margin-block-start: 1.25rem;
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    action: { state: true },
    schema: { state: true },
    filled: { state: true },
    isBusy: { state: true },
    problem: { state: true },
    errors: { state: true },
  }
  declare cluster: Cluster
  declare action: Action | undefined
  declare schema: Schema | undefined
  declare filled: Value
  declare isBusy: boolean
  declare problem: string
  declare errors: readonly FieldError[]

  constructor() {
    super()
    this.filled = {}
    this.isBusy = false
    this.problem = ''
    this.errors = []
  }

  /** The focus comes back to where it was when the dialog closes: the browser sees to that. */
  async ask(action: Action): Promise<void> {
    this.action = action
    this.filled = action.form?.value ?? {}
    this.problem = ''
    this.errors = []
    this.schema = undefined
    await this.updateComplete
    this.#dialog()?.showModal()
    if (action.form) await this.#loadSchema(action, action.form)
  }

  async #loadSchema({ operation }: Action, { schema, fields }: ActionForm): Promise<void> {
    try {
      const whole = schema ?? (await schemaOf(operation))
      this.schema = fields ? picked(whole, fields) : whole
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problem = error.message
    }
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" @close=${() => this.#forget()}>${this.action ? this.#inside(this.action) : ''}</dialog>`
  }

  /** What was filled in may be a secret. The event comes late: it may have been opened again since. */
  #forget(): void {
    if (this.#dialog()?.open) return
    this.action = undefined
    this.filled = {}
  }

  #inside(action: Action): TemplateResult {
    const { label, consequence, command, form, isDangerous = false } = action
    const refusal = whyNot(this.cluster, [action.operation])
    const text = typeof command === 'string' ? command : command(this.#sent(action))
    return html`
      <h2 id="title">${label}?</h2>
      <form method="dialog" @submit=${(event: SubmitEvent) => void this.#submit(event, action)}>
        <p>${consequence}</p>
        ${form && this.schema ? this.#form(this.schema) : ''}
        <p class="muted">The same from a terminal:</p>
        <copy-text text=${text}></copy-text>
        <p role="alert">${refusal ?? this.problem}</p>
        <div class="row">
          <button type="button" @click=${() => this.#dialog()?.close()}>Cancel</button>
          <button
            type="submit"
            ?autofocus=${!form}
            ?disabled=${this.isBusy || refusal !== undefined}
            data-kind=${isDangerous ? '' : 'primary'}
            data-tone=${isDangerous ? 'danger' : ''}
          >
            ${label} now
          </button>
        </div>
      </form>
    `
  }

  /** What was filled in, as it is sent. */
  #sent({ form }: Action): Value {
    return form?.isPatch && this.schema ? changesOf(this.schema, form.value, this.filled) : this.filled
  }

  #form(schema: Schema): TemplateResult {
    return html`<schema-form
      .schema=${schema}
      .value=${this.filled}
      .errors=${this.errors}
      @form-change=${({ detail }: CustomEvent<Value>) => (this.filled = detail)}
    ></schema-form>`
  }

  async #submit(event: SubmitEvent, action: Action): Promise<void> {
    event.preventDefault()
    // What is shown at once needs no waiting for; what was filled in would be lost.
    const sent = this.#sent(action)
    const undo = undoOf(action, sent)
    const closesAtOnce = action.expects !== undefined && action.form === undefined
    if (closesAtOnce) this.#dialog()?.close()
    else this.isBusy = true
    try {
      await perform(this.cluster, action, sent)
      if (!closesAtOnce) this.#dialog()?.close()
      this.dispatchEvent(doneEvent({ text: action.done, ...(undo ? { undo } : {}) }))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      if (closesAtOnce) this.dispatchEvent(doneEvent({ text: error.message, isRefused: true }))
      else this.#refuse(error)
    } finally {
      this.isBusy = false
    }
  }

  #refuse({ message, errors }: WireError): void {
    this.problem = message
    this.errors = errors
  }

  #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
customElements.define('action-dialog', ActionDialog)
