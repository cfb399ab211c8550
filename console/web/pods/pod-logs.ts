/**
 * <pod-logs .pod=${pod} .cluster=${cluster}></pod-logs>
 * What a pod says, as it says it: by level, by run, by what is in it. Stays at the newest line for as long as somebody is there.
 */
import { css, html, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { download } from '../download.ts'
import '../parts/copy-text.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { ALL, LEVELS, logCommand, marked, parted, RUNS, shownLines, written, type Level, type LogView, type Run } from './log-model.ts'
import { followLog, type LogLine } from './log-stream.ts'
import { wordsOf } from './pod-actions.ts'

/** As many as the server keeps. */
const LINES_MAX = 1_000
/** So near to the end, somebody is at the end. */
const NEAR_PX = 40

const MINUTE_MS = 60_000
const SPANS = [
  ['the last 5 minutes', 5 * MINUTE_MS],
  ['the last 15 minutes', 15 * MINUTE_MS],
  ['the last hour', 60 * MINUTE_MS],
  ['the last day', 1_440 * MINUTE_MS],
] as const
const TAILS = [20, 100, 500] as const
const RUN_NAMES: Record<Run, string> = { all: 'all runs', current: 'this run', previous: 'the run before' }

export class PodLogs extends StateElement {
  static override styles = [
    shared,
    css`
      .bar {
        margin-block-end: 0.6rem;
      }
      input[type='search'] {
        width: min(18rem, 100%);
      }
      .log {
        box-sizing: border-box;
        height: min(60vh, 60rem);
        margin: 0 0 0.6rem;
        padding: 0.6rem 0.75rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        direction: ltr;
        font: 0.92em/1.5 var(--mono);
        overflow: auto;
      }
      .line {
        display: grid;
        grid-template-columns: max-content 3rem minmax(max-content, 1fr);
        gap: 0 0.75rem;
      }
      .text {
        white-space: pre;
      }
      .wrap .line {
        grid-template-columns: max-content 3rem minmax(0, 1fr);
      }
      .wrap .text {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .at,
      .name {
        color: var(--muted);
      }
      .field {
        padding: 0 0.3rem;
        border-radius: 0.2rem;
        background: var(--raised);
        color: var(--text);
      }
      @media (max-width: 40rem) {
        .wrap .line {
          grid-template-columns: max-content minmax(0, 1fr);
        }
        .text {
          grid-column: 1 / -1;
        }
      }
      mark {
        border-radius: 0.2rem;
        background: var(--busy);
        color: var(--surface);
      }
    `,
  ]
  static override properties = {
    pod: { attribute: false },
    cluster: { attribute: false },
    lines: { state: true },
    step: { state: true },
    view: { state: true },
    isWrapped: { state: true },
    isFollowing: { state: true },
  }
  declare pod: Pod
  declare cluster: Cluster
  declare lines: readonly LogLine[]
  declare step: string
  declare view: LogView
  declare isWrapped: boolean
  /** Stays at the newest line; whoever scrolls up does not want that. */
  declare isFollowing: boolean
  #reading: AbortController | undefined

  constructor() {
    super()
    this.lines = []
    this.step = 'Following'
    this.view = ALL
    this.isWrapped = true
    this.isFollowing = true
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#reading?.abort()
    this.#reading = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.lines = []
    void this.#read()
  }

  override render(): TemplateResult {
    const shown = shownLines(this.lines, this.view, this.pod.incarnation)
    const count = shown.length === this.lines.length ? `${shown.length} lines` : `${shown.length} of ${this.lines.length} lines`
    return html`
      <div class="row bar">
        ${this.#filters()}
        <label><input type="checkbox" .checked=${this.isFollowing} @change=${() => (this.isFollowing = !this.isFollowing)} /> Follow</label>
        <label><input type="checkbox" .checked=${this.isWrapped} @change=${() => (this.isWrapped = !this.isWrapped)} /> Wrap</label>
        <button ?disabled=${shown.length === 0} @click=${() => this.#download(shown)}>Download</button>
        <span role="status" class="muted">${this.step}: ${count}</span>
      </div>
      <div class="log ${this.isWrapped ? 'wrap' : ''}" role="log" aria-label="Log" tabindex="0" @scroll=${() => this.#scrolled()}>
        ${repeat(
          shown,
          ({ seq }) => seq,
          (line) => this.#line(line),
        )}
      </div>
      <copy-text text=${logCommand(wordsOf(this.pod), this.view)}></copy-text>
    `
  }

  override updated(): void {
    const log = this.#log()
    if (log && this.isFollowing) log.scrollTop = log.scrollHeight
  }

  #filters(): TemplateResult {
    const { view } = this
    return html`
      <input
        type="search"
        placeholder="Search"
        aria-label="Search the log"
        .value=${view.text}
        @input=${(event: InputEvent) => (this.view = { ...view, text: valueOf(event) })}
      />
      <select aria-label="Level" @change=${(event: Event) => (this.view = { ...view, level: valueOf(event) as Level })}>
        ${LEVELS.map((level) => html`<option value=${level} ?selected=${level === view.level}>${level === 'debug' ? 'all levels' : `${level} and worse`}</option>`)}
      </select>
      <select aria-label="Run" @change=${(event: Event) => (this.view = { ...view, run: valueOf(event) as Run })}>
        ${RUNS.map((run) => html`<option value=${run} ?selected=${run === view.run}>${RUN_NAMES[run]}</option>`)}
      </select>
      <select aria-label="Since" @change=${(event: Event) => this.#look(Number(valueOf(event)))}>
        <option value="0" ?selected=${view.since === ''}>from the beginning</option>
        ${SPANS.map(([name, ms]) => html`<option value=${ms}>${name}</option>`)}
      </select>
      <select aria-label="How many" @change=${(event: Event) => (this.view = { ...view, tail: Number(valueOf(event)) })}>
        <option value="0" ?selected=${view.tail === 0}>every line</option>
        ${TAILS.map((tail) => html`<option value=${tail} ?selected=${tail === view.tail}>the last ${tail}</option>`)}
      </select>
    `
  }

  /** From that moment on, which stays where it is. */
  #look(backMs: number): void {
    this.view = { ...this.view, since: backMs === 0 ? '' : new Date(Date.now() - backMs).toISOString() }
  }

  #line(line: LogLine): TemplateResult {
    const { at, level } = line
    const { text, fields } = parted(line)
    const pairs = fields.map(
      ([name, value]) => html` <span class="field"><span class="name">${this.#marked(name)}=</span>${this.#marked(value)}</span>`,
    )
    return html`<div class="line" data-tone=${TONES[level]}>
      <time class="at" datetime=${at} title=${at}>${at.slice(11, 23)}</time><span>${level}</span
      ><span class="text">${this.#marked(text)}${pairs}</span>
    </div>`
  }

  #marked(text: string) {
    return marked(text, this.view.text).map((part) => (part.isFound ? html`<mark>${part.text}</mark>` : part.text))
  }

  #scrolled(): void {
    const log = this.#log()
    if (log) this.isFollowing = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX
  }

  #download(lines: readonly LogLine[]): void {
    download(new Blob([written(lines)], { type: 'text/plain' }), `${this.pod.namespace}-${this.pod.name}.log`)
  }

  async #read(): Promise<void> {
    const reading = new AbortController()
    this.#reading = reading
    // Its properties are there once it has rendered.
    await this.updateComplete
    const { pod, cluster } = this
    const onLines = (lines: readonly LogLine[]): void => {
      this.lines = [...this.lines, ...lines].slice(-LINES_MAX)
    }
    try {
      await followLog({ podId: pod.id, token: cluster.token, signal: reading.signal, onLines })
      this.step = 'The pod has ended'
    } catch (error) {
      this.step = String(error)
    }
  }

  #log(): HTMLElement | null {
    return this.renderRoot.querySelector('.log')
  }
}
customElements.define('pod-logs', PodLogs)

const TONES: Record<Level, string> = { debug: 'still', info: '', warn: 'busy', error: 'bad' }
const valueOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value
