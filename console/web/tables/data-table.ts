/**
 * <data-table label="Pods" sort="-created" .columns=${columns} .records=${records} .selected=${ids}></data-table>
 * A table of any length: only the rows in view are in the page, and the others are space above and below. Fires sort-by with the sort
 * that a click on a head asks for, and select-rows with the ids that are chosen then, where it is given those that are.
 * Keys: up, down, Home and End go from row to row, Space chooses, with Shift all from the last one; Enter follows the row's link.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { isUnconfirmed } from '../foreseen.ts'
import { shared } from '../styles.ts'
import { chosen } from './selection.ts'
import { inView, nextSort, type Column, type Sort } from './table-model.ts'
import { ROW_PX, tableStyles } from './table-styles.ts'

export interface ShownColumn<T> extends Column<T> {
  /** How the value looks, where that is not its text. */
  readonly show?: (record: T) => TemplateResult | string
}
interface Identified {
  readonly id: string
  readonly name?: string
}

export class DataTable<T extends Identified = Identified> extends LitElement {
  static override styles = [shared, tableStyles]
  static override properties = {
    label: {},
    sort: {},
    columns: { attribute: false },
    records: { attribute: false },
    selected: { attribute: false },
    top: { state: true },
    height: { state: true },
  }
  declare label: string
  declare sort: Sort
  declare columns: readonly ShownColumn<T>[]
  declare records: readonly T[]
  /** Undefined: rows cannot be chosen. */
  declare selected: ReadonlySet<string> | undefined
  declare top: number
  declare height: number
  /** The row that was chosen last: with Shift, all from there. */
  #anchor: string | undefined
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
    const width = columns.length + (this.selected ? 1 : 0)
    return html`
      <div
        class="scroll"
        role="region"
        aria-label=${this.label}
        tabindex="0"
        @scroll=${() => this.#look()}
        @keydown=${(event: KeyboardEvent) => this.#press(event)}
      >
        <table aria-rowcount=${records.length + 1}>
          <thead>
            <tr aria-rowindex="1">
              ${this.selected ? this.#headBox(this.selected) : nothing} ${columns.map((column) => this.#head(column))}
            </tr>
          </thead>
          <tbody>
            ${first > 0 ? space(first, width) : ''}
            ${repeat(
              records.slice(first, end),
              ({ id }) => id,
              (record, index) => this.#row(record, first + index),
            )}
            ${end < records.length ? space(records.length - end, width) : ''}
          </tbody>
        </table>
      </div>
    `
  }

  #headBox(selected: ReadonlySet<string>) {
    const isAll = this.records.length > 0 && this.records.every(({ id }) => selected.has(id))
    return html`<th class="box">
      <input
        type="checkbox"
        aria-label="All of them"
        .checked=${isAll}
        .indeterminate=${!isAll && selected.size > 0}
        @change=${() => this.#choose(isAll ? new Set() : new Set(this.records.map(({ id }) => id)))}
      />
    </th>`
  }

  #head({ key, head }: ShownColumn<T>) {
    const order = this.sort === key ? 'ascending' : this.sort === `-${key}` ? 'descending' : 'none'
    const mark = { ascending: ' ▲', descending: ' ▼', none: '' }[order]
    return html`<th aria-sort=${order} data-key=${key}>
      <button @click=${() => this.#ask(key)}>${head}<span aria-hidden="true">${mark}</span></button>
    </th>`
  }

  /** Rows are counted from one, and the head is the first. */
  #row(record: T, index: number) {
    const { selected } = this
    return html`<tr
      aria-rowindex=${index + 2}
      data-index=${index}
      ?data-selected=${selected?.has(record.id) ?? false}
      ?data-unconfirmed=${isUnconfirmed(record)}
      title=${isUnconfirmed(record) ? 'not confirmed yet' : nothing}
    >
      ${selected ? this.#rowBox(record, selected) : nothing}
      ${this.columns.map(({ key, show, value }) => html`<td data-key=${key}>${show ? show(record) : value(record)}</td>`)}
    </tr>`
  }

  #rowBox({ id, name = id }: T, selected: ReadonlySet<string>) {
    return html`<td class="box">
      <input
        type="checkbox"
        aria-label="Choose ${name}"
        .checked=${selected.has(id)}
        @click=${(event: MouseEvent) => this.#turn(id, event.shiftKey)}
      />
    </td>`
  }

  #turn(id: string, isStretch: boolean): void {
    const { selected, records } = this
    if (!selected) return
    this.#choose(chosen(selected, { id, ids: records.map((record) => record.id), from: isStretch ? this.#anchor : undefined }))
    this.#anchor = id
  }

  #choose(detail: ReadonlySet<string>): void {
    this.dispatchEvent(new CustomEvent<ReadonlySet<string>>('select-rows', { detail }))
  }

  #ask(key: string): void {
    this.dispatchEvent(new CustomEvent('sort-by', { detail: nextSort(this.sort, key) }))
  }

  #press(event: KeyboardEvent): void {
    const [target] = event.composedPath() as HTMLElement[]
    const at = Number(target?.closest('tr')?.dataset['index'] ?? -1)
    const last = this.records.length - 1
    const next: Readonly<Record<string, number>> = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }
    const to = next[event.key]
    const record = this.records[at]
    if (to !== undefined) void this.#focus(to)
    else if (event.key === ' ' && record && this.selected && target?.tagName === 'A') this.#turn(record.id, event.shiftKey)
    else return
    event.preventDefault()
  }

  /** The first link of a row, once the row is in the page. */
  async #focus(index: number): Promise<void> {
    const scroller = this.#scroller()
    if (!scroller || index < 0) return
    // Below the head, which stays where it is.
    const [top, bottom] = [index * ROW_PX, (index + 2) * ROW_PX - scroller.clientHeight]
    if (scroller.scrollTop > top) scroller.scrollTop = top
    else if (scroller.scrollTop < bottom) scroller.scrollTop = bottom
    this.#look()
    await this.updateComplete
    const row = this.renderRoot.querySelector(`tr[data-index="${index}"]`)
    const target = row?.querySelector<HTMLElement>('a') ?? row?.querySelector<HTMLElement>('input')
    target?.focus({ preventScroll: true })
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

const space = (rows: number, columns: number) =>
  html`<tr class="space" aria-hidden="true">
    <td colspan=${columns} style="height:${rows * ROW_PX}px"></td>
  </tr>`
