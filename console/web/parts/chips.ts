/** Labels, a chip each. */
import { html, type TemplateResult } from 'lit'

export const chips = (labels: Readonly<Record<string, string>>): TemplateResult | string => {
  const pairs = Object.entries(labels)
  if (pairs.length === 0) return '-'
  return html`<span class="row"
    >${pairs.map(([name, value]) => html`<span class="chip">${value === '' ? name : `${name}=${value}`}</span>`)}</span
  >`
}
