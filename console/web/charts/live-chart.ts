/**
 * <live-chart name="Pods" unit="%" .times=${times} .lines=${[{ name: 'running', tone: 'good', values }]}></live-chart>
 * Lines over time that grow while one looks. What they say is also there in words, and as a table of each minute.
 */
import { css, html, LitElement, unsafeCSS, type PropertyValues } from 'lit'
import UPlot from 'uplot'
import styles from 'uplot/dist/uPlot.min.css'
import { shared } from '../styles.ts'
import { minutesOf, summaryOf, textOf, type Line } from './summary.ts'

const HEIGHT_PX = 200
const TIME_SPACE_PX = 90
/** Nothing is half a pod. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]
const TOP_MIN = 4
/** Less than a minute is drawn as the end of one, so that a chart that begins grows from the right. */
const SECONDS_MIN = 60

export class LiveChart extends LitElement {
  static override styles = [
    shared,
    unsafeCSS(styles),
    css`
      h2 {
        margin: 0;
      }
      p {
        margin: 0.25rem 0 0.5rem;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .swatch {
        display: inline-block;
        width: 0.9rem;
        height: 0.2rem;
        margin-inline-end: 0.35rem;
        vertical-align: 0.25rem;
      }
      .plot {
        height: ${HEIGHT_PX}px;
        direction: ltr;
      }
    `,
  ]
  static override properties = { name: {}, unit: {}, times: { attribute: false }, lines: { attribute: false } }
  declare name: string
  declare unit: string
  /** Epoch seconds. */
  declare times: readonly number[]
  declare lines: readonly Line[]
  #plot: UPlot | undefined
  readonly #resized = new ResizeObserver(([entry]) => entry && this.#plot?.setSize({ width: entry.contentRect.width, height: HEIGHT_PX }))
  readonly #theme = new MutationObserver(() => this.#draw())

  constructor() {
    super()
    this.unit = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#theme.observe(document.documentElement, { attributes: true })
    if (this.hasUpdated) this.#draw()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#theme.disconnect()
    this.#resized.disconnect()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  override render() {
    const { name, lines, times, unit } = this
    return html`<section class="card" aria-label=${name}>
      <h2>${name}</h2>
      <p class="muted">${summaryOf(lines, unit)}</p>
      <div class="plot" aria-hidden="true"></div>
      <ul>
        ${lines.map((line) => html`<li><span class="swatch" style="background:var(--${line.tone})"></span>${line.name}</li>`)}
      </ul>
      <details>
        <summary>As a table</summary>
        <div class="scroll" role="region" aria-label="${name}, minute by minute" tabindex="0">
          <table>
            <thead>
              <tr>
                <th>At</th>
                ${lines.map((line) => html`<th>${line.name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${minutesOf(times).map(
                (index) =>
                  html`<tr>
                    <td>${timeOf(times[index] ?? 0)}</td>
                    ${lines.map(({ values }) => html`<td>${textOf(values[index], unit)}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>
    </section>`
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get('lines')
    if (!this.#plot || before?.length !== this.lines.length) this.#draw()
    else this.#plot.setData(this.#data())
  }

  #data(): UPlot.AlignedData {
    // What is not known is a gap.
    return [[...this.times], ...this.lines.map(({ values }) => values.map((value) => (Number.isNaN(value) ? null : value)))]
  }

  #draw(): void {
    const target = this.renderRoot.querySelector<HTMLElement>('.plot')
    if (!target || this.times.length === 0) return
    this.#plot?.destroy()
    this.#resized.observe(target)
    const style = getComputedStyle(this)
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
    const axis = { stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 } }
    const options: UPlot.Options = {
      width: target.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_plot, first, last) => [Math.min(first, last - SECONDS_MIN), last] },
        y: { range: (_plot, _least, most) => [0, Math.max(TOP_MIN, (most ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, space: TIME_SPACE_PX, values: (_plot, ticks) => ticks.map(timeOf) },
        { ...axis, size: 60, incrs: STEPS, values: (_plot, ticks) => ticks.map((tick) => textOf(tick, this.unit)) },
      ],
      series: [
        {},
        ...this.lines.map(({ name, tone }) => ({ label: name, stroke: colour(tone), width: 2, points: { show: false }, spanGaps: true })),
      ],
    }
    this.#plot = new UPlot(options, this.#data(), target)
  }
}
customElements.define('live-chart', LiveChart)

/** @param time epoch seconds */
const timeOf = (time: number): string => new Date(time * 1_000).toLocaleTimeString()
