/** Styles that several elements share; colours come from console.css, through the shadow of each. */
import { css } from 'lit'

export const shared = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  a {
    color: var(--accent);
  }
  h1 {
    margin: 0 0 0.5rem;
    font-size: 1.5rem;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 1.5rem 0 0.5rem;
    font-size: 1.1rem;
  }
  input,
  select,
  button {
    box-sizing: border-box;
    min-height: 2.25rem;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
    background: var(--raised);
    color: inherit;
    font: inherit;
  }
  button {
    cursor: pointer;
  }
  button[data-tone='danger'] {
    border-color: var(--bad);
    color: var(--bad);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  code,
  pre {
    font:
      0.9em ui-monospace,
      monospace;
  }
  .muted {
    color: var(--muted);
  }
  [role='alert'] {
    color: var(--bad);
  }
  [role='alert']:empty {
    display: none;
  }
  [data-tone='good'] {
    color: var(--good);
  }
  [data-tone='busy'] {
    color: var(--busy);
  }
  [data-tone='bad'] {
    color: var(--bad);
  }
  [data-tone='still'] {
    color: var(--still);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.25rem 0.75rem 0.25rem 0;
    border-bottom: 1px solid var(--line);
    text-align: start;
    vertical-align: top;
  }
  dl {
    display: grid;
    grid-template-columns: minmax(6rem, max-content) 1fr;
    gap: 0.25rem 1rem;
    margin: 0;
  }
  dt {
    color: var(--muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .scroll {
    overflow: auto;
  }
`

/** Of the pages for people who are not signed in. */
export const formPage = css`
  :host {
    max-width: 24rem;
    margin: 15vh auto 0;
    padding: 0 1rem;
  }
  label {
    display: block;
    margin-top: 1rem;
  }
  input {
    display: block;
    width: 100%;
  }
  button {
    margin-top: 1rem;
  }
`
