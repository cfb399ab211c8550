/** What Supabase's services answer, as errors of ours. */
import type { AuthError } from '@supabase/supabase-js'
import { KernelError, type Code } from '../../kernel/index.ts'

/** An answer of PostgREST that is none: code is an SQLSTATE, or PostgREST's own. */
export interface DatabaseError {
  readonly code: string
  readonly message: string
  readonly details: string
  readonly hint: string
}

export const unavailable = (message: string, cause?: unknown) => new KernelError('STORE_UNAVAILABLE', message, { cause })

/** Supabase Auth's codes. Source: https://supabase.com/docs/guides/auth/debugging/error-codes */
const authCodes: Readonly<Record<string, Code>> = {
  invalid_credentials: 'INVALID_CREDENTIALS',
  user_already_exists: 'ALREADY_EXISTS',
  email_exists: 'ALREADY_EXISTS',
  weak_password: 'WEAK_PASSWORD',
  validation_failed: 'INVALID',
  email_address_invalid: 'INVALID',
  signup_disabled: 'REGISTRATION_CLOSED',
  over_request_rate_limit: 'TOO_MANY',
}

/** @param otherwise for a refusal whose code is none of the above */
export function authError(error: AuthError, otherwise: Code): KernelError {
  const { code, message } = error
  if (isNoAnswer(error)) return unavailable(`Supabase Auth did not answer: ${message}`, error)
  return new KernelError(authCodes[code ?? ''] ?? otherwise, message, { cause: error })
}

/** The server was not there or in trouble, which says nothing about what it was asked. */
export const isNoAnswer = ({ name, status }: AuthError): boolean =>
  name === 'AuthRetryableFetchError' || name === 'AuthUnknownError' || (status !== undefined && status >= 500)

/** A batch that the database will never take: which rule it breaks. */
export function refusal({ code, message, details, hint }: DatabaseError): KernelError {
  const sqlState = code === 'PT422' ? details : code
  const known: Readonly<Record<string, Code>> = { 23505: 'ALREADY_EXISTS', 23503: 'IN_USE', 23514: 'INVALID', 23502: 'INVALID' }
  return new KernelError(known[sqlState] ?? (sqlState.startsWith('22') ? 'INVALID' : 'INTERNAL'), `the database refused it: ${message}`, {
    details: { sqlState, constraint: hint },
  })
}
