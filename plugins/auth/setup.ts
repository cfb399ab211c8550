/**
 * The one-time set-up token, which makes the first administrator. It lives as long as there is no user, is told once in the
 * banner and in STARK_DATA_DIR/setup-link, and never goes through the logger.
 */
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isSame } from './secrets.ts'

export interface SetupOptions {
  /** Where setup-link is written. */
  readonly directory: string
  /** A given token instead of a random one. */
  readonly token?: string
  /** From the token to the link that carries it. */
  readonly linkTo: (token: string) => string
  /** Tells whoever starts the server. */
  readonly announce: (link: string) => void
}

export class Setup {
  readonly #options: SetupOptions
  #token: string | undefined

  constructor(options: SetupOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    const { directory, token = randomBytes(24).toString('base64url'), linkTo, announce } = this.#options
    this.#token = token
    await writeFile(path.join(directory, 'setup-link'), `${linkTo(token)}\n`, { mode: 0o600 })
    announce(linkTo(token))
  }

  matches(token: string): boolean {
    return this.#token !== undefined && isSame(this.#token, token)
  }

  async close(): Promise<void> {
    this.#token = undefined
    await rm(path.join(this.#options.directory, 'setup-link'), { force: true })
  }
}
