/** How the fields of a form stand. */
import { css } from 'lit'

export const formStyles = css`
  .field {
    margin-block-end: 0.9rem;
  }
  label,
  .label {
    display: block;
    margin-block-end: 0.2rem;
    font-weight: 500;
  }
  label.beside {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    margin-inline-end: 1rem;
    font-weight: 400;
  }
  input:not([type='checkbox']),
  select,
  textarea {
    width: 100%;
  }
  input[type='number'] {
    max-width: 14rem;
  }
  .hidden-lines {
    -webkit-text-security: disc;
  }
  .help,
  .error {
    margin: 0.2rem 0 0;
    font-size: 0.9em;
  }
  .error {
    color: var(--bad);
  }
  details {
    margin-block-end: 0.9rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  details[open] > summary {
    margin-block-end: 0.75rem;
  }
  summary {
    cursor: pointer;
    font-weight: 500;
  }
  fieldset {
    margin: 0 0 0.75rem;
    padding: 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
`
