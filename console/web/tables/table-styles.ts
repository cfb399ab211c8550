/** Of <data-table>. All rows are equally high, so that where one is needs no measuring. */
import { css } from 'lit'

export const ROW_PX = 36

export const tableStyles = css`
  .scroll {
    max-height: 75vh;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  th {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--raised);
    white-space: nowrap;
  }
  th button {
    min-height: 0;
    padding: 0;
    border: none;
    background: none;
    font-weight: 600;
  }
  th,
  td {
    padding-inline-start: 0.75rem;
  }
  .box {
    width: 1rem;
    padding-inline-end: 0;
  }
  tbody td {
    box-sizing: border-box;
    height: ${ROW_PX}px;
    max-width: 24rem;
    padding-block: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    vertical-align: middle;
  }
  tbody tr:hover td {
    background: var(--raised);
  }
  tr[data-selected] td {
    background: var(--tint);
  }
  tr[data-unconfirmed] td {
    color: var(--muted);
    font-style: italic;
  }
  tr.space td {
    height: auto;
    padding: 0;
    border: none;
  }
  .chips {
    display: inline-flex;
    gap: 0.3rem;
    vertical-align: middle;
  }
  .chip {
    min-height: 0;
    padding: 0.05rem 0.5rem;
    border: 1px solid transparent;
    border-radius: 1rem;
    background: var(--raised);
    font-weight: 400;
  }
  /* What a row is about stays in view while the rest is moved sideways. */
  @media (max-width: 48rem) {
    [data-key='name'] {
      position: sticky;
      inset-inline-start: 0;
      max-width: 9.5rem;
      background: var(--surface);
    }
    th[data-key='name'] {
      z-index: 2;
      background: var(--raised);
    }
  }
`
