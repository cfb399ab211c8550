/**
 * Who is signed in: the tokens that the server gave, kept for this tab in sessionStorage, so that closing it forgets them. The
 * access token is exchanged shortly before it ends; a refresh token is good once, so only one exchange is under way at a time.
 */
import { shallowRef } from '@vue/reactivity'
import type { User } from '../../../kernel/schema/account.ts'
import { Refusal, send } from '../http.ts'

const KEY = 'stark-session'
const REFRESH_BEFORE_MS = 60_000
const RETRY_MS = 5_000
/** What a timer of a browser can wait at most. */
const TIMER_MS_MAX = 2_147_483_647

/** What signing in, setting up and refreshing answer with. */
export interface SignedIn {
  readonly user: User
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: string
}

export class Session {
  readonly #current = shallowRef<SignedIn | undefined>(stored())
  #refreshing: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.#plan()
  }

  get current(): SignedIn | undefined {
    return this.#current.value
  }

  /** @throws Refusal with the server's words */
  async signIn(email: string, password: string): Promise<void> {
    this.adopt(await send<SignedIn>('POST', '/api/auth/login', { body: { email, password } }))
  }

  /** Where the cluster lets people in by themselves. @throws Refusal with the server's words */
  async register(email: string, password: string): Promise<void> {
    this.adopt(await send<SignedIn>('POST', '/api/auth/register', { body: { email, password } }))
  }

  adopt(signedIn: SignedIn): void {
    sessionStorage.setItem(KEY, JSON.stringify(signedIn))
    this.#current.value = signedIn
    this.#plan()
  }

  /** Ends the session at the server too, where that can be reached; here it ends in any case. */
  async signOut(): Promise<void> {
    const token = this.current?.accessToken
    this.#forget()
    if (token === undefined) return
    await send('POST', '/api/auth/logout', { token }).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    })
  }

  /** New tokens for the old ones. Whoever may not have them is signed out; a server that is away is asked again later. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#exchange().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #exchange(): Promise<void> {
    const before = this.current
    if (!before) return
    try {
      const fresh = await send<SignedIn>('POST', '/api/auth/refresh', { body: { refreshToken: before.refreshToken } })
      if (this.current === before) this.adopt(fresh)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (this.current !== before) return
      if (error.isFinal) this.#forget()
      else this.#plan(RETRY_MS)
    }
  }

  #plan(atLeastMs = 0): void {
    clearTimeout(this.#timer)
    if (!this.current) return
    const ms = Date.parse(this.current.expiresAt) - Date.now() - REFRESH_BEFORE_MS
    this.#timer = setTimeout(() => void this.refresh(), Math.min(Math.max(ms, atLeastMs), TIMER_MS_MAX))
  }

  #forget(): void {
    clearTimeout(this.#timer)
    sessionStorage.removeItem(KEY)
    this.#current.value = undefined
  }
}

function stored(): SignedIn | undefined {
  const text = sessionStorage.getItem(KEY)
  return text === null ? undefined : (JSON.parse(text) as SignedIn)
}
