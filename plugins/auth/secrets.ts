/**
 * Secrets that machines hold: `stark_KIND_ID_SECRET`. The id finds the record; of the secret only a hash is kept, and it is
 * compared in constant time. 256 random bits need no slow hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Token } from '../../kernel/index.ts'

const FORM = /^stark_(join|api|node|refresh)_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/

export interface Secret {
  readonly text: string
  readonly hash: string
}

export function newSecret(kind: Token['kind'] | 'refresh', id: string): Secret {
  const secret = randomBytes(32).toString('base64url')
  return { text: `stark_${kind}_${id}_${secret}`, hash: hashOf(secret) }
}

/** @returns the record's id and the secret, or undefined when the text is not of this form */
export function parseSecret(text: string): { readonly kind: string; readonly id: string; readonly secret: string } | undefined {
  const [, kind, id, secret] = FORM.exec(text) ?? []
  return kind === undefined || id === undefined || secret === undefined ? undefined : { kind, id, secret }
}

export const matchesHash = (secret: string, hash: string): boolean => isSame(hashOf(secret), hash)

/** Constant time, whatever the lengths. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
