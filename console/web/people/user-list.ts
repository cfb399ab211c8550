/**
 * <user-list .cluster=${cluster}></user-list>
 * The accounts, each with its roles and where it may create, and what an administrator can do with it.
 */
import { html, type TemplateResult } from 'lit'
import type { User } from '../../../kernel/schema/account.ts'
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { shellWord } from '../format.ts'
import '../parts/action-button.ts'
import type { Action } from '../parts/action.ts'
import { StateElement } from '../state-element.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'

const USERS_MAX = 500

export class UserList extends StateElement {
  static override styles = shared
  static override properties = { cluster: { attribute: false } }
  declare cluster: Cluster
  #answer: Answer<{ readonly items: readonly User[]; readonly nextCursor: string | null }> | undefined
  /** Also after an undo, which is done elsewhere. */
  readonly #again = (): void => void this.#answer?.again()

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('done', this.#again)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('done', this.#again)
  }

  override render(): TemplateResult {
    const { cluster } = this
    this.#answer ??= new Answer(() => cluster.ask('users.list', { limit: USERS_MAX }))
    const { state } = this.#answer
    if (state.is === 'waiting') return html`<p role="status">Loading</p>`
    if (state.is === 'failed') return html`<p role="alert">${state.detail}</p>`
    const { items, nextCursor } = state.value
    return html`
      <p><action-button .action=${createUser} .cluster=${cluster}></action-button></p>
      <div class="scroll" role="region" aria-label="Users" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>E-mail</th>
              <th>Roles</th>
              <th>May create in</th>
              <th>Since</th>
              <th><span class="hidden">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${items.map((user) => this.#row(user))}
          </tbody>
        </table>
      </div>
      ${nextCursor === null ? '' : html`<p class="muted">These are the first ${USERS_MAX}; the others: <code>npx stark user list</code></p>`}
    `
  }

  #row(user: User): TemplateResult {
    const { email, roles, namespaces, disabled, createdAt } = user
    return html`<tr>
      <th scope="row">${email}</th>
      <td>${disabled ? html`<span class="status" data-tone="bad">disabled</span>` : roles.join(', ') || 'none'}</td>
      <td>${namespaces.includes('*') ? 'everywhere' : namespaces.join(', ') || 'nowhere'}</td>
      <td>${since(createdAt)}</td>
      <td>
        <span class="row">
          ${[edit(user), turn(user), endSessions(user)].map((action) => html`<action-button .action=${action} .cluster=${this.cluster}></action-button>`)}
        </span>
      </td>
    </tr>`
  }
}
customElements.define('user-list', UserList)

const createUser: Action = {
  label: 'Create an account',
  operation: 'users.create',
  input: {},
  consequence: 'Somebody can sign in with this address and password from then on, and should change the password.',
  // The command asks for the password: on its line others could read it.
  command: ({ email }) => `npx stark user create --email ${typeof email === 'string' ? shellWord(email) : 'ADDRESS'}`,
  done: 'The account is there',
  form: { value: { roles: ['user'] } },
}

const edit = ({ id, email, roles, namespaces }: User): Action => ({
  label: 'Edit',
  operation: 'users.update',
  input: { id },
  consequence: `Changes what ${email} may do, and where, at once.`,
  command: (filled) => `npx stark user update ${shellWord(email)} --input ${shellWord(JSON.stringify(filled))}`,
  done: `The account of ${email} is changed`,
  form: { fields: ['roles', 'namespaces'], value: { roles, namespaces }, isPatch: true },
  undo: { steps: [{ operation: 'users.update', input: { id, roles, namespaces } }], done: `The account of ${email} is as it was` },
})

const endSessions = ({ id, email }: User): Action => ({
  label: 'End sessions',
  operation: 'sessions.deleteOthers',
  input: { userId: id },
  consequence: `Signs ${email} out everywhere, but where you ask this. They may sign in again.`,
  command: `npx stark session deleteOthers --user-id ${id}`,
  done: `All sessions of ${email} are ended`,
  isDangerous: true,
})

function turn({ id, email, disabled }: User): Action {
  const to = (isDisabled: boolean) => ({
    operation: 'users.update',
    input: { id, disabled: isDisabled },
    done: `${email} is ${isDisabled ? 'disabled' : 'enabled'}`,
  })
  return {
    ...to(!disabled),
    label: disabled ? 'Enable' : 'Disable',
    consequence: disabled
      ? `${email} may sign in again.`
      : `Ends all sessions and tokens of ${email} at once, and lets nobody in with that address. What they made stays.`,
    command: `npx stark user update ${shellWord(email)} --${disabled ? 'no-' : ''}disabled`,
    isDangerous: !disabled,
    undo: { steps: [to(disabled)], done: to(disabled).done },
  }
}
