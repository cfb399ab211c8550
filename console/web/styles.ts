/** Styles that several elements share; colours come from console.css, through the shadow of each. */
import { css } from 'lit'

const type = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.15em;
  }
  h1 {
    margin: 0 0 0.5rem;
    font-size: 1.45rem;
    line-height: 1.25;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  h1 small {
    margin-inline-start: 0.35rem;
    font-weight: 500;
    font-size: 0.65em;
    vertical-align: 0.1em;
  }
  h2 {
    margin: 1.75rem 0 0.6rem;
    font-size: 1.05rem;
  }
  h3 {
    margin: 1.25rem 0 0.4rem;
    font-size: 0.95rem;
  }
  code,
  pre {
    /* What a computer reads goes from left to right. */
    direction: ltr;
    font: 0.92em/1.5 var(--mono);
    unicode-bidi: isolate;
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
  dl {
    display: grid;
    grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr);
    gap: 0.35rem 1.25rem;
    margin: 0;
  }
  dt {
    color: var(--muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
`

const controls = css`
  input,
  select,
  textarea,
  button,
  .button {
    box-sizing: border-box;
    min-height: 2.25rem;
    padding: 0.3rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: inherit;
    font: inherit;
  }
  input,
  select,
  textarea {
    max-width: 100%;
    border-color: var(--muted);
  }
  input[type='checkbox'],
  input[type='radio'] {
    min-height: 0;
    accent-color: var(--accent);
  }
  input[aria-invalid='true'] {
    border-color: var(--bad);
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    cursor: pointer;
    font-weight: 500;
    text-decoration: none;
    white-space: nowrap;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--muted);
    background: var(--raised);
  }
  button:disabled {
    cursor: default;
    opacity: 0.55;
  }
  button[data-kind='primary'],
  .button[data-kind='primary'] {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  button[data-kind='primary']:hover:not(:disabled),
  .button[data-kind='primary']:hover {
    border-color: var(--text);
    background: var(--accent);
  }
  button[data-tone='danger'] {
    border-color: var(--bad);
    color: var(--bad);
  }
  /* Would be refused: it says why when asked. */
  button[data-refused] {
    border-style: dashed;
    color: var(--muted);
  }
  button[data-kind='quiet'],
  .button[data-kind='quiet'] {
    border-color: transparent;
    background: none;
  }
  /* Its parts are stopped at one by one. */
  input[type='datetime-local']:focus-within,
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
`

const tones = css`
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
  .unconfirmed {
    color: var(--muted);
    font-style: italic;
    font-weight: 400;
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    white-space: nowrap;
  }
  .status::before {
    width: 0.5rem;
    height: 0.5rem;
    border-radius: 50%;
    background: currentcolor;
    content: '';
  }
`

const layout = css`
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding-block: 0.4rem;
    padding-inline: 0 1rem;
    border-block-end: 1px solid var(--line);
    text-align: start;
    vertical-align: baseline;
  }
  tbody th {
    font-weight: 500;
  }
  thead th {
    color: var(--muted);
    font-weight: 600;
    font-size: 0.9em;
  }
  .scroll {
    /* What is hidden in it stays in it. */
    position: relative;
    overflow: auto;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }
  .between {
    justify-content: space-between;
  }
  .card {
    padding: 1rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .card > :first-child {
    margin-block-start: 0;
  }
  .card > :last-child {
    margin-block-end: 0;
  }
  .chip {
    display: inline-block;
    padding: 0.05rem 0.5rem;
    border-radius: 1rem;
    background: var(--raised);
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  .tabs {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    margin-block: 1.25rem 1rem;
    border-block-end: 1px solid var(--line);
  }
  .tabs a {
    padding-block: 0.4rem;
    border-block-end: 2px solid transparent;
    color: inherit;
    text-decoration: none;
  }
  .tabs a[aria-current] {
    border-color: var(--accent);
    color: var(--accent);
    font-weight: 600;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

export const shared = [type, controls, tones, layout]

/** Of the pages for people who are not signed in. */
export const formPage = css`
  :host {
    max-width: 22rem;
    margin: 12vh auto 0;
    padding: 0 1rem;
  }
  label {
    display: block;
    margin-block-start: 1rem;
    font-weight: 500;
  }
  input {
    display: block;
    width: 100%;
    margin-block-start: 0.25rem;
  }
  button {
    margin-block-start: 1.25rem;
  }
`
