/** How the shell is laid out: the menu beside the page where there is room, and folded away where there is none. */
import { css } from 'lit'

export const shellStyles = css`
  .frame {
    display: grid;
    grid-template: auto 1fr / 13rem minmax(0, 1fr);
    grid-template-areas: 'header header' 'nav main';
    min-height: 100vh;
  }
  header {
    position: sticky;
    inset-block-start: 0;
    z-index: 2;
    grid-area: header;
    display: flex;
    align-items: center;
    gap: 0.35rem 0.75rem;
    padding: 0.4rem 1rem;
    border-block-end: 1px solid var(--line);
    background: var(--surface);
  }
  .brand {
    color: inherit;
    font-weight: 700;
    font-size: 1.1rem;
    letter-spacing: -0.02em;
    text-decoration: none;
  }
  .space {
    flex: 1;
  }
  .menu {
    display: none;
  }
  .narrow {
    display: none;
  }
  .find {
    min-height: 2rem;
    margin-inline-start: 0.75rem;
  }
  nav {
    grid-area: nav;
    position: sticky;
    inset-block-start: 3.1rem;
    align-self: start;
    box-sizing: border-box;
    max-height: calc(100vh - 3.1rem);
    padding: 0.75rem 0.6rem;
    overflow: auto;
  }
  nav h2 {
    margin: 0.9rem 0.6rem 0.25rem;
    color: var(--muted);
    font-weight: 600;
    font-size: 0.8rem;
  }
  nav ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  nav li a {
    display: block;
    padding: 0.3rem 0.6rem;
    border-radius: var(--radius);
    color: inherit;
    text-decoration: none;
  }
  nav li a:hover {
    background: var(--raised);
  }
  nav li a[aria-current] {
    background: var(--tint);
    color: var(--accent);
    font-weight: 600;
  }
  main {
    grid-area: main;
    box-sizing: border-box;
    min-width: 0;
    padding: 1.25rem 1.5rem 4rem;
    border-inline-start: 1px solid var(--line);
  }
  main:focus {
    outline: none;
  }
  .warning {
    margin: 0 0 1rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--bad);
    border-radius: var(--radius);
    color: var(--bad);
  }
  .skip:not(:focus) {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  @media (max-width: 50rem) {
    .frame {
      grid-template: auto auto 1fr / minmax(0, 1fr);
      grid-template-areas: 'header' 'nav' 'main';
    }
    header {
      padding-inline: 0.75rem;
    }
    .menu {
      display: inline-flex;
    }
    .wide {
      display: none;
    }
    .narrow {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem;
      margin-block-start: 0.75rem;
    }
    nav {
      position: static;
      display: none;
      max-height: none;
      border-block-end: 1px solid var(--line);
      background: var(--surface);
    }
    nav[data-open] {
      display: block;
    }
    nav li a {
      padding-block: 0.5rem;
    }
    main {
      padding: 1rem 0.75rem 4rem;
      border: none;
    }
  }
`
