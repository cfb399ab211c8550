/**
 * Functions of a plugin from outside that may refuse by throwing. A plugin that was compiled on its own has no KernelError of ours:
 * any error with a code of the table is a refusal, any other is a fault.
 */
import { codes, KernelError, type Code } from '../../kernel/index.ts'
import type { Referee } from './referee.ts'

export interface Refusing<A extends unknown[], R> {
  readonly referee: Referee
  /** Throws Nonsense. */
  readonly check?: (answer: R, ...values: A) => void
  /** What is answered, or thrown, in its place. */
  readonly onFault: (error: unknown) => R
}

/** @throws KernelError when it refuses */
export function refusable<A extends unknown[], R>(
  where: string,
  run: (...values: A) => R,
  { referee, check, onFault }: Refusing<A, R>,
): (...values: A) => R {
  const watched = referee.watched(where, (...values: A): { readonly answer: R } | KernelError => {
    try {
      const answer = run(...values)
      check?.(answer, ...values)
      return { answer }
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal) return refusal
      throw error
    }
  })
  return (...values) => {
    const outcome = attempt(() => watched(...values))
    if ('error' in outcome) return onFault(outcome.error)
    if (outcome.value instanceof KernelError) throw outcome.value
    return outcome.value.answer
  }
}

/** As `refusable`, for what takes its time. */
export function refusableLater<A extends unknown[], R>(
  where: string,
  run: (...values: A) => Promise<R>,
  { referee, onFault }: Omit<Refusing<A, R>, 'check'>,
): (...values: A) => Promise<R> {
  return async (...values) => {
    try {
      return await run(...values)
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal) throw refusal
      referee.fault(where, error)
      return onFault(error)
    }
  }
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

function refusalIn(error: unknown): KernelError | undefined {
  if (error instanceof KernelError) return error
  const { code, message } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : { code: undefined, message: '' }
  return typeof code === 'string' && Object.hasOwn(codes, code) ? new KernelError(code as Code, message, { cause: error }) : undefined
}
