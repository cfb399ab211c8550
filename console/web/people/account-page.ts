/**
 * <account-page .cluster=${cluster} .session=${session}></account-page>
 * Who is signed in, with which roles; the password; where else that person is signed in.
 */
import { html, type TemplateResult } from 'lit'
import type { Session as SessionRecord, User } from '../../../kernel/schema/account.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import '../parts/action-button.ts'
import type { Action } from '../parts/action.ts'
import type { Session } from '../sign-in/session.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since, until } from '../time.ts'

type Shown = Omit<SessionRecord, 'refreshHash' | 'providerRefreshToken'> & { readonly isCurrent: boolean }
interface Account {
  readonly me: { readonly user: User; readonly permissions: readonly string[] }
  readonly sessions: readonly Shown[]
}
const SESSIONS_MAX = 100

export class AccountPage extends StateElement {
  static override styles = shared
  static override properties = { cluster: { attribute: false }, session: { attribute: false } }
  declare cluster: Cluster
  declare session: Session
  #answer: Answer<Account> | undefined

  override render(): TemplateResult {
    this.#answer ??= new Answer(() => this.#load())
    const { state } = this.#answer
    if (state.is === 'waiting')
      return html`<h1>Your account</h1>
        <p role="status">Loading</p>`
    if (state.is === 'failed')
      return html`<h1>Your account</h1>
        <p role="alert">${state.detail}</p>`
    const { me, sessions } = state.value
    return html`<div @done=${() => void this.#answer?.again()}>
      <h1>Your account</h1>
      <dl>
        <dt>E-mail</dt>
        <dd>${me.user.email}</dd>
        <dt>Roles</dt>
        <dd>${me.user.roles.join(', ') || 'none'}</dd>
        <dt>May create in</dt>
        <dd>${me.user.namespaces.includes('*') ? 'all namespaces' : me.user.namespaces.join(', ') || 'none'}</dd>
        <dt>Permissions</dt>
        <dd>${me.permissions.join(', ')}</dd>
      </dl>
      <div class="row" style="margin-block-start: 1rem">
        <action-button .action=${changePassword} .cluster=${this.cluster}></action-button>
        <button @click=${() => void this.session.signOut()}>Sign out</button>
      </div>
      <h2>Where you are signed in</h2>
      ${this.#sessions(sessions)}
    </div>`
  }

  #sessions(sessions: readonly Shown[]): TemplateResult {
    const others = sessions.filter(({ isCurrent }) => !isCurrent).length
    return html`
      <div class="scroll" role="region" aria-label="Sessions" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>From</th>
              <th>Since</th>
              <th>Last used</th>
              <th>Ends</th>
              <th><span class="hidden">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${sessions.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)).map((each) => this.#row(each))}
          </tbody>
        </table>
      </div>
      ${others > 1 ? html`<p><action-button .action=${endOthers(others)} .cluster=${this.cluster}></action-button></p>` : ''}
    `
  }

  #row(session: Shown): TemplateResult {
    const { remote, createdAt, lastUsedAt, expiresAt, isCurrent } = session
    return html`<tr>
      <th scope="row">${remote}${isCurrent ? ' (here)' : ''}</th>
      <td>${since(createdAt)}</td>
      <td>${since(lastUsedAt)}</td>
      <td>${until(expiresAt)}</td>
      <td>${isCurrent ? '' : html`<action-button .action=${endOne(session)} .cluster=${this.cluster}></action-button>`}</td>
    </tr>`
  }

  async #load(): Promise<Account> {
    const me = await this.cluster.ask<Account['me']>('auth.me', {})
    const { items } = await this.cluster.ask<{ readonly items: readonly Shown[] }>('sessions.list', { limit: SESSIONS_MAX })
    return { me, sessions: items }
  }
}
customElements.define('account-page', AccountPage)

const changePassword: Action = {
  label: 'Change the password',
  operation: 'auth.changePassword',
  input: {},
  consequence: 'You stay signed in here; all your other sessions end.',
  // It asks: on its line others could read it.
  command: 'npx stark password',
  done: 'The password is changed',
  form: { value: {} },
}

const endOne = ({ id, remote }: Shown): Action => ({
  label: 'End',
  operation: 'sessions.delete',
  input: { id },
  consequence: `Whoever is signed in from ${remote} with this session must sign in again.`,
  command: `npx stark session delete ${id}`,
  done: 'The session is ended',
  isDangerous: true,
})

const endOthers = (count: number): Action => ({
  label: 'End all others',
  operation: 'sessions.deleteOthers',
  input: {},
  consequence: `Ends your ${count} other sessions; you stay signed in here.`,
  command: 'npx stark session deleteOthers',
  done: 'All other sessions are ended',
  isDangerous: true,
})
