/** How boxes that stand on several pages look: a question over the page, and a form with its outcome beside it. */
import { css } from 'lit'

export const dialogStyles = css`
  dialog {
    box-sizing: border-box;
    width: min(34rem, calc(100vw - 2rem));
    padding: 1.25rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
    color: inherit;
  }
  dialog::backdrop {
    background: rgb(10 12 18 / 45%);
  }
  h2 {
    margin: 0 0 0.5rem;
  }
`

/** What is aside stays in sight while the form is filled in; where there is no room for both, it is put among the rest. */
export const halvesStyles = css`
  .halves {
    display: grid;
    grid-template-columns: minmax(0, 34rem) minmax(0, 40rem);
    gap: 1.5rem 2.5rem;
    align-items: start;
  }
  .aside {
    position: sticky;
    inset-block-start: 4rem;
  }
  @media (max-width: 70rem) {
    .halves {
      grid-template-columns: minmax(0, 1fr);
    }
    .aside {
      position: static;
    }
  }
`
