/** Fields that narrow a page down. What stands in them goes into the address once it is whole, and not letter by letter. */
import { css, html, type TemplateResult } from 'lit'
import { localTime, universalTime } from '../local-time.ts'

export interface FilterField {
  /** In the address. */
  readonly name: string
  readonly label: string
  readonly value: string
  readonly example?: string
  /** What is looked for most; others can be typed. */
  readonly suggestions?: readonly string[]
  readonly onChange: (query: Readonly<Record<string, string>>) => void
}

export const filterStyles = css`
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
    gap: 0.5rem 1rem;
    margin-block-end: 0.75rem;
  }
  .filters label {
    display: block;
    font-weight: 500;
  }
  .filters input {
    width: 100%;
  }
  .filters + copy-text {
    margin-block-end: 0.75rem;
  }
`

export const filterField = ({ name, label, value, example = '', suggestions = [], onChange }: FilterField): TemplateResult =>
  html`<div>
    <label for=${name}>${label}</label>
    <input
      id=${name}
      list="${name}-list"
      autocomplete="off"
      spellcheck="false"
      placeholder=${example}
      .value=${value}
      @change=${(event: Event) => onChange({ [name]: valueOf(event).trim() })}
    />
    <datalist id="${name}-list">${suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>
  </div>`

export function timeField({ name, label, value, onChange }: FilterField): TemplateResult {
  const change = (event: Event): void => {
    const time = universalTime(valueOf(event))
    if (time !== undefined) onChange({ [name]: time })
  }
  return html`<div>
    <label for=${name}>${label}</label>
    <input id=${name} type="datetime-local" .value=${localTime(value)} @change=${change} />
  </div>`
}

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value
