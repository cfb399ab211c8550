/**
 * Who may open a connection: programs, which send no Origin; pages of this server; and pages of origins that the operator names. And how
 * many one user or token may have: agents are told apart by their node, of which the newest connection wins.
 */
import type { IncomingMessage } from 'node:http'
import { KernelError, type Principal } from '../../kernel/index.ts'

const CONNECTIONS_PER_USER_MAX = 200

/** @param allowed origins beside this server's own */
export function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined || allowed.includes(origin)) return true
  // A frame of no origin says null, which is no URL.
  return URL.canParse(origin) && new URL(origin).host === host
}

export class Seats {
  readonly #taken = new Map<string, number>()

  /** @returns what frees it. @throws KernelError TOO_MANY */
  take({ id, kind }: Principal): () => void {
    if (kind === 'node') return () => undefined
    const taken = this.#taken.get(id) ?? 0
    if (taken >= CONNECTIONS_PER_USER_MAX) throw new KernelError('TOO_MANY', `you have ${taken} connections open: close one first`)
    this.#taken.set(id, taken + 1)
    let isFree = false
    return () => {
      if (isFree) return
      isFree = true
      const left = (this.#taken.get(id) ?? 1) - 1
      if (left > 0) this.#taken.set(id, left)
      else this.#taken.delete(id)
    }
  }
}
