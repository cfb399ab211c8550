/**
 * <pod-logs .pod=${pod} .cluster=${cluster}></pod-logs>
 * What a pod says, as it says it. Stays at the newest line for as long as somebody is there.
 */
import { css, html, LitElement } from 'lit'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { followLog, type LogLine } from './log-stream.ts'
import { shared } from '../styles.ts'

/** As many as the server keeps. */
const LINES_MAX = 1_000
/** So near to the end, somebody is at the end. */
const NEAR_PX = 40

export class PodLogs extends LitElement {
  static override styles = [
    shared,
    css`
      pre {
        height: 60vh;
        margin: 0.5rem 0;
        padding: 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ]
  static override properties = {
    pod: { attribute: false },
    cluster: { attribute: false },
    lines: { state: true },
    step: { state: true },
  }
  declare pod: Pod
  declare cluster: Cluster
  declare lines: readonly LogLine[]
  declare step: string
  #following: AbortController | undefined
  #isAtEnd = true

  constructor() {
    super()
    this.lines = []
    this.step = 'Following'
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#following?.abort()
    this.#following = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.lines = []
    void this.#follow()
  }

  override render() {
    const rows = this.lines.map(
      ({ at, level, text }) => html`<span data-tone=${toneOf(level)}>${at.slice(11, 23)} ${level} ${text}</span> `,
    )
    return html`
      <p role="status" class="muted">${this.step}: ${this.lines.length} lines</p>
      <pre role="log" aria-label="Log" tabindex="0" @scroll=${() => this.#scrolled()}>${rows}</pre>
    `
  }

  override updated(): void {
    const log = this.renderRoot.querySelector('pre')
    if (log && this.#isAtEnd) log.scrollTop = log.scrollHeight
  }

  #scrolled(): void {
    const log = this.renderRoot.querySelector('pre')
    if (log) this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX
  }

  async #follow(): Promise<void> {
    const following = new AbortController()
    this.#following = following
    // Its properties are there once it has rendered.
    await this.updateComplete
    const { pod, cluster } = this
    const onLines = (lines: readonly LogLine[]): void => {
      this.lines = [...this.lines, ...lines].slice(-LINES_MAX)
    }
    try {
      await followLog({ podId: pod.id, token: cluster.token, signal: following.signal, onLines })
      this.step = 'The pod has ended'
    } catch (error) {
      this.step = String(error)
    }
  }
}
customElements.define('pod-logs', PodLogs)

const toneOf = (level: LogLine['level']): string =>
  level === 'error' ? 'bad' : level === 'warn' ? 'busy' : level === 'debug' ? 'still' : ''
