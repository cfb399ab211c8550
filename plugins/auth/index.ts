/**
 * Who people are and what they may do: set-up, registration, login, sessions, accounts. Identities and passwords are Supabase
 * Auth's; sessions and roles are ours, held in memory, so that their end counts at once although access tokens are verified
 * locally. Taps authenticate and authorize; adds the kinds users and sessions and the operations auth.*, sessions.* and users.*.
 */
import { Session, User, type Plugin } from '../../kernel/index.ts'
import { definePassword, defineRegistration, defineSetup, hasUsers } from './accounts.ts'
import { authenticate } from './authenticate.ts'
import { hasPermission } from './permissions.ts'
import { defineLogin, defineSessions } from './sessions.ts'
import { Setup, type SetupOptions } from './setup.ts'
import { defineUsers } from './users.ts'

export const auth = (options: SetupOptions): Plugin => ({
  name: 'auth',
  after: ['supabase', 'tokens'],
  apply(kernel) {
    const setup = new Setup(options)
    kernel.kinds.define<User>('users', { schema: User, unique: { email: ({ email }) => email.toLowerCase() } })
    kernel.kinds.define<Session>('sessions', { schema: Session, indexes: { userId: ({ userId }) => userId } })
    kernel.operations.authenticate.tapPromise('auth', (credential) => authenticate(kernel, credential))
    kernel.operations.authorize.tap('auth', ({ permission }, { permissions, name }) => {
      if (permission === null || hasPermission(permissions, permission)) return undefined
      return `${name} may not do this: it needs the permission ${permission}`
    })
    defineSetup(kernel, setup)
    defineRegistration(kernel)
    defineLogin(kernel)
    definePassword(kernel)
    defineSessions(kernel)
    defineUsers(kernel)
    kernel.onStart(() => (hasUsers(kernel) ? setup.close() : setup.open()))
  },
})
