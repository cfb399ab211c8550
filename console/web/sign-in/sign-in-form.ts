/**
 * <sign-in-form .session=${session}></sign-in-form>
 * Signs somebody in with e-mail and password. What the page shows next follows the session.
 */
import { html, LitElement } from 'lit'
import { Refusal } from '../http.ts'
import type { Session } from './session.ts'
import { formPage, shared } from '../styles.ts'

export class SignInForm extends LitElement {
  static override styles = [shared, formPage]
  static override properties = { session: { attribute: false }, isBusy: { state: true }, problem: { state: true } }
  declare session: Session
  declare isBusy: boolean
  declare problem: string

  constructor() {
    super()
    this.isBusy = false
    this.problem = ''
  }

  override render() {
    return html`
      <h1>Sign in to Stark</h1>
      <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <label>E-mail <input name="email" type="email" required autocomplete="username" autofocus /></label>
        <label>Password <input name="password" type="password" required autocomplete="current-password" /></label>
        <p role="alert">${this.problem}</p>
        <button data-kind="primary" ?disabled=${this.isBusy}>Sign in</button>
      </form>
      <p class="muted">A cluster without users is set up with the link that its server printed at the first start.</p>
      <p class="muted">From a terminal: <code>npx stark login --server ${location.origin}</code></p>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    this.isBusy = true
    this.problem = ''
    try {
      await this.session.signIn(form.get('email') as string, form.get('password') as string)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('sign-in-form', SignInForm)
