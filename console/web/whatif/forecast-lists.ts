/** A forecast in words: who would go where, and who would wait and why. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Forecast } from './forecast.ts'

/** More than anybody reads; the sentence above counts them all. */
const SHOWN_MAX = 200

export function forecastLists({ moves, pending, evicted }: Forecast): TemplateResult {
  const found = new Set([...moves, ...pending].map(({ pod }) => pod))
  const lost = evicted.filter(({ pod }) => !found.has(pod))
  return html`
    ${list('Would go', moves, ({ pod, from, to, reason }) => html`${pod}: ${from ?? 'no node'} → ${to}${reason === 'Scheduled' ? '' : ` (${reason})`}`)}
    ${list('Would wait', pending, ({ pod, reason }) => html`${pod}: ${reason}`)}
    ${list('Would be evicted', lost, ({ pod, from, reason }) => html`${pod} from ${from}: ${reason}`)}
    ${moves.length + pending.length + lost.length === 0 ? html`<p>Nothing would change.</p>` : nothing}
  `
}

const list = <T>(title: string, items: readonly T[], show: (item: T) => TemplateResult): TemplateResult | typeof nothing =>
  items.length === 0
    ? nothing
    : html`<h2>${title} (${items.length})</h2>
        <ol>
          ${items.slice(0, SHOWN_MAX).map((item) => html`<li>${show(item)}</li>`)}
        </ol>
        ${items.length > SHOWN_MAX ? html`<p class="muted">and ${items.length - SHOWN_MAX} more</p>` : nothing}`
