/**
 * People's e-mail addresses and passwords: Supabase Auth. Each call has a client of its own, because a client that signs in becomes
 * that user. Tokens are verified here, without a round trip, for every request that carries one.
 */
import type { AuthResponse } from '@supabase/supabase-js'
import { errors, jwtVerify } from 'jose'
import { KernelError } from '../../kernel/index.ts'
import type { Identities, SignedIn } from '../services.ts'
import { connect, type Client, type Endpoint } from './client.ts'
import { authError, isNoAnswer } from './errors.ts'

export interface IdentitiesOptions {
  readonly endpoint: Endpoint
  /** For what people do themselves. */
  readonly publishableKey: string
  readonly createUser: CreateUser
  readonly claimsOf: ClaimsOf
}

export interface Claims {
  readonly sub: string
  readonly session_id: string
}
/** @throws KernelError UNAUTHENTICATED, TOKEN_EXPIRED */
export type ClaimsOf = (accessToken: string) => Promise<Claims>
/** Makes a user who can sign in at once; what else it answers is of no use here. */
export type CreateUser = (email: string, password: string) => Promise<void>

export function createIdentities({ endpoint, publishableKey, createUser, claimsOf }: IdentitiesOptions): Identities {
  const auth = () => connect(endpoint, publishableKey).auth
  const signIn = async (email: string, password: string) => signedIn(await auth().signInWithPassword({ email, password }), claimsOf)
  const refresh = async (client: ReturnType<typeof auth>, refreshToken: string) => {
    const response = await client.refreshSession({ refresh_token: refreshToken })
    if (response.error && !isNoAnswer(response.error)) throw unauthenticated(response.error, 'the refresh token is not valid')
    return signedIn(response, claimsOf)
  }
  return {
    async signUp(email, password) {
      await createUser(email, password)
      return signIn(email, password)
    },
    signIn,
    refresh: (refreshToken) => refresh(auth(), refreshToken),
    async changePassword(refreshToken, password) {
      // This client is the person from here on. Supabase Auth keeps the session that changes the password, and may end the others.
      const client = auth()
      const signedIn = await refresh(client, refreshToken)
      const { error } = await client.updateUser({ password })
      if (error) throw authError(error, 'INVALID')
      return signedIn.refreshToken
    },
    async verify(accessToken) {
      const { sub, session_id } = await claimsOf(accessToken)
      return { userId: sub, sessionId: session_id }
    },
  }
}

async function signedIn({ data, error }: AuthResponse, claimsOf: ClaimsOf): Promise<SignedIn> {
  if (error) throw authError(error, 'INVALID_CREDENTIALS')
  const { session } = data
  if (session === null) throw new KernelError('INVALID_CREDENTIALS', 'Supabase Auth gave no session')
  const { session_id } = await claimsOf(session.access_token)
  return {
    userId: session.user.id,
    sessionId: session_id,
    email: session.user.email ?? '',
    accessToken: session.access_token,
    refreshToken: session.refresh_token,
    expiresAt: new Date((session.expires_at ?? 0) * 1000).toISOString(),
  }
}

/** As a person would, with the public key. */
export const createUserBySignUp =
  (endpoint: Endpoint, publishableKey: string): CreateUser =>
  async (email, password) => {
    const { error } = await connect(endpoint, publishableKey).auth.signUp({ email, password })
    if (error) throw authError(error, 'INVALID')
  }

/**
 * With the secret key: that works where signing up is closed, and nobody has to confirm an address. The embeddable build has no
 * administration of users and says so by `no_authorization`, also when it stands in for a project; there they sign up.
 */
export const createUserAsAdmin =
  (endpoint: Endpoint, { secretKey, publishableKey }: { secretKey: string; publishableKey: string }): CreateUser =>
  async (email, password) => {
    const { error } = await connect(endpoint, secretKey).auth.admin.createUser({ email, password, email_confirm: true })
    if (error?.code === 'no_authorization') await createUserBySignUp(endpoint, publishableKey)(email, password)
    else if (error) throw authError(error, 'INVALID')
  }

/** The embedded build signs with a secret that we made. */
export function claimsBySecret(jwtSecret: string): ClaimsOf {
  const secret = new TextEncoder().encode(jwtSecret)
  return async (accessToken) => {
    try {
      const { payload } = await jwtVerify(accessToken, secret, { algorithms: ['HS256'], audience: 'authenticated' })
      return checked(payload)
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired()
      if (error instanceof errors.JOSEError) throw unauthenticated(error)
      throw error
    }
  }
}

/** A project signs with its own keys, which supabase-js fetches once; with an old shared secret it asks the server each time. */
export function claimsByProject(client: Client): ClaimsOf {
  return async (accessToken) => {
    const { data, error } = await client.auth.getClaims(accessToken).catch((cause: unknown) => {
      throw unauthenticated(cause) // what is no token at all is thrown and not returned
    })
    if (data) return checked(data.claims)
    if (error && /expired/i.test(error.message)) throw expired()
    if (error && isNoAnswer(error)) throw authError(error, 'UNAUTHENTICATED')
    throw unauthenticated(error)
  }
}

function checked({ sub, session_id }: { sub?: unknown; session_id?: unknown }): Claims {
  if (typeof sub !== 'string' || typeof session_id !== 'string') throw unauthenticated(undefined)
  return { sub, session_id }
}

const expired = () => new KernelError('TOKEN_EXPIRED', 'the access token has expired')
const unauthenticated = (cause: unknown, message = 'the access token is not valid') =>
  new KernelError('UNAUTHENTICATED', message, { cause })
