/**
 * Who you are at which server: credentials.json in $STARK_CONFIG_DIR or ~/.config/stark, for its owner's eyes only. It is changed
 * under a lock and replaced as a whole, so commands that run at once neither lose a login nor spend a refresh token twice.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Failure } from './failure.ts'
import { withLock } from './lock.ts'

export interface Login {
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  /** RFC 3339; when the access token ends. */
  readonly expiresAt: string
}

export interface Credentials {
  /** The server that was logged in to last, and is meant where none is named. */
  readonly current?: string
  readonly servers: Readonly<Record<string, Login>>
}

export function configFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { STARK_CONFIG_DIR: own, XDG_CONFIG_HOME: shared } = environment
  if (own !== undefined && own !== '') return path.resolve(own)
  return path.join(shared === undefined || shared === '' ? path.join(os.homedir(), '.config') : shared, 'stark')
}

export class CredentialFile {
  readonly #file: string

  constructor(folder: string) {
    this.#file = path.join(folder, 'credentials.json')
  }

  /** @throws Failure when the file is not one of ours */
  async read(): Promise<Credentials> {
    try {
      const credentials: unknown = JSON.parse(await readFile(this.#file, 'utf8'))
      if (isCredentials(credentials)) return credentials
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} }
      if (!(error instanceof SyntaxError)) throw error
    }
    throw new Failure('failed', `${this.#file} cannot be read as credentials: remove it and log in again`)
  }

  /** Reads, computes and writes while no other command can. @returns what was written */
  async change(compute: (now: Credentials) => Credentials | Promise<Credentials>): Promise<Credentials> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 })
    return withLock(`${this.#file}.lock`, async () => {
      const before = await this.read()
      const after = await compute(before)
      if (after !== before) await this.#write(after)
      return after
    })
  }

  async #write(credentials: Credentials): Promise<void> {
    const partial = `${this.#file}.${process.pid}.partial`
    const handle = await open(partial, 'w', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, this.#file)
  }
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null || !('servers' in value)) return false
  return typeof value.servers === 'object' && value.servers !== null
}
