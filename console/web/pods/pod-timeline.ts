/**
 * <pod-timeline .pod=${pod} .cluster=${cluster}></pod-timeline>
 * How a pod comes to run: accepted, scheduled, starting, running, each with its time, as it happens.
 */
import { css, html } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { PodEntries } from './pod-entries.ts'
import { durationText, stepsOf, type Step } from './timeline.ts'

export class PodTimeline extends StateElement {
  static override styles = [
    shared,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
        gap: 0.75rem 0;
        margin: 0 0 1.5rem;
        padding: 0;
        list-style: none;
      }
      li {
        padding-block-start: 0.6rem;
        padding-inline-end: 1rem;
        border-block-start: 3px solid var(--line);
      }
      li[data-state='done'] {
        border-color: var(--good);
      }
      li[data-state='next'] {
        border-color: var(--busy);
      }
      li[data-state='later'] {
        color: var(--muted);
      }
      strong {
        display: block;
        font-weight: 600;
      }
    `,
  ]
  static override properties = { pod: { attribute: false }, cluster: { attribute: false } }
  declare pod: Pod
  declare cluster: Cluster
  readonly #entries = new PodEntries()

  override render() {
    const state = this.#entries.of(this.pod.id, this.cluster)
    const steps = stepsOf(this.pod, state.is === 'there' ? state.value.items : [])
    return html`<ol aria-label="From accepted to running">
      ${steps.map((step) => stepItem(step))}
    </ol>`
  }
}
customElements.define('pod-timeline', PodTimeline)

const stepItem = ({ name, state, at, tookMs }: Step) =>
  html`<li data-state=${state} aria-current=${state === 'next' ? 'step' : 'false'}>
    <strong>${name}</strong>
    ${at === undefined ? (state === 'next' ? 'waiting' : '') : html`<time datetime=${at} title=${at}>${new Date(at).toLocaleTimeString()}</time>`}
    ${tookMs === undefined ? '' : html`<span class="muted">+${durationText(tookMs)}</span>`}
  </li>`
