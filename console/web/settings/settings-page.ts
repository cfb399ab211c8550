/**
 * <settings-page .cluster=${cluster}></settings-page>
 * The cluster's configuration, in a form made from the schema of cluster.update, and its priority classes.
 */
import { css, html, type TemplateResult } from 'lit'
import type { ClusterConfig } from '../../../kernel/schema/cluster.ts'
import { WireError } from '../../../kernel/wire/client.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { changesOf } from '../forms/changes.ts'
import { schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import '../forms/schema-form.ts'
import type { FieldError, Value } from '../forms/value.ts'
import { shellWord } from '../format.ts'
import { doneEvent } from '../parts/action.ts'
import '../parts/copy-text.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { halvesStyles } from '../parts/layouts.ts'
import { shared } from '../styles.ts'
import './priority-classes.ts'

export class SettingsPage extends StateElement {
  static override styles = [
    shared,
    halvesStyles,
    css`
      @media (max-width: 70rem) {
        .aside {
          grid-row: 1;
        }
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    draft: { state: true },
    errors: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  }
  declare cluster: Cluster
  /** What somebody has changed and not saved; without it the form follows the cluster. */
  declare draft: Value | undefined
  declare errors: readonly FieldError[]
  declare problem: string
  declare isBusy: boolean
  readonly #schema = new Answer(() => schemaOf('cluster.update'))

  constructor() {
    super()
    this.errors = []
    this.problem = ''
    this.isBusy = false
  }

  override render(): TemplateResult {
    const { cluster } = this
    const { state } = this.#schema
    const [config] = cluster.all('clusterConfigs').values()
    const refusal = state.is === 'failed' ? state.detail : cluster.refusalOf('clusterConfigs')
    if (refusal !== undefined)
      return html`<h1>Settings</h1>
        <p role="alert">${refusal}</p>`
    if (state.is !== 'there' || !config)
      return html`<h1>Settings</h1>
        <p role="status">Loading</p>`
    return html`
      <h1>Settings</h1>
      ${this.#form(state.value, config)}
      <h2>Priority classes</h2>
      <priority-classes .cluster=${cluster}></priority-classes>
    `
  }

  #form(schema: Schema, config: ClusterConfig): TemplateResult {
    const current = known(schema, config)
    const value = this.draft ?? current
    const changes = changesOf(schema, current, value)
    const count = Object.keys(changes).length
    const refusal = whyNot(this.cluster, ['cluster.update'])
    return html`<form class="halves" @submit=${(event: SubmitEvent) => void this.#save(event, changes)}>
      <schema-form
        .schema=${{ ...schema, required: Object.keys(current) }}
        .value=${value}
        .errors=${this.errors}
        @form-change=${({ detail }: CustomEvent<Value>) => (this.draft = detail)}
      ></schema-form>
      <div class="aside card">
        <p role="status">
          ${count === 0 ? 'Nothing is changed.' : `${count} ${count === 1 ? 'setting is' : 'settings are'} changed and not saved.`}
        </p>
        <p role="alert">${refusal ?? this.problem}</p>
        <div class="row">
          <button data-kind="primary" ?disabled=${count === 0 || this.isBusy || refusal !== undefined}>Save</button>
          <button type="button" ?disabled=${count === 0} @click=${() => (this.draft = undefined)}>Reset</button>
        </div>
        ${
          count === 0
            ? ''
            : html`<p class="muted">The same from a terminal:</p>
                <copy-text text="npx stark cluster update --input ${shellWord(JSON.stringify(changes))}"></copy-text>`
        }
      </div>
    </form>`
  }

  async #save(event: SubmitEvent, changes: Value): Promise<void> {
    event.preventDefault()
    const [before] = this.cluster.all('clusterConfigs').values()
    if (!before || Object.keys(changes).length === 0) return
    this.isBusy = true
    this.problem = ''
    this.errors = []
    try {
      await this.cluster.ask('cluster.update', changes)
      this.draft = undefined
      const back = Object.fromEntries(
        Object.keys(changes).flatMap((name) => (name in before ? [[name, (before as unknown as Value)[name]] as const] : [])),
      )
      this.dispatchEvent(
        doneEvent({
          text: 'The settings are saved',
          undo: { steps: [{ operation: 'cluster.update', input: back }], done: 'The settings are as they were' },
        }),
      )
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
      this.errors = error.errors
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('settings-page', SettingsPage)

/** Of the record, what the form asks for. */
const known = ({ properties = {} }: Schema, config: ClusterConfig): Value =>
  Object.fromEntries(Object.entries(config).filter(([name]) => name in properties))
