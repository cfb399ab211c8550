/**
 * Sessions: login, refresh, logout, and their list. They are held in memory, so that an end counts at once although access
 * tokens are verified without a round trip.
 */
import { Type } from 'typebox'
import {
  Id,
  KernelError,
  Listing,
  page,
  Page,
  Session,
  strict,
  sweep,
  timestamp,
  User,
  type Call,
  type PluginKernel,
} from '../../kernel/index.ts'
import { Email, LoggedIn, logIn, Password, providerTokenOf, signIn } from './log-in.ts'
import { matchesHash, parseSecret } from './secrets.ts'

const SWEEP_MS = 3_600_000

const { refreshHash: _hash, providerRefreshToken: _token, ...shown } = Session.properties
const SessionView = strict({ ...shown, isCurrent: Type.Boolean({ description: 'the one that asks' }) })

export function defineLogin(kernel: PluginKernel): void {
  const { operations, durable, commit, state } = kernel
  operations.define({
    name: 'auth.login',
    summary: 'Logs a person in',
    http: 'POST /api/auth/login',
    permission: null,
    input: strict({ email: Email, password: Password }),
    output: LoggedIn,
    errors: ['INVALID_CREDENTIALS', 'TOO_MANY'],
    handle: async ({ email, password }, { remote, origin }) => logIn(kernel, await signIn(kernel, email, password), { remote, origin }),
  })
  defineRefresh(kernel)
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

function defineRefresh(kernel: PluginKernel): void {
  /** Sessions whose refresh token is being exchanged: the same one a second time would give two. */
  const underway = new Set<string>()
  kernel.operations.define({
    name: 'auth.refresh',
    summary: 'A new access token and a new refresh token for an old refresh token, which ends',
    http: 'POST /api/auth/refresh',
    permission: null,
    input: strict({ refreshToken: Type.String({ minLength: 1, maxLength: 256 }) }),
    output: LoggedIn,
    errors: ['UNAUTHENTICATED', 'CONFLICT', 'TOO_MANY'],
    async handle({ refreshToken }, call) {
      const session = await sessionOf(kernel, refreshToken, call)
      if (underway.has(session.id)) {
        throw new KernelError('CONFLICT', 'this refresh token is being exchanged by another request: use what that one gets')
      }
      underway.add(session.id)
      try {
        return await logIn(kernel, await kernel.need('identities').refresh(providerTokenOf(kernel, session)), call)
      } finally {
        underway.delete(session.id)
      }
    },
  })
}

/** @throws KernelError UNAUTHENTICATED */
async function sessionOf({ state, commit, clock }: PluginKernel, refreshToken: string, { origin }: Call): Promise<Session> {
  const parsed = parseSecret(refreshToken)
  const session = parsed?.kind === 'refresh' ? state.get('sessions', parsed.id) : undefined
  if (!parsed || !session || Date.parse(session.expiresAt) <= clock.now())
    throw new KernelError('UNAUTHENTICATED', 'this session has ended: log in')
  if (matchesHash(parsed.secret, session.refreshHash)) return session
  // Somebody holds a token that was used before: whoever of the two is the thief, the session ends.
  await commit({ ...origin, actorId: session.userId }, (transaction) => transaction.delete('sessions', session.id))
  throw new KernelError('UNAUTHENTICATED', 'this refresh token was used before; the session was ended: log in')
}

export function defineSessions(kernel: PluginKernel): void {
  const { operations, durable, state, commit } = kernel
  operations.define({
    name: 'sessions.list',
    summary: 'Sessions of the caller; an administrator may ask for those of another user',
    http: 'GET /api/auth/sessions',
    permission: 'self:write',
    input: strict({ ...Page, userId: Type.Optional(Id) }),
    output: Listing(SessionView),
    errors: ['FORBIDDEN'],
    handle({ userId, ...request }, { who }) {
      const { items, nextCursor } = page(durable.by('sessions', 'userId', ownerOf(userId, who)), request)
      return { items: items.map((session) => view(session, who.credentialId)), nextCursor }
    },
  })
  operations.define({
    name: 'sessions.delete',
    summary: 'Ends a session at once',
    http: 'DELETE /api/auth/sessions/:id',
    permission: 'self:write',
    status: 204,
    input: strict({ id: Id }),
    output: Type.Null(),
    errors: ['NOT_FOUND'],
    async handle({ id }, { who, origin }) {
      const session = state.get('sessions', id)
      // Whose it is, is nobody else's business: another's is as good as none.
      if (!session || (session.userId !== who.id && !who.roles.includes('admin')))
        throw new KernelError('NOT_FOUND', `there is no session ${id}`)
      await commit(origin, (transaction) => transaction.delete('sessions', id))
      return null
    },
  })
  operations.define({
    name: 'sessions.deleteOthers',
    summary: 'Ends all sessions of the caller but the one that asks; an administrator may end all of another user',
    http: 'DELETE /api/auth/sessions',
    permission: 'self:write',
    status: 204,
    input: strict({ userId: Type.Optional(Id) }),
    output: Type.Null(),
    errors: ['FORBIDDEN'],
    async handle({ userId }, { who, origin }) {
      const sessions = state.by('sessions', 'userId', ownerOf(userId, who)).filter(({ id }) => id !== who.credentialId)
      await commit(origin, (transaction) => {
        for (const { id } of sessions) transaction.delete('sessions', id)
      })
      return null
    },
  })
  keepTidy(kernel)
}

/** Forgets sessions that have ended, and seals what they hold anew when keys change. */
function keepTidy(kernel: PluginKernel): void {
  const { state, commit, clock, need, log, onStart } = kernel
  const forget = async () => {
    const now = timestamp(clock.now())
    const ended = [...state.all('sessions')].filter(({ expiresAt }) => expiresAt <= now)
    await sweep(kernel, { kind: 'sessions', actorId: 'auth', ids: ended.map(({ id }) => id) })
  }
  onStart(forget)
  clock.every(SWEEP_MS, forget)
  onStart(() => {
    const { seal, unseal, onRotate } = need('seals')
    onRotate(() =>
      commit({ actorId: 'auth' }, (transaction) => {
        for (const { id, providerRefreshToken } of state.all('sessions')) {
          try {
            transaction.update('sessions', id, { providerRefreshToken: seal(unseal(providerRefreshToken, id), id) })
          } catch (error) {
            if (!(error instanceof KernelError)) throw error
            log.warn('a session cannot be refreshed any more', { session: id, error: error.message })
          }
        }
      }),
    )
  })
}

function ownerOf(userId: string | undefined, who: Call['who']): string {
  if (userId === undefined || userId === who.id) return who.id
  if (who.roles.includes('admin')) return userId
  throw new KernelError('FORBIDDEN', "sessions of others are an administrator's business")
}

function view({ refreshHash: _secret, providerRefreshToken: _theirs, ...session }: Session, currentId: string) {
  return { ...session, isCurrent: session.id === currentId }
}
