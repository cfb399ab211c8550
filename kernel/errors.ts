/**
 * Every error that a caller can meet: one table of codes, with the HTTP status each travels under and whether the same
 * call may succeed later. A sentence with the numbers in it goes with each throw.
 */
export const codes = {
  INVALID_JSON: { status: 400, retryable: false },
  INVALID_CURSOR: { status: 400, retryable: false },
  INVALID_FRAME: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  INVALID_CREDENTIALS: { status: 401, retryable: false },
  TOKEN_EXPIRED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  REGISTRATION_CLOSED: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  ALREADY_EXISTS: { status: 409, retryable: false },
  VERSION_EXISTS: { status: 409, retryable: false },
  BUNDLE_MISSING: { status: 409, retryable: false },
  ALREADY_SET_UP: { status: 409, retryable: false },
  CONFLICT: { status: 409, retryable: true },
  IN_USE: { status: 409, retryable: false },
  POD_ENDED: { status: 409, retryable: false },
  POD_OF_DEPLOYMENT: { status: 409, retryable: false },
  RESERVED: { status: 409, retryable: false },
  LAST_ADMINISTRATOR: { status: 409, retryable: false },
  NAMESPACE_TERMINATING: { status: 409, retryable: false },
  PRECONDITION_FAILED: { status: 412, retryable: false },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  BUNDLE_TOO_LARGE: { status: 413, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  INVALID: { status: 422, retryable: false },
  INVALID_BUNDLE: { status: 422, retryable: false },
  HASH_MISMATCH: { status: 422, retryable: false },
  RUNTIME_MISMATCH: { status: 422, retryable: false },
  UNKNOWN_PRIORITY_CLASS: { status: 422, retryable: false },
  PRIORITY_MISMATCH: { status: 422, retryable: false },
  PREEMPTION_POLICY_MISMATCH: { status: 422, retryable: false },
  GLOBAL_DEFAULT_EXISTS: { status: 409, retryable: false },
  WEAK_PASSWORD: { status: 422, retryable: false },
  IDEMPOTENCY_KEY_REUSED: { status: 422, retryable: false },
  LIMIT_RANGE: { status: 422, retryable: false },
  TOO_MANY_TOKENS: { status: 409, retryable: false },
  TOO_MANY_SECRETS: { status: 409, retryable: false },
  KEYS_ARE_GIVEN: { status: 409, retryable: false },
  QUOTA_EXCEEDED: { status: 403, retryable: true },
  TOO_MANY: { status: 429, retryable: true },
  SECRET_UNREADABLE: { status: 500, retryable: false },
  INTERNAL: { status: 500, retryable: false },
  STORE_UNAVAILABLE: { status: 503, retryable: true },
  NOT_READY: { status: 503, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>

export type Code = keyof typeof codes

/** One field that is wrong: path is a JSON pointer into the input. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

/** What travels to a caller in place of a result. Source: RFC 9457, with `code`, `correlationId` and `errors` added. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: Code
  readonly detail: string
  readonly retryable: boolean
  readonly correlationId?: string
  readonly errors?: readonly FieldError[]
  readonly details?: Readonly<Record<string, unknown>>
}

export interface KernelErrorOptions {
  readonly errors?: readonly FieldError[]
  /** Numbers and names that a program may want; they travel to the caller. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export class KernelError extends Error {
  readonly code: Code
  readonly status: number
  readonly retryable: boolean
  readonly errors: readonly FieldError[] | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: Code, message: string, { errors, details, cause }: KernelErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'KernelError'
    this.code = code
    this.status = codes[code].status
    this.retryable = codes[code].retryable
    this.errors = errors
    this.details = details
  }
}

/** What a caller is told: a coded error in full, and of any other only that it happened. */
export function toProblem(error: unknown, correlationId?: string): Problem {
  const known = error instanceof KernelError ? error : new KernelError('INTERNAL', 'something went wrong on our side; it has been logged')
  return {
    type: 'about:blank',
    title: known.code
      .toLowerCase()
      .replaceAll('_', ' ')
      .replace(/^./, (first) => first.toUpperCase()),
    status: known.status,
    code: known.code,
    detail: known.message,
    retryable: known.retryable,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(known.errors ? { errors: known.errors } : {}),
    ...(known.details ? { details: known.details } : {}),
  }
}
