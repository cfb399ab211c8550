/**
 * <charts-page .cluster=${cluster}></charts-page>
 * The last ten minutes as this tab saw them: pods by state, what they ask for, how long they waited for a node, and restarts.
 */
import { css, html } from 'lit'
import type { Cluster } from '../cluster.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import './live-chart.ts'
import type { SeriesName } from './recorder.ts'
import type { Line } from './summary.ts'

type Drawn = readonly (readonly [SeriesName, string, Line['tone']])[]
const CHARTS: readonly { readonly name: string; readonly unit: string; readonly drawn: Drawn }[] = [
  {
    name: 'Pods',
    unit: '',
    drawn: [
      ['good', 'running', 'good'],
      ['busy', 'on the way', 'busy'],
      ['bad', 'in trouble', 'bad'],
      ['still', 'ended', 'still'],
    ],
  },
  {
    name: 'Asked for, of all nodes',
    unit: '%',
    drawn: [
      ['cpu', 'CPU', 'accent'],
      ['memory', 'memory', 'good'],
      ['pods', 'pods', 'busy'],
    ],
  },
  {
    name: 'From creation to a node',
    unit: 'ms',
    drawn: [
      ['p50', 'half of the pods within', 'accent'],
      ['p95', '95 % within', 'busy'],
    ],
  },
  { name: 'Restarts a second', unit: '', drawn: [['restarts', 'restarts', 'bad']] },
]

export class ChartsPage extends StateElement {
  static override styles = [
    shared,
    css`
      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
        gap: 1rem;
      }
    `,
  ]
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster

  override render() {
    const { recorder } = this.cluster
    if (recorder.count === 0)
      return html`<h1>Charts</h1>
        <p role="status">The first sample comes within a second.</p>`
    const times = recorder.times()
    return html`
      <h1>Charts</h1>
      <p class="muted">Since this page was opened, ten minutes at most.</p>
      <div class="charts">
        ${CHARTS.map(({ name, unit, drawn }) => {
          const lines = drawn.map(([series, line, tone]): Line => ({ name: line, tone, values: recorder.series(series) }))
          return html`<live-chart name=${name} unit=${unit} .times=${times} .lines=${lines}></live-chart>`
        })}
      </div>
    `
  }
}
customElements.define('charts-page', ChartsPage)
