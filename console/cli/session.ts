/** The credential that a command acts with: a login that refreshes itself, or the token in STARK_TOKEN. */
import { Api, anonymous, type Bearer } from './api.ts'
import type { CredentialFile, Login } from './credentials.ts'
import { Failure } from './failure.ts'

/** An access token that is about to end is renewed before it is used. */
const MARGIN_MS = 15_000

/** What set-up, login and refresh answer. */
export interface LoggedIn {
  readonly user: { readonly email: string; readonly roles: readonly string[] }
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: string
}

export const loginOf = ({ user, accessToken, refreshToken, expiresAt }: LoggedIn): Login => ({
  email: user.email,
  accessToken,
  refreshToken,
  expiresAt,
})

/** Machines hold a token that does not change. */
export const fixedBearer = (token: string): Bearer => ({ current: () => Promise.resolve(token), renew: () => Promise.resolve(undefined) })

export function storedBearer(server: string, credentials: CredentialFile): Bearer {
  const find = async (): Promise<Login | undefined> => (await credentials.read()).servers[server]
  return {
    async current() {
      const login = await find()
      if (!login) throw new Failure('notPermitted', `you are not logged in to ${server}: run "stark login --server ${server}"`)
      return isEnding(login) ? renew(server, credentials, login.accessToken) : login.accessToken
    },
    renew: (ended) => renew(server, credentials, ended),
  }
}

const isEnding = ({ expiresAt }: Login): boolean => Date.parse(expiresAt) - Date.now() < MARGIN_MS

/** A refresh token works once: under the lock, and only when no other command has renewed the login meanwhile. */
async function renew(server: string, credentials: CredentialFile, ended: string): Promise<string | undefined> {
  const after = await credentials.change(async (now) => {
    const login = now.servers[server]
    if (!login || login.accessToken !== ended) return now
    return { ...now, servers: { ...now.servers, [server]: loginOf(await refresh(server, login)) } }
  })
  return after.servers[server]?.accessToken
}

async function refresh(server: string, { refreshToken }: Login): Promise<LoggedIn> {
  try {
    return await new Api(server, anonymous).json<LoggedIn>({ method: 'POST', path: '/api/auth/refresh', body: { refreshToken } })
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'notPermitted') throw error
    throw new Failure('notPermitted', `your session at ${server} has ended: run "stark login --server ${server}"`, { cause: error })
  }
}
