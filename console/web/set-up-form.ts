/**
 * <set-up-form></set-up-form>
 * Makes the first administrator with the one-time token of the link that led here (#setup=TOKEN); without one it says how to
 * log in. The token is taken out of the address at once, so that it is in no history.
 */
import { css, html, LitElement } from 'lit'

type Step = 'ask' | 'busy' | 'done' | 'no token'

export class SetUpForm extends LitElement {
  static override styles = css`
    :host {
      display: block;
      max-width: 24rem;
      margin: 15vh auto;
      padding: 0 1rem;
      font:
        16px/1.5 system-ui,
        sans-serif;
      color-scheme: light dark;
    }
    label,
    button {
      display: block;
      margin-top: 1rem;
    }
    input {
      display: block;
      box-sizing: border-box;
      width: 100%;
      padding: 0.5rem;
      font: inherit;
    }
    button {
      padding: 0.5rem 1rem;
      font: inherit;
    }
    code {
      font-family: ui-monospace, monospace;
    }
  `
  static override properties = { step: { state: true }, problem: { state: true } }
  declare step: Step
  declare problem: string
  readonly #token: string | null

  constructor() {
    super()
    this.#token = new URLSearchParams(location.hash.slice(1)).get('setup')
    this.step = this.#token === null ? 'no token' : 'ask'
    this.problem = ''
    if (this.#token !== null) history.replaceState(null, '', location.pathname)
  }

  override render() {
    if (this.step === 'done' || this.step === 'no token') return this.#next()
    return html`
      <h1>Set up Stark</h1>
      <p>Make the first administrator of this cluster.</p>
      <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <label>E-mail <input name="email" type="email" required autocomplete="username" autofocus /></label>
        <label>Password <input name="password" type="password" required minlength="8" autocomplete="new-password" /></label>
        <p role="alert">${this.problem}</p>
        <button ?disabled=${this.step === 'busy'}>Make the administrator</button>
      </form>
    `
  }

  #next() {
    return html`
      <h1>Stark</h1>
      <p role="status">
        ${this.step === 'done' ? 'The administrator is made.' : 'This cluster is set up with the link that the server printed at its first start.'}
      </p>
      <p>Log in from a terminal:</p>
      <p><code>npx stark login --server ${location.origin}</code></p>
      <p><a href="/docs">The API</a></p>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    this.step = 'busy'
    try {
      const response = await fetch('/api/auth/setup', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: this.#token, email: form.get('email'), password: form.get('password') }),
      })
      const answer = (await response.json()) as { readonly detail?: string }
      this.problem = response.ok ? '' : (answer.detail ?? `the server answered ${response.status}`)
      this.step = response.ok ? 'done' : 'ask'
    } catch {
      this.problem = 'the server does not answer: is it still running?'
      this.step = 'ask'
    }
  }
}
customElements.define('set-up-form', SetUpForm)
