/** The views of an object, as links: which one is shown stands in the address. */
import { html, nothing, type TemplateResult } from 'lit'

export interface Tabs {
  /** Of what: "this pod". */
  readonly of: string
  readonly views: readonly (readonly [view: string, name: string])[]
  readonly current: string
  readonly address: (view: string) => string
}

export function tabs({ of, views, current, address }: Tabs): TemplateResult {
  const links = views.map(([view, name]) => html`<a href=${address(view)} aria-current=${view === current ? 'page' : nothing}>${name}</a>`)
  return html`<nav class="tabs" aria-label="Of ${of}">${links}</nav>`
}
