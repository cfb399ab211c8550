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
  same_password: 'WEAK_PASSWORD',
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

const refusals: Readonly<Record<string, { readonly code: Code; readonly says: string }>> = {
  23505: { code: 'ALREADY_EXISTS', says: 'there is one with the same name or key already' },
  23503: { code: 'IN_USE', says: 'something else refers to it, or it refers to what is not there' },
  23514: { code: 'INVALID', says: 'a value is outside of what is allowed' },
  23502: { code: 'INVALID', says: 'a value is missing' },
}

/** A batch that the database will never take: by which rule, in our words. The database's own are the cause, for the log. */
export function refusal(cause: DatabaseError): KernelError {
  const sqlState = cause.code === 'PT422' ? cause.details : cause.code
  const { code, says } = refusals[sqlState] ?? (sqlState.startsWith('22') ? NO_VALUE : UNKNOWN)
  return new KernelError(code, `the store refused it: ${says}`, { cause })
}
const NO_VALUE = { code: 'INVALID', says: 'a value is not one that can be stored' } as const
const UNKNOWN = { code: 'INTERNAL', says: 'it has been logged why' } as const
