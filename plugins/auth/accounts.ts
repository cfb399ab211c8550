/** How accounts begin, and how their passwords change: set-up, registration where it is open, and a new password. */
import { Type } from 'typebox'
import { clusterConfig, KernelError, strict, type PluginKernel } from '../../kernel/index.ts'
import { Email, LoggedIn, logIn, Password, providerTokenOf, signIn, signUp } from './log-in.ts'
import type { Setup } from './setup.ts'

/** Where somebody may create who was not told otherwise. */
export const FIRST_NAMESPACES: readonly string[] = ['default']

export const hasUsers = ({ state }: PluginKernel): boolean => state.table('users').raw.size > 0

export function defineSetup(kernel: PluginKernel, setup: Setup): void {
  let isUnderWay = false
  kernel.operations.define({
    name: 'auth.setup',
    summary: 'Makes the first administrator, with the one-time set-up token',
    http: 'POST /api/auth/setup',
    permission: null,
    status: 201,
    input: strict({ token: Type.String({ minLength: 1, maxLength: 256 }), email: Email, password: Password }),
    output: LoggedIn,
    errors: ['ALREADY_SET_UP', 'INVALID_CREDENTIALS', 'WEAK_PASSWORD', 'TOO_MANY'],
    async handle({ token, email, password }, { remote, origin }) {
      if (hasUsers(kernel) || isUnderWay) throw new KernelError('ALREADY_SET_UP', 'the first administrator exists: log in')
      if (!setup.matches(token))
        throw new KernelError('INVALID_CREDENTIALS', 'this is not the set-up token: it stands in STARK_DATA_DIR/setup-link')
      isUnderWay = true
      try {
        const account = { roles: ['admin' as const], namespaces: ['*'] }
        const loggedIn = await logIn(kernel, await signUp(kernel, email, password), { remote, origin, account })
        await setup.close()
        return loggedIn
      } finally {
        isUnderWay = false
      }
    },
  })
}

export function defineRegistration(kernel: PluginKernel): void {
  kernel.operations.define({
    name: 'auth.register',
    summary: 'Makes an account with the role user, where the cluster configuration says that registration is open',
    http: 'POST /api/auth/register',
    permission: null,
    status: 201,
    input: strict({ email: Email, password: Password }),
    output: LoggedIn,
    errors: ['REGISTRATION_CLOSED', 'ALREADY_EXISTS', 'WEAK_PASSWORD', 'TOO_MANY'],
    async handle({ email, password }, { remote, origin }) {
      // Before set-up it stays closed, whatever is configured: the first account is the administrator's.
      if (clusterConfig(kernel.state).registration !== 'open' || !hasUsers(kernel)) {
        throw new KernelError('REGISTRATION_CLOSED', 'registration is closed: ask an administrator for an account')
      }
      const account = { roles: ['user' as const], namespaces: [...FIRST_NAMESPACES] }
      return logIn(kernel, await signUp(kernel, email, password), { remote, origin, account })
    },
  })
}

export function definePassword(kernel: PluginKernel): void {
  const { operations, state, commit, need } = kernel
  operations.define({
    name: 'auth.changePassword',
    summary: 'Changes the password of the caller, and ends all other sessions',
    http: 'POST /api/auth/password',
    permission: 'self:write',
    status: 204,
    input: strict({ currentPassword: Password, newPassword: Password }),
    output: Type.Null(),
    errors: ['INVALID_CREDENTIALS', 'WEAK_PASSWORD', 'FORBIDDEN', 'TOO_MANY'],
    async handle({ currentPassword, newPassword }, { who, origin }) {
      const session = state.get('sessions', who.credentialId)
      const user = state.get('users', who.id)
      if (!session || !user) throw new KernelError('FORBIDDEN', 'a password is changed by whoever logged in with it, not with a token')
      await signIn(kernel, user.email, currentPassword)
      const next = await need('identities').changePassword(providerTokenOf(kernel, session), newPassword)
      await commit(origin, (transaction) => {
        transaction.update('sessions', session.id, { providerRefreshToken: need('seals').seal(next, session.id) })
        for (const { id } of state.by('sessions', 'userId', user.id)) if (id !== session.id) transaction.delete('sessions', id)
      })
      return null
    },
  })
}
