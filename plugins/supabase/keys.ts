/**
 * The keys of the embedded Supabase: made at its first start, kept beside its data, readable by their owner only. Whoever reads the
 * file is the database's administrator.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface Keys {
  /** Signs access tokens (HS256). */
  readonly jwtSecret: string
  readonly publishableKey: string
  readonly secretKey: string
}

/** Reads the keys of a data directory, or makes them. */
export function loadKeys(directory: string): Keys {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = path.join(directory, 'keys.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const keys: Keys = {
    jwtSecret: randomBytes(48).toString('base64url'),
    publishableKey: `sb_publishable_${randomBytes(24).toString('base64url')}`,
    secretKey: `sb_secret_${randomBytes(24).toString('base64url')}`,
  }
  try {
    // wx: of two first starts at once one writes, and the other reads what it wrote.
    writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    return keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return loadKeys(directory)
  }
}
