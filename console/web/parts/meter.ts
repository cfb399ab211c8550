/** How much of something is taken, as a bar and in words. */
import { html, type TemplateResult } from 'lit'
import { styleMap } from 'lit/directives/style-map.js'

export interface Metered {
  readonly name: string
  readonly used: number
  readonly of: number
  readonly unit?: string
  /** Full is how it should be. */
  readonly isGoal?: boolean
}

/** From here on somebody should look. */
const NEARLY_FULL = 0.9

export function meter({ name, used, of, unit = '', isGoal = false }: Metered): TemplateResult {
  const share = of === 0 ? Number(used > 0) : Math.min(1, used / of)
  const bar = { width: `${Math.round(share * 100)}%`, background: colourOf(share, isGoal) }
  return html`<div>
    <div style="display: flex; justify-content: space-between; gap: 1rem">
      <span>${name}</span><span class="muted">${used} of ${of}${unit === '' ? '' : ` ${unit}`}</span>
    </div>
    <div
      style="height: 0.4rem; margin-block-start: 0.25rem; border-radius: 1rem; background: var(--raised); overflow: hidden"
      aria-hidden="true"
    >
      <div style=${styleMap({ ...bar, height: '100%' })}></div>
    </div>
  </div>`
}

function colourOf(share: number, isGoal: boolean): string {
  if (isGoal) return share >= 1 ? 'var(--good)' : 'var(--busy)'
  return share >= NEARLY_FULL ? 'var(--bad)' : 'var(--accent)'
}
