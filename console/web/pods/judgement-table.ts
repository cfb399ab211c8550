/** What every plugin says of every node, as a table: the chosen one first, then by points, then those that are refused. */
import { css, html, type TemplateResult } from 'lit'
import { judgementOf, type Cell, type Explanation, type Row } from './explanation.ts'

/** More rows than anybody reads; the sentence counts them all. */
const ROWS_MAX = 200

export const judgementStyles = css`
  td {
    min-width: 6rem;
    max-width: 16rem;
  }
  tr[data-mark='chosen'] th {
    color: var(--good);
    font-weight: 600;
  }
`

export function judgementTable(explanation: Explanation): TemplateResult {
  const { plugins, rows } = judgementOf(explanation)
  if (rows.length === 0) return html`<p>There is no node.</p>`
  const left = rows.length - ROWS_MAX
  return html`
    <div class="scroll" role="region" aria-label="Nodes and what each plugin says of them" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Node</th>
            <th>Points</th>
            ${plugins.map((plugin) => html`<th>${plugin}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, ROWS_MAX).map(rowOf)}
        </tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="muted">${left} more nodes are not shown.</p>` : ''}
  `
}

const rowOf = ({ node, total, mark, cells }: Row) =>
  html`<tr data-mark=${mark}>
    <th scope="row">${node}${mark === '' ? '' : ` (${mark})`}</th>
    <td>${total ?? 'refused'}</td>
    ${cells.map(cellOf)}
  </tr>`

const cellOf = ({ is, text }: Cell) => html`<td>${is === 'refused' ? html`<span data-tone="bad">${text}</span>` : text}</td>`
