/**
 * What people see of a node in a page: how it stands, its pods, and a switch that gives it a rest. Drawn with the page's own
 * system colours; parts and custom properties let the page change that. Made without markup as text, for pages that require
 * Trusted Types, and styled through objects, for pages that allow no inline styles.
 */
import type { NodePhase, NodeState } from './messages.ts'

const PODS_SHOWN_MAX = 20

const STYLES = `
  :host { display: inline-block; font: var(--stark-agent-font, 14px/1.4 system-ui, sans-serif); }
  :host([hidden]) { display: none; }
  iframe { position: absolute; width: 0; height: 0; border: 0; visibility: hidden; }
  section { box-sizing: border-box; min-width: 220px; max-width: 360px; padding: 10px 12px; border-radius: 8px;
    color: var(--stark-agent-color, CanvasText); background: var(--stark-agent-background, Canvas);
    border: 1px solid var(--stark-agent-border, GrayText); }
  header { display: flex; align-items: center; gap: 8px; }
  i { flex: none; width: 10px; height: 10px; border-radius: 50%; background: var(--stark-agent-muted, GrayText); }
  :host([state='online']) i { background: var(--stark-agent-online, #1a7f37); }
  :host([state='refused']) i, :host([state='unsupported']) i { background: var(--stark-agent-failed, #cf222e); }
  strong { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
  p, ul { margin: 6px 0 0; padding: 0; font-size: 0.9em; overflow-wrap: anywhere; }
  ul { list-style: none; }
  li { display: flex; justify-content: space-between; gap: 12px; }
  form { display: flex; gap: 6px; margin-top: 8px; }
  input { flex: 1; min-width: 0; font: inherit; }
  button { font: inherit; cursor: pointer; }
  [hidden] { display: none; }
`

const PHASES: Record<NodePhase, string> = {
  starting: 'starting',
  standby: 'standing by',
  connecting: 'connecting',
  online: 'online',
  'needs-token': 'waiting for a join token',
  refused: 'refused',
  unsupported: 'cannot run here',
}

export interface FaceEvents {
  readonly onPause: (isPaused: boolean) => void
  readonly onToken: (token: string) => void
}

export class Face {
  readonly #section = element('section', 'face')
  readonly #name = element('strong', 'name')
  readonly #phase = element('p', 'state')
  readonly #pods = element('ul', 'pods')
  readonly #pause = element('button', 'pause')
  readonly #form = element('form', 'join')
  #isPaused = false

  constructor(root: ShadowRoot, events: FaceEvents) {
    this.#section.setAttribute('aria-label', 'Stark node')
    this.#phase.setAttribute('role', 'status')
    this.#pods.setAttribute('aria-label', 'Pods')
    this.#pause.setAttribute('type', 'button')
    this.#pause.addEventListener('click', () => events.onPause(!this.#isPaused))
    const header = document.createElement('header')
    const dot = document.createElement('i')
    dot.setAttribute('aria-hidden', 'true')
    header.append(dot, this.#name, this.#pause)
    this.#fillForm(events)
    this.#section.append(header, this.#phase, this.#form, this.#pods)
    root.append(this.#section)
    style(root)
  }

  show({ phase, detail, name, isPaused, pods }: NodeState): void {
    this.#isPaused = isPaused
    this.#name.textContent = name ?? 'Stark'
    const running = pods.filter(({ status }) => status === 'running').length
    const state = phase === 'online' && isPaused ? 'paused' : PHASES[phase]
    setText(this.#phase, [state, ...(phase === 'online' ? [`${running} running`] : []), ...(detail === '' ? [] : [detail])].join(' - '))
    this.#pause.hidden = phase !== 'online' && phase !== 'connecting'
    this.#pause.textContent = isPaused ? 'Resume' : 'Pause'
    this.#pause.setAttribute('aria-pressed', String(isPaused))
    this.#form.hidden = phase !== 'needs-token'
    const shown = pods.slice(0, PODS_SHOWN_MAX)
    this.#pods.replaceChildren(...shown.map(({ name, status }) => item(name, status)), ...more(pods.length - shown.length))
    this.#pods.hidden = pods.length === 0
  }

  #fillForm({ onToken }: FaceEvents): void {
    const input = document.createElement('input')
    input.setAttribute('aria-label', 'Join token')
    input.placeholder = 'join token'
    input.autocomplete = 'off'
    input.required = true
    const join = document.createElement('button')
    join.textContent = 'Join'
    this.#form.append(input, join)
    this.#form.hidden = true
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      onToken(input.value.trim())
      input.value = ''
    })
  }
}

function item(name: string, status: string): HTMLElement {
  const line = document.createElement('li')
  const [left, right] = [document.createElement('span'), document.createElement('span')]
  left.textContent = name
  right.textContent = status
  line.append(left, right)
  return line
}

function more(count: number): HTMLElement[] {
  return count > 0 ? [item(`and ${count} more`, '')] : []
}

/** A status that is written again is read aloud again. */
function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

function element<T extends keyof HTMLElementTagNameMap>(tag: T, part: string): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag)
  made.setAttribute('part', part)
  return made
}

function style(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLES)
    root.adoptedStyleSheets = [sheet]
    return
  }
  // Where the page forbids inline styles too, the face of an older browser is plain.
  const plain = document.createElement('style')
  plain.textContent = STYLES
  ;(root as ShadowRoot).append(plain)
}
