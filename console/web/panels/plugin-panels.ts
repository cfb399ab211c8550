/**
 * <plugin-panels kind="nodes" .record=${node} .cluster=${cluster}></plugin-panels>
 * What plugins add to the page of an object, also while it is shown. Each gets the object and the cluster as properties, and both anew when they change.
 */
import { css, html, nothing, type TemplateResult } from 'lit'
import type { Cluster } from '../cluster.ts'
import { pluginsChangedAt } from '../plugin-events.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { panels, stateOf, type PanelInfo } from './panels.ts'

interface PanelElement extends HTMLElement {
  record?: object
  cluster?: Cluster
}

export class PluginPanels extends StateElement {
  static override styles = [
    shared,
    css`
      section {
        margin-block-start: 1.5rem;
      }
      h2 {
        margin-block-start: 0;
      }
    `,
  ]
  static override properties = { kind: {}, record: { attribute: false }, cluster: { attribute: false } }
  declare kind: 'nodes' | 'pods'
  declare record: object
  declare cluster: Cluster
  readonly #elements = new Map<string, PanelElement>()

  override render() {
    return html`${panels(pluginsChangedAt(this.cluster))
      .filter(({ on }) => on.includes(this.kind))
      .map((panel) => this.#panel(panel))}`
  }

  #panel(panel: PanelInfo): TemplateResult {
    const state = stateOf(panel)
    return html`<section class="card" aria-label=${panel.title}>
      <h2>${panel.title}</h2>
      ${state === 'loading' ? html`<p role="status">Loading</p>` : nothing}
      ${state === 'failed' ? html`<p role="alert">The plugin's panel ${panel.element} cannot be shown.</p>` : nothing}
      ${state === 'there' ? this.#element(panel) : nothing}
    </section>`
  }

  #element({ element }: PanelInfo): PanelElement {
    const made: PanelElement = this.#elements.get(element) ?? document.createElement(element)
    this.#elements.set(element, made)
    made.cluster = this.cluster
    made.record = this.record
    return made
  }
}
customElements.define('plugin-panels', PluginPanels)
