/**
 * <deploy-page .cluster=${cluster} .navigation=${navigation} .query=${{ like: 'default/web', change: '{...}', pack: 'web@1.0.0' }}></deploy-page>
 * Creates a pod or a deployment: from a pack that there is or a bundle that is dropped, with a form made from the operation's own
 * schema. While it is filled in, it is tried on a copy of the cluster; once it is created, one can watch it come to run.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { WireError } from '../../../kernel/wire/client.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import type { FieldError, Value } from '../forms/value.ts'
import type { Navigation } from '../navigation.ts'
import '../parts/copy-text.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { halvesStyles } from '../parts/layouts.ts'
import { shared } from '../styles.ts'
import './bundle-drop.ts'
import './deploy-outcome.ts'
import './draft-verdict.ts'
import { asKind, changeOf, commandFor, likePod, OPERATIONS, triedAs, withChange, type Kind } from './draft.ts'
import { Trial } from './trial.ts'
import { deployForm, suggestionsOf } from './deploy-form.ts'

export class DeployPage extends StateElement {
  static override styles = [
    shared,
    halvesStyles,
    css`
      .aside {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-height: calc(100vh - 5rem);
        overflow: auto;
      }
      fieldset {
        display: flex;
        gap: 1.25rem;
        margin: 0 0 1rem;
        padding: 0;
        border: none;
      }
      details {
        margin-block-end: 1.25rem;
      }
      [role='alert'] {
        margin: 0;
      }
      summary {
        margin-block-end: 0.5rem;
        cursor: pointer;
      }
      @media (max-width: 70rem) {
        .aside {
          max-height: none;
        }
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    navigation: { attribute: false },
    query: { attribute: false },
    kind: { state: true },
    value: { state: true },
    errors: { state: true },
    problem: { state: true },
    created: { state: true },
    isBusy: { state: true },
  }
  declare cluster: Cluster
  declare navigation: Navigation
  declare query: Readonly<Record<string, string>>
  declare kind: Kind
  declare value: Value
  declare errors: readonly FieldError[]
  declare problem: string
  declare created: Pod | Deployment | undefined
  declare isBusy: boolean
  readonly #trial = new Trial()
  readonly #schemas = new Answer(() => schemasOf())
  #isPrefilled = false

  constructor() {
    super()
    this.kind = 'pod'
    this.value = {}
    this.errors = []
    this.problem = ''
    this.isBusy = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#trial.stop()
  }

  override render(): TemplateResult {
    this.#prefill()
    if (this.created)
      return html`<deploy-outcome
        kind=${this.kind}
        .created=${this.created}
        like=${this.query['like'] ?? ''}
        .cluster=${this.cluster}
        @again=${() => this.#again()}
      ></deploy-outcome>`
    const { state } = this.#schemas
    if (state.is === 'waiting')
      return html`<h1>Deploy</h1>
        <p role="status">Loading</p>`
    if (state.is === 'failed')
      return html`<h1>Deploy</h1>
        <p role="alert">${state.detail}</p>`
    return html`
      <h1>Deploy</h1>
      <div class="halves">
        <form @submit=${(event: SubmitEvent) => void this.#create(event)}>
          ${this.#kinds()}
          <details>
            <summary>Push a bundle first</summary>
            <bundle-drop
              .cluster=${this.cluster}
              @pushed=${({ detail }: CustomEvent<string>) => this.#put({ ...this.value, pack: detail })}
            ></bundle-drop>
          </details>
          ${this.#form(state.value[this.kind])}
        </form>
        <div class="aside">${this.#aside()}</div>
      </div>
    `
  }

  #kinds(): TemplateResult {
    const kinds = ['pod', 'deployment'] as const
    return html`<fieldset>
      <legend class="hidden">What is created</legend>
      ${kinds.map(
        (kind) =>
          html`<label
            ><input type="radio" name="kind" .checked=${this.kind === kind} @change=${() => this.#turnTo(kind)} /> ${TITLES[kind]}</label
          >`,
      )}
    </fieldset>`
  }

  #form(schema: Schema): TemplateResult {
    return html`<schema-form
      .schema=${deployForm(this.kind, schema)}
      .value=${this.value}
      .errors=${[...this.errors, ...(this.#trial.verdict.is === 'refused' ? this.#trial.verdict.errors : [])]}
      .suggestions=${suggestionsOf(this.cluster)}
      @form-change=${({ detail }: CustomEvent<Value>) => this.#put(detail)}
    ></schema-form>`
  }

  #aside(): TemplateResult {
    const { verdict } = this.#trial
    const refusal = whyNot(this.cluster, [OPERATIONS[this.kind]])
    const isReady = triedAs(this.kind, this.value) !== undefined
    return html`
      <section class="card" aria-label="What would happen">
        ${verdict.is === 'none' ? html`<p class="muted" role="status">Choose a pack, and it is said here where it would go and why.</p>` : ''}
        ${verdict.is === 'refused' ? html`<p role="alert">${verdict.detail}</p>` : ''}
        ${
          verdict.is === 'there'
            ? html`<draft-verdict
                .explanation=${verdict.explanation}
                .cluster=${this.cluster}
                @take-change=${({ detail }: CustomEvent<Value>) => this.#put(withChange(this.value, changeOf(this.kind, detail)))}
                @done=${() => this.#trySoon()}
              ></draft-verdict>`
            : ''
        }
      </section>
      <p role="alert">${refusal ?? this.problem}</p>
      <div class="row">
        <button
          data-kind="primary"
          ?disabled=${this.isBusy || !isReady || refusal !== undefined}
          @click=${(event: Event) => void this.#create(event)}
        >
          Create the ${this.kind}
        </button>
      </div>
      ${isReady ? html`<copy-text text=${commandFor(this.kind, this.value)}></copy-text>` : ''}
    `
  }

  /** Once, and only when what it is made from is there. */
  #prefill(): void {
    if (this.#isPrefilled) return
    const { like, change, pack } = this.query
    if (like !== undefined && !this.cluster.hasLoaded('pods')) return
    this.#isPrefilled = true
    const pod = [...this.cluster.pods.values()].find(({ namespace, name }) => `${namespace}/${name}` === like)
    const value = pod ? likePod(pod) : pack === undefined ? {} : { pack }
    this.value = change === undefined ? value : withChange(value, JSON.parse(change))
    this.#trySoon()
  }

  #turnTo(kind: Kind): void {
    this.kind = kind
    this.#put(asKind(kind, this.value))
  }

  #put(value: Value): void {
    this.value = value
    this.problem = ''
    this.#trySoon()
  }

  #again(): void {
    this.created = undefined
    this.#trySoon()
  }

  #trySoon(): void {
    this.errors = []
    this.#trial.soon(this.cluster, this.kind, this.value)
  }

  async #create(event: Event): Promise<void> {
    event.preventDefault()
    if (!triedAs(this.kind, this.value)) return
    this.isBusy = true
    try {
      this.created = await this.cluster.ask(OPERATIONS[this.kind], this.value)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.problem = error.message
      this.errors = error.errors
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('deploy-page', DeployPage)

const TITLES = { pod: 'A pod: one run of a pack', deployment: 'A deployment: kept running' } as const

async function schemasOf(): Promise<Readonly<Record<Kind, Schema>>> {
  return { pod: await schemaOf(OPERATIONS.pod), deployment: await schemaOf(OPERATIONS.deployment) }
}
