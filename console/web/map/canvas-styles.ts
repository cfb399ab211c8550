/** Of <map-canvas>: two canvases on each other, what is pointed at in words, and the same for those who hear it. */
import { css } from 'lit'

export const canvasStyles = css`
  :host {
    position: relative;
    min-height: 16rem;
    overflow: hidden;
  }
  .map {
    position: absolute;
    inset: 0;
    overflow: hidden;
    cursor: pointer;
    touch-action: none;
    user-select: none;
  }
  .map:focus-visible {
    outline-offset: -2px;
  }
  canvas {
    position: absolute;
    inset: 0;
    /* Names begin where their node does, on the left. */
    direction: ltr;
    pointer-events: none;
  }
  .tip {
    position: absolute;
    /* Where something is on a canvas does not turn round with the direction of the text. */
    top: 0;
    left: 0;
    max-width: min(22rem, 80%);
    padding: 0.4rem 0.6rem;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
    background: var(--surface);
    box-shadow: var(--shadow);
    pointer-events: none;
    white-space: pre-line;
  }
  .heard {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
`
