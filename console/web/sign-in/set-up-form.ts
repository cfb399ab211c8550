/**
 * <set-up-form token="TOKEN"></set-up-form>
 * Makes the first administrator with the one-time token of the link that led here, who is signed in then. Fires signed-in with
 * what the server answered.
 */
import { html, LitElement } from 'lit'
import { Refusal, send } from '../http.ts'
import type { SignedIn } from './session.ts'
import { formPage, shared } from '../styles.ts'

export class SetUpForm extends LitElement {
  static override styles = [shared, formPage]
  static override properties = { token: {}, isBusy: { state: true }, problem: { state: true } }
  declare token: string
  declare isBusy: boolean
  declare problem: string

  constructor() {
    super()
    this.token = ''
    this.isBusy = false
    this.problem = ''
  }

  override render() {
    return html`
      <h1>Set up Stark</h1>
      <p>Make the first administrator of this cluster.</p>
      <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <label>E-mail <input name="email" type="email" required autocomplete="username" autofocus /></label>
        <label>Password <input name="password" type="password" required minlength="8" autocomplete="new-password" /></label>
        <p role="alert">${this.problem}</p>
        <button data-kind="primary" ?disabled=${this.isBusy}>Make the administrator</button>
      </form>
      <p><a href="/">Sign in instead</a></p>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    this.isBusy = true
    this.problem = ''
    try {
      const body = { token: this.token, email: form.get('email'), password: form.get('password') }
      const detail = await send<SignedIn>('POST', '/api/auth/setup', { body })
      this.dispatchEvent(new CustomEvent('signed-in', { detail }))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('set-up-form', SetUpForm)
