/**
 * <data-table label="Pods" sort="-created" .columns=${columns} .records=${records}></data-table>
 * A table of any length: only the rows in view are in the page, and the others are space above and below. Fires sort-by with
 * the sort that a click on a head asks for.
 */
import { css, html, LitElement, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { shared } from './styles.ts'
import { inView, nextSort, type Column, type Sort } from './table-model.ts'

const ROW_PX = 36

export interface ShownColumn<T> extends Column<T> {
  /** How the value looks, where that is not its text. */
  readonly show?: (record: T) => TemplateResult | string
}
interface Identified {
  readonly id: string
}

export class DataTable<T extends Identified = Identified> extends LitElement {
  static override styles = [
    shared,
    css`
      .scroll {
        max-height: 75vh;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--raised);
        white-space: nowrap;
      }
      th button {
        min-height: 0;
        padding: 0;
        border: none;
        background: none;
        font-weight: 600;
      }
      th,
      td {
        padding-inline-start: 0.75rem;
      }
      tbody td {
        box-sizing: border-box;
        height: ${ROW_PX}px;
        max-width: 24rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        vertical-align: middle;
      }
      tr.space td {
        height: auto;
        padding: 0;
        border: none;
      }
    `,
  ]
  static override properties = {
    label: {},
    sort: {},
    columns: { attribute: false },
    records: { attribute: false },
    top: { state: true },
    height: { state: true },
  }
  declare label: string
  declare sort: Sort
  declare columns: readonly ShownColumn<T>[]
  declare records: readonly T[]
  declare top: number
  declare height: number
  readonly #resized = new ResizeObserver(() => this.#look())

  constructor() {
    super()
    this.top = 0
    this.height = innerHeight
  }

  override updated(): void {
    const scroller = this.#scroller()
    // Once more is as good as once.
    if (scroller) this.#resized.observe(scroller)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resized.disconnect()
  }

  override render() {
    const { records, columns, top, height } = this
    const { first, end } = inView({ top, height, rowHeight: ROW_PX, count: records.length })
    const space = (rows: number) =>
      html`<tr class="space" aria-hidden="true">
        <td colspan=${columns.length} style="height:${rows * ROW_PX}px"></td>
      </tr>`
    return html`
      <div class="scroll" role="region" aria-label=${this.label} tabindex="0" @scroll=${() => this.#look()}>
        <table aria-rowcount=${records.length + 1}>
          <thead>
            <tr aria-rowindex="1">
              ${columns.map((column) => this.#head(column))}
            </tr>
          </thead>
          <tbody>
            ${first > 0 ? space(first) : ''}
            ${repeat(
              records.slice(first, end),
              ({ id }) => id,
              (record, index) => this.#row(record, first + index),
            )}
            ${end < records.length ? space(records.length - end) : ''}
          </tbody>
        </table>
      </div>
    `
  }

  #head({ key, head }: ShownColumn<T>) {
    const order = this.sort === key ? 'ascending' : this.sort === `-${key}` ? 'descending' : 'none'
    const mark = { ascending: ' ▲', descending: ' ▼', none: '' }[order]
    return html`<th aria-sort=${order}>
      <button @click=${() => this.#ask(key)}>${head}<span aria-hidden="true">${mark}</span></button>
    </th>`
  }

  /** Rows are counted from one, and the head is the first. */
  #row(record: T, index: number) {
    return html`<tr aria-rowindex=${index + 2}>
      ${this.columns.map(({ show, value }) => html`<td>${show ? show(record) : value(record)}</td>`)}
    </tr>`
  }

  #ask(key: string): void {
    this.dispatchEvent(new CustomEvent('sort-by', { detail: nextSort(this.sort, key) }))
  }

  #look(): void {
    const scroller = this.#scroller()
    if (!scroller) return
    // To whole rows, so that scrolling by a pixel draws nothing.
    this.top = Math.floor(scroller.scrollTop / ROW_PX) * ROW_PX
    this.height = Math.max(scroller.clientHeight, ROW_PX)
  }

  #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector('.scroll')
  }
}
customElements.define('data-table', DataTable)
