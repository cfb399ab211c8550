/**
 * Who people are and what they may do: set-up, login, refresh, logout. Identities and passwords are Supabase Auth's; sessions
 * and roles are ours, held in memory, so that their end counts at once although access tokens are verified locally.
 * Taps authenticate and authorize; adds the kinds users and sessions and the operations auth.*.
 */
import { Type } from 'typebox'
import {
  KernelError,
  Session,
  strict,
  Time,
  timestamp,
  User,
  type Origin,
  type Plugin,
  type PluginKernel,
  type Role,
} from '../../kernel/index.ts'
import type { SignedIn } from '../services.ts'
import { authenticate } from './authenticate.ts'
import { matchesHash, newSecret, parseSecret } from './secrets.ts'
import { Setup, type SetupOptions } from './setup.ts'

const SESSION_LIFE_MS = 30 * 24 * 3_600_000

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$', description: 'an e-mail address' })
const Password = Type.String({ minLength: 1, maxLength: 72, description: '8 characters at least' })
const LoggedIn = strict({ user: User, accessToken: Type.String(), refreshToken: Type.String(), expiresAt: Time })

export const auth = (options: SetupOptions): Plugin => ({
  name: 'auth',
  after: ['supabase', 'tokens'],
  apply(kernel) {
    const setup = new Setup(options)
    kernel.kinds.define<User>('users', { schema: User, unique: { email: ({ email }) => email.toLowerCase() } })
    kernel.kinds.define<Session>('sessions', { schema: Session, indexes: { userId: ({ userId }) => userId } })
    kernel.operations.authenticate.tapPromise('auth', (credential) => authenticate(kernel, credential))
    kernel.operations.authorize.tap('auth', ({ permission }, { permissions, name }) => {
      if (permission === null || permissions.includes('*') || permissions.includes(permission)) return undefined
      return `${name} may not do this: it needs the permission ${permission}`
    })
    defineSetup(kernel, setup)
    defineSessions(kernel)
    kernel.onStart(() => (hasUsers(kernel) ? setup.close() : setup.open()))
  },
})

const hasUsers = ({ state }: PluginKernel): boolean => state.table('users').raw.size > 0

function defineSetup(kernel: PluginKernel, setup: Setup): void {
  let isUnderWay = false
  kernel.operations.define({
    name: 'auth.setup',
    summary: 'Makes the first administrator, with the one-time set-up token',
    http: 'POST /api/auth/setup',
    permission: null,
    status: 201,
    input: strict({ token: Type.String({ minLength: 1, maxLength: 256 }), email: Email, password: Password }),
    output: LoggedIn,
    errors: ['ALREADY_SET_UP', 'INVALID_CREDENTIALS', 'WEAK_PASSWORD'],
    async handle({ token, email, password }) {
      if (hasUsers(kernel) || isUnderWay) throw new KernelError('ALREADY_SET_UP', 'the first administrator exists: log in')
      if (!setup.matches(token))
        throw new KernelError('INVALID_CREDENTIALS', 'this is not the set-up token: it stands in STARK_DATA_DIR/setup-link')
      isUnderWay = true
      try {
        const loggedIn = await logIn(kernel, await signUpOrIn(kernel, email, password), ['admin'])
        await setup.close()
        return loggedIn
      } finally {
        isUnderWay = false
      }
    },
  })
  kernel.operations.define({
    name: 'auth.register',
    summary: 'Makes an account; closed',
    http: 'POST /api/auth/register',
    permission: null,
    status: 201,
    input: strict({ email: Email, password: Password }),
    output: LoggedIn,
    errors: ['REGISTRATION_CLOSED'],
    handle() {
      throw new KernelError('REGISTRATION_CLOSED', 'registration is closed: ask an administrator for an account')
    },
  })
}

/** An earlier set-up may have made the identity and stopped before the account: then the same password goes on from there. */
async function signUpOrIn({ need }: PluginKernel, email: string, password: string): Promise<SignedIn> {
  const identities = need('identities')
  try {
    return await identities.signUp(email, password)
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ALREADY_EXISTS') return identities.signIn(email, password)
    throw error
  }
}

/** @param roles of a user who is new */
async function logIn(kernel: PluginKernel, signedIn: SignedIn, roles?: Role[]) {
  const { userId, email, sessionId } = signedIn
  const { text, hash } = newSecret('refresh', sessionId)
  const origin: Origin = { actorId: userId }
  const user = await kernel.commit(origin, (transaction) => {
    const known = transaction.state.get('users', userId)
    if (known?.disabled) throw new KernelError('INVALID_CREDENTIALS', 'this account is disabled')
    if (!known && !roles) throw new KernelError('INVALID_CREDENTIALS', 'there is no account for this person')
    const session = { userId, refreshHash: hash, providerRefreshToken: signedIn.refreshToken, expiresAt: sessionEnd(transaction.at) }
    if (transaction.state.get('sessions', sessionId)) transaction.update('sessions', sessionId, session)
    else transaction.add('sessions', { id: sessionId, ...session })
    return known ?? transaction.add('users', { id: userId, email, roles: roles ?? [], disabled: false })
  })
  return { user, accessToken: signedIn.accessToken, refreshToken: text, expiresAt: signedIn.expiresAt }
}

const sessionEnd = (now: number): string => timestamp(now + SESSION_LIFE_MS)

function defineSessions(kernel: PluginKernel): void {
  const { operations, durable, commit, state, need } = kernel
  operations.define({
    name: 'auth.login',
    summary: 'Logs a person in',
    http: 'POST /api/auth/login',
    permission: null,
    input: strict({ email: Email, password: Password }),
    output: LoggedIn,
    errors: ['INVALID_CREDENTIALS'],
    handle: async ({ email, password }) => logIn(kernel, await need('identities').signIn(email, password)),
  })
  operations.define({
    name: 'auth.refresh',
    summary: 'A new access token and a new refresh token for an old refresh token, which ends',
    http: 'POST /api/auth/refresh',
    permission: null,
    input: strict({ refreshToken: Type.String({ minLength: 1, maxLength: 256 }) }),
    output: LoggedIn,
    errors: ['UNAUTHENTICATED'],
    async handle({ refreshToken }) {
      const parsed = parseSecret(refreshToken)
      const session = parsed && state.get('sessions', parsed.id)
      if (!session || Date.parse(session.expiresAt) <= kernel.clock.now())
        throw new KernelError('UNAUTHENTICATED', 'this session has ended: log in')
      if (!matchesHash(parsed.secret, session.refreshHash)) {
        // Somebody holds a token that was used before: whoever of the two is the thief, the session ends.
        await commit({ actorId: session.userId }, (transaction) => transaction.delete('sessions', session.id))
        throw new KernelError('UNAUTHENTICATED', 'this refresh token was used before; the session was ended: log in')
      }
      return logIn(kernel, await need('identities').refresh(session.providerRefreshToken))
    },
  })
  operations.define({
    name: 'auth.logout',
    summary: 'Ends the session of the caller',
    http: 'POST /api/auth/logout',
    permission: 'self:write',
    status: 204,
    input: strict({}),
    output: Type.Null(),
    async handle(_input, { who, origin }) {
      await commit(origin, (transaction) => {
        if (state.get('sessions', who.credentialId)) transaction.delete('sessions', who.credentialId)
      })
      return null
    },
  })
  operations.define({
    name: 'auth.me',
    summary: 'Who the caller is',
    http: 'GET /api/auth/me',
    permission: 'self:write',
    input: strict({}),
    output: strict({ user: User, permissions: Type.Array(Type.String()) }),
    handle(_input, { who }) {
      const user = durable.get('users', who.id)
      if (!user) throw new KernelError('NOT_FOUND', 'this credential belongs to no person')
      return { user, permissions: [...who.permissions] }
    },
  })
}
