/** What a command can fail with: a sentence that says what to do next, and the exit code that tells a script which kind it was. */
import type { Problem } from '../../kernel/errors.ts'

/** 0 is done. A documented part of the command line: scripts branch on these. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  notFound: 3,
  notPermitted: 4,
  podFailed: 5,
  unreachable: 6,
} as const
export type FailureKind = keyof typeof exitCodes

export class Failure extends Error {
  readonly kind: FailureKind
  /** The server's code, when it was the server that refused. */
  readonly code: string | undefined
  /** One line each for the fields that are wrong. */
  readonly fields: readonly string[]

  constructor(
    kind: FailureKind,
    sentence: string,
    { code, fields = [], cause }: { code?: string; fields?: readonly string[]; cause?: unknown } = {},
  ) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.kind = kind
    this.code = code
    this.fields = fields
  }

  get exitCode(): number {
    return exitCodes[this.kind]
  }
}

/** The part of a problem document that people are told of. */
export type Refusal = Pick<Problem, 'code' | 'detail' | 'retryable' | 'errors'>

export function failureOf({ code, detail, retryable, errors = [] }: Refusal, server: string): Failure {
  // The detail names the first field already; the lines are for when there are more.
  const fields = errors.length > 1 ? errors.map(({ path, message }) => `${flagLike(path)}: ${message}`) : []
  return new Failure(kinds[code] ?? 'failed', sentenceFor({ code, detail, retryable }, server), { code, fields })
}

const kinds: Readonly<Partial<Record<Refusal['code'], FailureKind>>> = {
  UNAUTHENTICATED: 'notPermitted',
  INVALID_CREDENTIALS: 'notPermitted',
  TOKEN_EXPIRED: 'notPermitted',
  FORBIDDEN: 'notPermitted',
  REGISTRATION_CLOSED: 'notPermitted',
  NOT_FOUND: 'notFound',
}

function sentenceFor({ code, detail, retryable }: Omit<Refusal, 'errors'>, server: string): string {
  if (code === 'UNAUTHENTICATED') return `${server} does not know you: run "stark login --server ${server}"`
  if (code === 'TOKEN_EXPIRED') return `your access to ${server} has expired: run "stark login --server ${server}"`
  if (code === 'INVALID_CREDENTIALS') return `${detail}: check what you gave, and try again`
  if (code === 'FORBIDDEN') return `${detail} ("stark whoami" says who you are)`
  return retryable ? `${detail} (trying again may help)` : detail
}

/** "/resources/requests/cpu" as people write it. */
const flagLike = (pointer: string): string => (pointer === '' ? 'the input' : pointer.slice(1).replaceAll('/', '.'))
