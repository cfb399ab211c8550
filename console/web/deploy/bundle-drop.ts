/**
 * <bundle-drop .cluster=${cluster}></bundle-drop>
 * Takes the file of a bundle, dropped or chosen, and beside it its source map, and pushes them as a version of a pack: by the same
 * operations as `stark pack push`. Fires pushed with name@version.
 */
import { css, html, type TemplateResult } from 'lit'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Cluster } from '../cluster.ts'
import { picked, schemaOf } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import type { FieldError, Value } from '../forms/value.ts'
import { kilobytes } from '../format.ts'
import { Refusal, send } from '../http.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

const FIELDS = ['name', 'version', 'runtimeTag', 'visibility', 'description', 'metadata', 'labels', 'annotations']
const isMap = ({ name }: File): boolean => name.endsWith('.map')

export class BundleDrop extends StateElement {
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
        display: block;
        max-width: 100%;
        margin: 0.5rem auto 0;
        border: none;
        background: none;
      }
    `,
  ]
  static override properties = {
    cluster: { attribute: false },
    file: { state: true },
    map: { state: true },
    schema: { state: true },
    value: { state: true },
    errors: { state: true },
    problem: { state: true },
    isOver: { state: true },
    isBusy: { state: true },
  }
  declare cluster: Cluster
  declare file: File | undefined
  declare map: File | undefined
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
        Drop the bundle of a pack here, one ES module, with its source map if there is one, or choose them
        <input type="file" accept=".js,.mjs,.map" multiple @change=${(event: Event) => this.#chosen(event)} />
      </label>
      ${this.file && this.schema ? this.#form(this.file, this.schema) : ''}
      <p role="alert">${whyNot(this.cluster, ['packs.create', 'packs.upload']) ?? this.problem}</p>
    `
  }

  #form(file: File, schema: Schema): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => void this.#push(event, file)}>
      <p class="muted">${[file, ...(this.map ? [this.map] : [])].map(({ name, size }) => `${name}, ${kilobytes(size)}`).join('; ')}</p>
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
    void this.#take([...(event.dataTransfer?.files ?? [])])
  }

  #chosen(event: Event): void {
    void this.#take([...((event.target as HTMLInputElement).files ?? [])])
  }

  /** A source map alone belongs to the bundle that was taken before. */
  async #take(files: readonly File[]): Promise<void> {
    this.schema ??= picked(await schemaOf('packs.create'), FIELDS)
    this.map = files.find(isMap)
    const file = files.find((each) => !isMap(each))
    if (!file) return
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
      const token = this.cluster.token()
      // Before the bundle, so that no pod runs without it.
      if (this.map) await send<Pack>('PUT', `/api/packs/${id}/source-map`, { token, bytes: this.map })
      await send<Pack>('PUT', `/api/packs/${id}/bundle`, { token, bytes: file })
      this.file = undefined
      this.map = undefined
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
