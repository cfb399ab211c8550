/**
 * From an identity that Supabase Auth vouches for to a session of ours. Access tokens are Supabase's; the refresh tokens that
 * people hold are ours, good once each, and wrap Supabase's, which is sealed and never leaves the store.
 */
import { Type } from 'typebox'
import {
  KernelError,
  strict,
  Time,
  timestamp,
  User,
  type Origin,
  type PluginKernel,
  type Role,
  type Session,
  type Transaction,
} from '../../kernel/index.ts'
import type { SignedIn } from '../services.ts'
import { newSecret } from './secrets.ts'

const SESSION_LIFE_MS = 30 * 24 * 3_600_000
/** Of one user; one more ends the one that was used longest ago. */
const SESSIONS_MAX = 50
/** A refusal is told at a whole multiple of this, so that its time does not tell whether there is such an account. */
const REFUSAL_STEP_MS = 1_000

export const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$', description: 'an e-mail address' })
export const Password = Type.String({ minLength: 1, maxLength: 72, description: '8 characters at least', writeOnly: true })
export const LoggedIn = strict({ user: User, accessToken: Type.String(), refreshToken: Type.String(), expiresAt: Time })

export interface LogInOptions {
  readonly remote: string
  readonly origin: Origin
  /** Makes the account of somebody who has none. */
  readonly account?: { readonly roles: Role[]; readonly namespaces: string[] }
}

/** @throws KernelError INVALID_CREDENTIALS when there is no account, or it is disabled */
export async function logIn({ commit, need }: PluginKernel, signedIn: SignedIn, { remote, origin, account }: LogInOptions) {
  const { userId, email, sessionId } = signedIn
  const { text, hash } = newSecret('refresh', sessionId)
  const user = await commit({ ...origin, actorId: userId, credentialId: sessionId }, (transaction) => {
    const known = transaction.state.get('users', userId)
    if (known?.disabled) throw new KernelError('INVALID_CREDENTIALS', 'this account is disabled')
    if (!known && !account) throw new KernelError('INVALID_CREDENTIALS', 'there is no account for this person')
    const session = {
      userId,
      refreshHash: hash,
      providerRefreshToken: need('seals').seal(signedIn.refreshToken, sessionId),
      expiresAt: timestamp(transaction.at + SESSION_LIFE_MS),
      lastUsedAt: timestamp(transaction.at),
      remote,
    }
    if (transaction.state.get('sessions', sessionId)) transaction.update('sessions', sessionId, session)
    else {
      makeRoom(transaction, userId)
      transaction.add('sessions', { id: sessionId, ...session })
    }
    return known ?? transaction.add('users', { id: userId, email, disabled: false, roles: [], namespaces: [], ...account })
  })
  return { user, accessToken: signedIn.accessToken, refreshToken: text, expiresAt: signedIn.expiresAt }
}

/** @throws KernelError UNAUTHENTICATED when the key that sealed it is gone */
export function providerTokenOf({ need }: PluginKernel, { id, providerRefreshToken }: Session): string {
  try {
    return need('seals').unseal(providerRefreshToken, id)
  } catch (error) {
    if (!isCoded(error, 'SECRET_UNREADABLE')) throw error
    throw new KernelError('UNAUTHENTICATED', 'this session cannot go on, because the key of the server has changed: log in', {
      cause: error,
    })
  }
}

function makeRoom(transaction: Transaction, userId: string): void {
  const sessions = transaction.state.by('sessions', 'userId', userId).sort((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : -1))
  for (const { id } of sessions.slice(SESSIONS_MAX - 1)) transaction.delete('sessions', id)
}

/**
 * Makes an identity, or goes on with one that has no account: an earlier attempt may have stopped between the two, and then the
 * same password goes on from there.
 * @throws KernelError ALREADY_EXISTS when there is an account, or the password is another
 */
export async function signUp({ need, state }: PluginKernel, email: string, password: string): Promise<SignedIn> {
  const identities = need('identities')
  try {
    return await identities.signUp(email, password)
  } catch (error) {
    if (!isCoded(error, 'ALREADY_EXISTS') || state.find('users', 'email', email.toLowerCase())) throw error
    return identities.signIn(email, password).catch((refusal: unknown) => {
      throw isCoded(refusal, 'INVALID_CREDENTIALS') ? error : refusal
    })
  }
}

/** Signs in; a refusal takes as long whatever its reason. @throws KernelError INVALID_CREDENTIALS, STORE_UNAVAILABLE */
export async function signIn({ need, clock }: PluginKernel, email: string, password: string): Promise<SignedIn> {
  const started = clock.now()
  try {
    return await need('identities').signIn(email, password)
  } catch (error) {
    if (!isCoded(error, 'INVALID_CREDENTIALS')) throw error
    const passed = clock.now() - started
    await new Promise<void>((resolve) => {
      clock.after(REFUSAL_STEP_MS - (passed % REFUSAL_STEP_MS), resolve)
    })
    throw error
  }
}

const isCoded = (error: unknown, code: string): boolean => error instanceof KernelError && error.code === code
