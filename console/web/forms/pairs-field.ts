/**
 * <pairs-field label="Labels" .pairs=${{ app: 'web' }} ?numeric=${false}></pairs-field>
 * Names with values, such as labels: a row each, and an empty one for the next. Fires pairs-change with all that have a name.
 */
import { css, html, LitElement, type PropertyValues } from 'lit'
import { shared } from '../styles.ts'

type Row = readonly [name: string, value: string]
type Pairs = Readonly<Record<string, string | number>>

export class PairsField extends LitElement {
  static override styles = [
    shared,
    css`
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) auto;
        gap: 0.4rem;
        margin-block-end: 0.4rem;
      }
      input {
        width: 100%;
      }
    `,
  ]
  static override properties = {
    label: {},
    pairs: { attribute: false },
    isNumeric: { attribute: 'numeric', type: Boolean },
    rows: { state: true },
  }
  declare label: string
  declare pairs: Pairs
  declare isNumeric: boolean
  declare rows: readonly Row[]

  constructor() {
    super()
    this.rows = []
  }

  /** Rows that somebody is about to fill stay, as long as those with a name say what was given. */
  override willUpdate(changed: PropertyValues): void {
    if (changed.has('pairs') && JSON.stringify(this.#read(this.rows)) !== JSON.stringify(this.pairs))
      this.rows = Object.entries(this.pairs).map(([name, value]): Row => [name, String(value)])
  }

  override render() {
    const rows = [...this.rows, ['', ''] as const]
    return html`<div role="group" aria-label=${this.label}>${rows.map((row, index) => this.#row(row, index))}</div>`
  }

  #row([name, value]: Row, index: number) {
    const what = `${this.label} ${index + 1}`
    const isLast = index === this.rows.length
    return html`<div class="pair">
      <input
        aria-label="${what}, name"
        placeholder="name"
        .value=${name}
        @input=${(event: InputEvent) => this.#put(index, [read(event), value])}
      />
      <input
        aria-label="${what}, value"
        placeholder="value"
        type=${this.isNumeric ? 'number' : 'text'}
        .value=${value}
        @input=${(event: InputEvent) => this.#put(index, [name, read(event)])}
      />
      <button type="button" ?disabled=${isLast} aria-label="Remove ${name === '' ? what : name}" @click=${() => this.#remove(index)}>
        ✕
      </button>
    </div>`
  }

  #put(index: number, row: Row): void {
    this.#tell([...this.rows.slice(0, index), row, ...this.rows.slice(index + 1)])
  }

  #remove(index: number): void {
    this.#tell(this.rows.filter((_row, at) => at !== index))
  }

  #tell(rows: readonly Row[]): void {
    this.rows = rows
    this.dispatchEvent(new CustomEvent('pairs-change', { detail: this.#read(rows) }))
  }

  #read(rows: readonly Row[]): Pairs {
    const named = rows.filter(([name, value]) => name !== '' && (value !== '' || !this.isNumeric))
    return Object.fromEntries(named.map(([name, value]) => [name, this.isNumeric ? Number(value) : value]))
  }
}
customElements.define('pairs-field', PairsField)

const read = (event: InputEvent): string => (event.target as HTMLInputElement).value
