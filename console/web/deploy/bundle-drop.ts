/**
 * <bundle-drop .cluster=${cluster}></bundle-drop>
 * Takes the file of a bundle, dropped or chosen, and pushes it as a version of a pack: by the same operations as `stark pack push`.
 * Fires pushed with name@version.
 */
import { css, html, LitElement, type TemplateResult } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Cluster } from '../cluster.ts'
import { picked, schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import type { FieldError, Value } from '../forms/value.ts'
import { kilobytes } from '../format.ts'
import { Refusal, send } from '../http.ts'
import { shared } from '../styles.ts'

const FIELDS = ['name', 'version', 'runtimeTag', 'visibility', 'description']

export class BundleDrop extends LitElement {
  static override styles = [
    shared,
    css`
      .zone {
        display: block;
        padding: 1rem;
        border: 2px dashed var(--line);
        border-radius: var(--radius);
        text-align: center;
      }
      .zone[data-over],
      .zone:focus-within {
        border-color: var(--accent);
        background: var(--tint);
      }
      input[type='file'] {
        max-width: 100%;
        border: none;
        background: none;
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    file: { state: true },
    schema: { state: true },
    value: { state: true },
    errors: { state: true },
    problem: { state: true },
    isOver: { state: true },
    isBusy: { state: true },
  }
  declare cluster: Cluster
  declare file: File | undefined
  declare schema: Schema | undefined
  declare value: Value
  declare errors: readonly FieldError[]
  declare problem: string
  declare isOver: boolean
  declare isBusy: boolean

  constructor() {
    super()
    this.value = {}
    this.errors = []
    this.problem = ''
    this.isOver = false
    this.isBusy = false
  }

  override render(): TemplateResult {
    return html`
      <label
        class="zone"
        ?data-over=${this.isOver}
        @dragover=${(event: DragEvent) => this.#over(event, true)}
        @dragleave=${(event: DragEvent) => this.#over(event, false)}
        @drop=${(event: DragEvent) => this.#drop(event)}
      >
        Drop the bundle of a pack here, one ES module, or choose it
        <input type="file" accept=".js,.mjs" @change=${(event: Event) => this.#chosen(event)} />
      </label>
      ${this.file && this.schema ? this.#form(this.file, this.schema) : ''}
      <p role="alert">${this.problem}</p>
    `
  }

  #form(file: File, schema: Schema): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => void this.#push(event, file)}>
      <p class="muted">${file.name}, ${kilobytes(file.size)}</p>
      <schema-form
        .schema=${schema}
        .value=${this.value}
        .errors=${this.errors}
        @form-change=${({ detail }: CustomEvent<Value>) => (this.value = detail)}
      ></schema-form>
      <button ?disabled=${this.isBusy}>Push it</button>
    </form>`
  }

  #over(event: DragEvent, isOver: boolean): void {
    event.preventDefault()
    this.isOver = isOver
  }

  #drop(event: DragEvent): void {
    this.#over(event, false)
    const file = event.dataTransfer?.files[0]
    if (file) void this.#take(file)
  }

  #chosen(event: Event): void {
    const file = (event.target as HTMLInputElement).files?.[0]
    if (file) void this.#take(file)
  }

  async #take(file: File): Promise<void> {
    this.schema ??= picked(await schemaOf('packs.create'), FIELDS)
    const name = file.name.toLowerCase().replace(/\.m?js$/, '')
    this.value = { name, version: this.#nextVersion(name), runtimeTag: 'universal', visibility: 'private' }
    this.file = file
  }

  /** A version never changes: the next one is the newest's with a patch more. */
  #nextVersion(name: string): string {
    const versions = [...this.cluster.all('packs').values()].filter((pack) => pack.name === name).map(({ version }) => version)
    const [newest] = versions.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    const [, front, patch] = /^(\d+\.\d+\.)(\d+)/.exec(newest ?? '') ?? []
    return front === undefined ? '1.0.0' : `${front}${Number(patch) + 1}`
  }

  async #push(event: SubmitEvent, file: File): Promise<void> {
    event.preventDefault()
    this.isBusy = true
    this.problem = ''
    this.errors = []
    try {
      const { id, name, version } = await this.cluster.ask<Pack>('packs.create', this.value)
      await send<Pack>('PUT', `/api/packs/${id}/bundle`, { token: this.cluster.token(), bytes: file })
      this.file = undefined
      this.dispatchEvent(new CustomEvent('pushed', { detail: `${name}@${version}` }))
    } catch (error) {
      if (!(error instanceof WireError || error instanceof Refusal)) throw error
      this.problem = error.message
      if (error instanceof WireError) this.errors = error.errors
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('bundle-drop', BundleDrop)
