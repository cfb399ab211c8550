/** Times as people want them: how long ago, with the exact one when pointed at, kept current. */
import { shallowRef } from '@vue/reactivity'
import { html, type TemplateResult } from 'lit'
import type { ShownColumn } from './tables/data-table.ts'
import { ago, duration } from './format.ts'

const TICK_MS = 10_000

const now = shallowRef(Date.now())
setInterval(() => (now.value = Date.now()), TICK_MS)

/** Followed by the element that shows it. @param time RFC 3339 */
export function since(time: string | null): TemplateResult | string {
  if (time === null) return '-'
  // What has just come is newer than the last tick.
  return html`<time datetime=${time} title=${new Date(time).toLocaleString()}
    >${ago(time, Math.max(now.value, Date.parse(time)))} ago</time
  >`
}

/** Of what is still to come. @param time RFC 3339 */
export function until(time: string): TemplateResult {
  const left = Date.parse(time) - now.value
  const text = left > 0 ? `in ${duration(left)}` : 'over'
  return html`<time datetime=${time} title=${new Date(time).toLocaleString()}>${text}</time>`
}

export const sinceColumn: ShownColumn<{ readonly createdAt: string }> = {
  key: 'created',
  head: 'Created',
  value: ({ createdAt }) => createdAt,
  show: ({ createdAt }) => since(createdAt),
}
