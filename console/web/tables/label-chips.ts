/** Labels in a row of a table: each a button that narrows the list down to it. Fires label-click { key, value }. */
import { html, type TemplateResult } from 'lit'
import type { Labels } from '../../../kernel/schema/common.ts'

export interface LabelClick {
  readonly key: string
  readonly value: string
}

export function labelChips(labels: Labels): TemplateResult | string {
  const pairs = Object.entries(labels)
  if (pairs.length === 0) return '-'
  return html`<span class="chips"
    >${pairs.map(([key, value]) => {
      const text = value === '' ? key : `${key}=${value}`
      return html`<button class="chip" title="Only with ${text}" @click=${(event: Event) => click(event, { key, value })}>${text}</button>`
    })}</span
  >`
}

const click = (event: Event, detail: LabelClick): void =>
  void event.currentTarget?.dispatchEvent(new CustomEvent<LabelClick>('label-click', { detail, bubbles: true, composed: true }))
