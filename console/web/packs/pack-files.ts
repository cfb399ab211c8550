/**
 * <pack-files .pack=${pack} .cluster=${cluster}></pack-files>
 * The files of one version of a pack: its bundle to take along, or to send where it is only reserved, and its source map to send.
 * Fires done.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Cluster } from '../cluster.ts'
import { download } from '../download.ts'
import { fetched, Refusal, send } from '../http.ts'
import { doneEvent } from '../parts/action.ts'
import { whyNot } from '../parts/permissions.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

interface Sent {
  readonly label: string
  readonly operation: 'packs.upload' | 'packs.uploadMap'
  /** Behind the pack's own. */
  readonly path: string
  readonly accept: string
  readonly done: string
}

export class PackFiles extends StateElement {
  static override styles = [
    shared,
    css`
      .button:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
    `,
  ]
  static override properties = { pack: { attribute: false }, cluster: { attribute: false }, isBusy: { state: true } }
  declare pack: Pack
  declare cluster: Cluster
  declare isBusy: boolean

  constructor() {
    super()
    this.isBusy = false
  }

  override render(): TemplateResult {
    const { name, version, bundle } = this.pack
    const ref = `${name}@${version}`
    return html`<span class="row">
      ${bundle ? this.#download(ref) : this.#send({ label: 'Send its bundle', operation: 'packs.upload', path: 'bundle', accept: '.js,.mjs', done: `${ref} has its bundle` })}
      ${this.#send({ label: 'Send its source map', operation: 'packs.uploadMap', path: 'source-map', accept: '.map', done: `${ref} has its source map` })}
    </span>`
  }

  #download(ref: string): TemplateResult {
    const refusal = whyNot(this.cluster, ['packs.download'])
    return html`<button ?disabled=${this.isBusy || refusal !== undefined} title=${refusal ?? ''} @click=${() => void this.#take(ref)}>
      Download
    </button>`
  }

  /** The field itself is the button: a keyboard reaches it, and the browser asks for the file. */
  #send(sent: Sent): TemplateResult {
    const refusal = whyNot(this.cluster, [sent.operation])
    return html`<label class="button" title=${refusal ?? ''}
      >${sent.label}
      <input
        class="hidden"
        type="file"
        accept=${sent.accept}
        ?disabled=${this.isBusy || refusal !== undefined}
        @change=${(event: Event) => void this.#give(event.target as HTMLInputElement, sent)}
    /></label>`
  }

  #take(ref: string): Promise<void> {
    const { id } = this.pack
    return this.#during(async () => {
      const bytes = await fetched(`/api/packs/${id}/bundle`, this.cluster.token())
      download(bytes, `${ref.replaceAll('/', '-')}.mjs`)
    })
  }

  async #give(field: HTMLInputElement, { path, done }: Sent): Promise<void> {
    const [file] = field.files ?? []
    const { id } = this.pack
    if (!file) return
    await this.#during(async () => {
      await send<Pack>('PUT', `/api/packs/${id}/${path}`, { token: this.cluster.token(), bytes: file })
      this.dispatchEvent(doneEvent({ text: done }))
    })
    // The same file may be chosen again.
    field.value = ''
  }

  async #during(work: () => Promise<void>): Promise<void> {
    this.isBusy = true
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.dispatchEvent(doneEvent({ text: error.message, isRefused: true }))
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('pack-files', PackFiles)
