/**
 * <priority-classes .cluster=${cluster}></priority-classes>
 * The priority classes, live, highest first; those that somebody made can be deleted.
 */
import { html, type TemplateResult } from 'lit'
import type { PriorityClass } from '../../../kernel/schema/cluster.ts'
import type { Cluster } from '../cluster.ts'
import { shellWord } from '../format.ts'
import '../parts/action-button.ts'
import type { Action } from '../parts/action.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

const BUILT_IN: readonly string[] = [
  'system-node-critical',
  'system-cluster-critical',
  'high-priority',
  'default',
  'low-priority',
  'best-effort',
]

export class PriorityClasses extends StateElement {
  static override styles = shared
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster

  override render(): TemplateResult {
    const { cluster } = this
    const refusal = cluster.refusalOf('priorityClasses')
    if (refusal !== undefined) return html`<p role="alert">${refusal}</p>`
    if (!cluster.hasLoaded('priorityClasses')) return html`<p role="status">Loading</p>`
    const classes = [...cluster.all('priorityClasses').values()].toSorted((a, b) => b.value - a.value)
    return html`
      <div class="scroll" role="region" aria-label="Priority classes" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Name</th>
              <th>Value</th>
              <th>May evict others</th>
              <th>What it is for</th>
              <th><span class="hidden">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${classes.map((each) => this.#row(each))}
          </tbody>
        </table>
      </div>
      <p><action-button .action=${createClass} .cluster=${cluster}></action-button></p>
    `
  }

  #row(each: PriorityClass): TemplateResult {
    const { name, value, preemptionPolicy, description, globalDefault } = each
    return html`<tr>
      <th scope="row">${name}${globalDefault ? ' (unless told)' : ''}</th>
      <td>${value}</td>
      <td>${preemptionPolicy === 'Never' ? 'no' : 'yes'}</td>
      <td>${description}</td>
      <td>${BUILT_IN.includes(name) ? '' : html`<action-button .action=${removeClass(each)} .cluster=${this.cluster}></action-button>`}</td>
    </tr>`
  }
}
customElements.define('priority-classes', PriorityClasses)

const createClass: Action = {
  label: 'Create a priority class',
  operation: 'priorityClasses.create',
  input: {},
  consequence: 'Pods of a higher class are placed first, and may evict those of lower ones.',
  command: (filled) => `npx stark priority create --input ${shellWord(JSON.stringify(filled))}`,
  done: 'The priority class is there',
  form: { value: {} },
}

const removeClass = ({ name }: PriorityClass): Action => ({
  label: 'Delete',
  operation: 'priorityClasses.delete',
  input: { name },
  consequence: `No more pods can be made with the class ${name}. Those that there are keep their priority.`,
  command: `npx stark priority delete ${shellWord(name)}`,
  done: `The class ${name} is deleted`,
  isDangerous: true,
})
