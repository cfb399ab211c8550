/**
 * <token-maker kind="join" .cluster=${cluster}></token-maker>
 * Makes a token. Its secret is in the server's answer and nowhere else, so it is shown until somebody leaves. Fires made with what
 * the server answered.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Token } from '../../../kernel/schema/account.ts'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { picked, schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import '../forms/schema-form.ts'
import type { FieldError, Value } from '../forms/value.ts'
import { Refusal } from '../http.ts'
import '../parts/copy-text.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

export type NewToken = Omit<Token, 'hash'> & { readonly token: string }

const FIELDS = {
  join: ['description', 'uses', 'runtimeType', 'labels', 'taints'],
  api: ['description', 'role', 'scopes', 'namespaces'],
} as const
const HOUR_MS = 3_600_000
const LIVES = [
  ['1 hour', HOUR_MS],
  ['1 day', 24 * HOUR_MS],
  ['7 days', 168 * HOUR_MS],
  ['30 days', 720 * HOUR_MS],
  ['90 days', 2160 * HOUR_MS],
] as const
const DAY = '1 day'

export class TokenMaker extends StateElement {
  static override styles = [
    shared,
    css`
      form {
        max-width: 34rem;
      }
      label {
        display: block;
        margin-block-end: 0.9rem;
        font-weight: 500;
      }
      select {
        display: block;
        margin-block-start: 0.2rem;
      }
    `,
  ]
  static override properties = {
    kind: {},
    cluster: { attribute: false },
    schema: { state: true },
    value: { state: true },
    life: { state: true },
    made: { state: true },
    errors: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  }
  declare kind: 'join' | 'api'
  declare cluster: Cluster
  declare schema: Schema | undefined
  declare value: Value
  declare life: string
  declare made: NewToken | undefined
  declare errors: readonly FieldError[]
  declare problem: string
  declare isBusy: boolean

  constructor() {
    super()
    this.value = {}
    this.life = DAY
    this.errors = []
    this.problem = ''
    this.isBusy = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render(): TemplateResult {
    if (this.made) return this.#shown(this.made)
    const refusal = whyNot(this.cluster, ['tokens.create'])
    return html`<form @submit=${(event: SubmitEvent) => void this.#make(event)}>
      <label>Ends in ${this.#lives()}</label>
      ${this.schema ? this.#fields(picked(this.schema, FIELDS[this.kind])) : ''}
      <p role="alert">${refusal ?? this.problem}</p>
      <button data-kind="primary" ?disabled=${this.isBusy || refusal !== undefined}>Make ${NAMES[this.kind]}</button>
    </form>`
  }

  #lives(): TemplateResult {
    return html`<select @change=${(event: Event) => (this.life = (event.target as HTMLSelectElement).value)}>
      ${LIVES.map(([name]) => html`<option ?selected=${name === this.life}>${name}</option>`)}
    </select>`
  }

  #fields(schema: Schema): TemplateResult {
    return html`<schema-form
      .schema=${schema}
      .value=${this.value}
      .errors=${this.errors}
      @form-change=${({ detail }: CustomEvent<Value>) => (this.value = detail)}
    ></schema-form>`
  }

  #shown({ token }: NewToken): TemplateResult {
    return html`
      <p role="status">This is shown once. Copy it now: the server keeps only its hash.</p>
      <copy-text text=${token}></copy-text>
      <slot></slot>
      <p><button @click=${() => (this.made = undefined)}>Make another one</button></p>
    `
  }

  async #load(): Promise<void> {
    try {
      this.schema = await schemaOf('tokens.create')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problem = error.message
    }
  }

  async #make(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    this.isBusy = true
    this.problem = ''
    this.errors = []
    const [, ms] = LIVES.find(([name]) => name === this.life) ?? ['', 24 * HOUR_MS]
    try {
      const input = { ...this.value, kind: this.kind, expiresAt: new Date(Date.now() + ms).toISOString() }
      this.made = await this.cluster.ask<NewToken>('tokens.create', input)
      this.dispatchEvent(new CustomEvent('made', { detail: this.made }))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
      this.errors = error.errors
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('token-maker', TokenMaker)

const NAMES = { join: 'a join token', api: 'an API token' } as const
