/** How something went lately, as small as a word. */
import { html, svg, type TemplateResult } from 'lit'

const WIDTH_PX = 80
const HEIGHT_PX = 20

/** @param values 0 to 1, the oldest first */
export function sparkline(values: readonly number[], name: string): TemplateResult | string {
  const last = values[values.length - 1]
  if (last === undefined) return '-'
  const step = WIDTH_PX / Math.max(1, values.length - 1)
  const y = (value: number): number => HEIGHT_PX - 1 - Math.min(1, value) * (HEIGHT_PX - 2)
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`)
  const line = points.length === 1 ? [...points, `${WIDTH_PX},${y(last).toFixed(1)}`] : points
  const inPercent = (value: number): string => `${Math.round(100 * value)} %`
  const text = `${name}: ${inPercent(last)}, lately between ${inPercent(Math.min(...values))} and ${inPercent(Math.max(...values))}`
  return html`<svg role="img" aria-label=${text} width=${WIDTH_PX} height=${HEIGHT_PX} viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}">
    <title>${text}</title>
    ${svg`<polyline points=${line.join(' ')} fill="none" stroke="var(--accent)" stroke-width="1.5" stroke-linejoin="round"></polyline>`}
  </svg>`
}
