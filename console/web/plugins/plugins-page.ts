/**
 * <plugins-page .cluster=${cluster}></plugins-page>
 * The plugins of the server: where each is from, what it taps, how it stands. Those from outside can be enabled and disabled. Asked
 * for anew with each event of a plugin.
 */
import { html, type TemplateResult } from 'lit'
import { AnswerTo } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { shellWord } from '../format.ts'
import '../parts/action-button.ts'
import type { Action } from '../parts/action.ts'
import { pluginsChangedAt } from '../plugin-events.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'

/** A row of plugins.list. */
interface PluginRow {
  readonly name: string
  readonly source: string
  readonly state: 'enabled' | 'disabled' | 'quarantined' | 'failed'
  readonly reason: string | null
  readonly hooks: readonly string[]
  readonly scores: readonly string[]
  readonly measured: {
    readonly calls: number
    readonly ms: number
    readonly threw: number
    readonly nonsense: number
    readonly slow: number
  } | null
}

const BUILT_IN = 'built-in'
const TONES = { enabled: 'good', disabled: 'still', quarantined: 'bad', failed: 'bad' } as const

export class PluginsPage extends StateElement {
  static override styles = shared
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster
  readonly #answer = new AnswerTo<{ readonly items: readonly PluginRow[] }>()

  override render(): TemplateResult {
    const state = this.#answer.of(pluginsChangedAt(this.cluster), () => this.cluster.ask('plugins.list', {}))
    if (state.is === 'waiting')
      return html`<h1>Plugins</h1>
        <p role="status">Loading</p>`
    if (state.is === 'failed')
      return html`<h1>Plugins</h1>
        <p role="alert">${state.detail}</p>`
    const { items } = state.value
    const outside = items.filter(({ source }) => source !== BUILT_IN)
    return html`
      <h1>Plugins</h1>
      <h2>From outside</h2>
      ${outside.length === 0 ? none : this.#table(outside, 'Plugins from outside')}
      <h2>Built in</h2>
      ${this.#table(
        items.filter(({ source }) => source === BUILT_IN),
        'Built-in plugins',
      )}
    `
  }

  #table(rows: readonly PluginRow[], label: string): TemplateResult {
    return html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>State</th>
            <th>Taps</th>
            <th>Scores as</th>
            <th>Calls</th>
            <th>Faults</th>
            <th>From</th>
            <th><span class="hidden">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => this.#row(row))}
        </tbody>
      </table>
    </div>`
  }

  #row(row: PluginRow): TemplateResult {
    const { name, source, state, reason, hooks, scores, measured } = row
    return html`<tr>
      <th scope="row">${name}</th>
      <td>
        <span class="status" data-tone=${TONES[state]}>${state}</span>${reason === null ? '' : html`<div class="muted">${reason}</div>`}
      </td>
      <td>${hooks.join(', ')}</td>
      <td>${scores.join(', ')}</td>
      <td>${measured ? `${measured.calls}, ${measured.ms.toFixed(1)} ms` : ''}</td>
      <td>${measured ? faultsOf(measured) : ''}</td>
      <td>${source}</td>
      <td>${source === BUILT_IN ? '' : html`<action-button .action=${turn(row)} .cluster=${this.cluster}></action-button>`}</td>
    </tr>`
  }
}
customElements.define('plugins-page', PluginsPage)

const none = html`<p>
  There is none. A file in the plugins folder is enabled as soon as it is there; from a terminal: <code>npx stark plugin init NAME</code>
</p>`

const faultsOf = ({ threw, nonsense, slow }: NonNullable<PluginRow['measured']>): string =>
  [threw > 0 ? `${threw} threw` : '', nonsense > 0 ? `${nonsense} made no sense` : '', slow > 0 ? `${slow} slow` : '']
    .filter(Boolean)
    .join(', ') || '0'

function turn({ name, state }: PluginRow): Action {
  const enabling = { operation: 'plugins.enable', input: { name }, done: `Plugin ${name} is enabled` }
  const disabling = { operation: 'plugins.disable', input: { name }, done: `Plugin ${name} is disabled` }
  if (state === 'enabled')
    return {
      ...disabling,
      label: 'Disable',
      consequence: `The cluster decides without ${name} from now on, over restarts too, until somebody enables it.`,
      command: `npx stark plugin disable ${shellWord(name)}`,
      undo: { steps: [enabling], done: enabling.done },
    }
  return {
    ...enabling,
    label: 'Enable',
    consequence: `The cluster decides with ${name} from now on${state === 'quarantined' ? ': it gets another chance' : ''}.`,
    command: `npx stark plugin enable ${shellWord(name)}`,
    ...(state === 'disabled' ? { undo: { steps: [disabling], done: disabling.done } } : {}),
  }
}
