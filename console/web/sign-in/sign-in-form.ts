/**
 * <sign-in-form .session=${session}></sign-in-form>
 * Signs somebody in with e-mail and password, or makes an account where the cluster lets people in by themselves, which only it knows.
 * What the page shows next follows the session.
 */
import { html, LitElement } from 'lit'
import { Refusal } from '../http.ts'
import type { Session } from './session.ts'
import { formPage, shared } from '../styles.ts'

export class SignInForm extends LitElement {
  static override styles = [shared, formPage]
  static override properties = {
    session: { attribute: false },
    isNew: { state: true },
    isBusy: { state: true },
    problem: { state: true },
  }
  declare session: Session
  /** Somebody without an account. */
  declare isNew: boolean
  declare isBusy: boolean
  declare problem: string

  constructor() {
    super()
    this.isNew = false
    this.isBusy = false
    this.problem = ''
  }

  override render() {
    const { isNew } = this
    const doing = isNew ? 'Make an account' : 'Sign in'
    return html`
      <h1>${isNew ? 'Make an account' : 'Sign in to Stark'}</h1>
      <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <label>E-mail <input name="email" type="email" required autocomplete="username" autofocus /></label>
        <label
          >Password <input name="password" type="password" required autocomplete=${isNew ? 'new-password' : 'current-password'}
        /></label>
        <p role="alert">${this.problem}</p>
        <button data-kind="primary" ?disabled=${this.isBusy}>${doing}</button>
      </form>
      <p>
        <button data-kind="quiet" @click=${() => this.#turn()}>${isNew ? 'I have an account' : 'I have no account'}</button>
      </p>
      ${isNew ? html`<p class="muted">Where registration is closed, an administrator makes accounts.</p>` : hints}
    `
  }

  #turn(): void {
    this.isNew = !this.isNew
    this.problem = ''
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    this.isBusy = true
    this.problem = ''
    try {
      const [email, password] = [form.get('email') as string, form.get('password') as string]
      await (this.isNew ? this.session.register(email, password) : this.session.signIn(email, password))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}
customElements.define('sign-in-form', SignInForm)

const hints = html`<p class="muted">A cluster without users is set up with the link that its server printed at the first start.</p>
  <p class="muted">From a terminal: <code>npx stark login --server ${location.origin}</code></p>`
