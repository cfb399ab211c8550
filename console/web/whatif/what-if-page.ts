/**
 * <what-if-page .cluster=${cluster} .navigation=${navigation}></what-if-page>
 * What would be if: steps that stand in the address are tried on a copy of the cluster, the map shows who would move where, and what
 * can be done is done with one button, after asking.
 */
import { css, html, nothing, type TemplateResult } from 'lit'
import type { Node } from '../../../kernel/schema/node.ts'
import { AnswerTo } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { counted } from '../load.ts'
import '../map/map-canvas.ts'
import type { MapTarget } from '../map/map-canvas.ts'
import type { Navigation } from '../navigation.ts'
import { nodeAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import '../tables/bulk-dialog.ts'
import type { BulkDialog } from '../tables/bulk-dialog.ts'
import { arrowsOf, type Forecast } from './forecast.ts'
import './step-form.ts'
import { actionOf, addedBy, inputOf, lostBy, sentenceOf, stepsOf, type Step } from './steps.ts'
import { forecastLists } from './forecast-lists.ts'

export class WhatIfPage extends StateElement {
  static override styles = [
    shared,
    css`
      .steps {
        margin-block: 0.75rem;
        padding: 0;
        list-style: none;
      }
      .steps li {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
      }
      .steps button {
        min-height: 1.75rem;
        padding: 0 0.4rem;
      }
      .sides {
        display: grid;
        grid-template-columns: minmax(0, 3fr) minmax(18rem, 2fr);
        gap: 1rem;
        margin-block-start: 1rem;
      }
      map-canvas {
        height: max(24rem, calc(100dvh - 19rem));
      }
      ol {
        max-height: 40vh;
        margin: 0;
        padding-inline-start: 1.5rem;
        overflow: auto;
        overflow-wrap: anywhere;
      }
      @media (max-width: 60rem) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ]
  static override properties = { cluster: { attribute: false }, navigation: { attribute: false } }
  declare cluster: Cluster
  declare navigation: Navigation
  readonly #answer = new AnswerTo<Forecast>()
  #asked: readonly object[] = []
  #tries = 0

  override render() {
    const { cluster } = this
    if (!cluster.hasLoaded('nodes'))
      return html`<h1>What if</h1>
        <p role="status">Loading</p>`
    const steps = this.#steps()
    return html`
      <h1>What if</h1>
      <step-form .cluster=${cluster} @add-step=${({ detail }: CustomEvent<Step>) => this.#put([...steps, detail])}></step-form>
      ${steps.length === 0 ? html`<p class="muted">Nothing is changed before you say so: each step is tried on a copy of the cluster.</p>` : this.#forecast(steps)}
    `
  }

  #steps(): readonly Step[] {
    return stepsOf(this.navigation.route.query['steps'] ?? '')
  }

  #put(steps: readonly Step[]): void {
    this.navigation.refine({ steps: steps.length === 0 ? '' : JSON.stringify(steps) })
  }

  #forecast(steps: readonly Step[]): TemplateResult {
    const nodes = [...this.cluster.raw('nodes').values()]
    const key = `${this.#tries} ${JSON.stringify(steps)}`
    this.#asked = inputOf(steps, nodes)
    const state = this.#answer.of(key, () => this.cluster.ask<Forecast>('cluster.whatif', { steps: this.#asked }))
    return html`
      <ul class="row steps" aria-label="Steps">
        ${steps.map((step, index) =>
          this.#step(
            step,
            steps.filter((_, each) => each !== index),
          ),
        )}
      </ul>
      ${state.is === 'waiting' ? html`<p role="status">Trying it</p>` : nothing}
      ${state.is === 'failed' ? html`<p role="alert">${state.detail}</p>` : nothing}
      ${state.is === 'there' ? this.#outcome(steps, state.value, nodes) : nothing}
    `
  }

  #step(step: Step, without: readonly Step[]): TemplateResult {
    const sentence = sentenceOf(step)
    return html`<li class="chip">
      ${sentence}
      <button data-kind="quiet" aria-label="Take back: ${sentence}" @click=${() => this.#put(without)}>✕</button>
    </li>`
  }

  #outcome(steps: readonly Step[], forecast: Forecast, nodes: readonly Node[]): TemplateResult {
    const added = steps.flatMap((step) => (step.op === 'add' ? addedBy(step, nodes).map(wouldBe) : []))
    const ids = new Map([...nodes, ...added].map(({ name, id }) => [name, id]))
    const { moves, pending, evicted } = forecast
    const moving = `${counted(moves.length, 'pod')} would move or find a place`
    const waiting = `${counted(pending.length, 'pod')} would wait`
    const leaving = `${counted(evicted.length, 'pod')} would be evicted`
    return html`
      <p role="status">${moving}; ${waiting}; ${leaving}.</p>
      <div class="row">
        ${this.#doing(steps)}
        <button @click=${() => this.#again()}>Try again</button>
      </div>
      <div class="sides">
        <map-canvas
          by="zone"
          .cluster=${this.cluster}
          .added=${added}
          .lost=${lostBy(steps, nodes)}
          .arrows=${arrowsOf(forecast, (name) => ids.get(name))}
          @map-open=${({ detail }: CustomEvent<MapTarget | undefined>) => detail && this.navigation.go(nodeAddress(detail.nodeId))}
        ></map-canvas>
        <div>${forecastLists(forecast)}</div>
      </div>
      <bulk-dialog noun="step" .cluster=${this.cluster} @carried-out=${() => this.#put([])}></bulk-dialog>
    `
  }

  /** Nodes are lost and added by the world alone. */
  #doing(steps: readonly Step[]): TemplateResult {
    const parts = steps.flatMap((step) => {
      const action = actionOf(step)
      return action ? [{ name: sentenceOf(step), action }] : []
    })
    if (parts.length < steps.length)
      return html`<span class="muted">Nodes that are lost or added cannot be had from here, so there is nothing to carry out.</span>`
    const isDangerous = parts.some(({ action }) => action.isDangerous)
    const bulk = { label: 'Carry out', parts, others: 0, isDangerous }
    const open = () => void this.renderRoot.querySelector<BulkDialog>('bulk-dialog')?.open(bulk)
    return html`<button data-kind="primary" aria-haspopup="dialog" @click=${open}>Carry it out</button>`
  }

  /** The cluster may be another by now. */
  #again(): void {
    this.#tries += 1
    this.requestUpdate()
  }
}
customElements.define('what-if-page', WhatIfPage)

/** As the map takes it. */
const wouldBe = (added: ReturnType<typeof addedBy>[number]): Node => ({
  ...added,
  id: `added:${added.name}`,
  status: 'online',
  lastHeartbeat: null,
  annotations: {},
  unschedulable: false,
  trusted: false,
  registeredBy: null,
  incarnation: 0,
  createdAt: '',
  updatedAt: '',
  resourceVersion: 0,
})
