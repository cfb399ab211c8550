/**
 * <step-form .cluster=${cluster}></step-form>
 * What could be the next step: which kind, and of what. Fires add-step with it.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import { collator } from '../map/grouping.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { ADDED_MAX, POLICIES, type Step } from './steps.ts'

const KINDS = [
  ['drain', 'drain a node'],
  ['remove', 'lose a node'],
  ['lose', 'lose a zone'],
  ['add', 'add nodes'],
  ['cordon', 'cordon a node'],
  ['policy', 'change the policy'],
] as const
type StepKind = (typeof KINDS)[number][0]

export class StepForm extends StateElement {
  static override styles = [
    shared,
    css`
      select,
      input {
        max-width: 16rem;
      }
      input[type='number'] {
        width: 5rem;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, kind: { state: true } }
  declare cluster: Cluster
  declare kind: StepKind

  constructor() {
    super()
    this.kind = 'drain'
  }

  override render() {
    return html`<form class="row" @submit=${(event: SubmitEvent) => this.#add(event)}>
      <label
        >What if we
        <select @change=${(event: Event) => (this.kind = (event.target as HTMLSelectElement).value as StepKind)}>
          ${KINDS.map(([kind, text]) => html`<option value=${kind} ?selected=${kind === this.kind}>${text}</option>`)}
        </select>
      </label>
      ${this.#of(this.kind)}
      <button type="submit">Try it</button>
    </form>`
  }

  #of(kind: StepKind): TemplateResult {
    if (kind === 'policy') return html`<label>to ${options('policy', POLICIES)}</label>`
    if (kind === 'lose') return html`<label>with ${options('pair', this.#pairs())}</label>`
    const names = [...this.cluster.nodes.values()].map(({ name }) => name).sort(collator.compare)
    const nodes = html`<input name="node" list="nodes" required autocomplete="off" placeholder="node" />
      <datalist id="nodes">${names.map((name) => html`<option value=${name}></option>`)}</datalist>`
    if (kind !== 'add') return html`<label>called ${nodes}</label>`
    return html`<label>as many as <input name="count" type="number" min="1" max=${ADDED_MAX} value="1" required /></label>
      <label>like ${nodes}</label>`
  }

  /** Labels that more than one node has, zones first. */
  #pairs(): readonly string[] {
    const counts = new Map<string, number>()
    for (const { labels } of this.cluster.nodes.values()) {
      for (const pair of Object.entries(labels)) counts.set(pair.join('='), (counts.get(pair.join('=')) ?? 0) + 1)
    }
    const isZone = (pair: string): boolean => /zone=/.test(pair)
    return [...counts.keys()]
      .filter((pair) => isZone(pair) || (counts.get(pair) ?? 0) > 1)
      .sort((a, b) => Number(isZone(b)) - Number(isZone(a)) || collator.compare(a, b))
  }

  #add(event: SubmitEvent): void {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    const text = (name: string): string => {
      const value = data.get(name)
      return typeof value === 'string' ? value : ''
    }
    this.dispatchEvent(new CustomEvent<Step>('add-step', { detail: this.#step(text) }))
    form.reset()
  }

  #step(text: (name: string) => string): Step {
    const { kind } = this
    if (kind === 'add') return { op: 'add', like: text('node'), count: Number(text('count')) }
    if (kind === 'policy') return { op: 'policy', policy: POLICIES.find((each) => each === text('policy')) ?? 'spread' }
    if (kind !== 'lose') return { op: kind, node: text('node') }
    const [label = '', ...value] = text('pair').split('=')
    return { op: 'lose', label, value: value.join('=') }
  }
}
customElements.define('step-form', StepForm)

const options = (name: string, values: readonly string[]) =>
  html`<select name=${name} required>
    ${values.map((value) => html`<option value=${value}>${value}</option>`)}
  </select>`
