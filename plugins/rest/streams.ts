/**
 * Answers that go on for as long as somebody reads, such as a log that is followed. One ends when whoever reads it may no longer, and
 * nobody has more of them open than a limit.
 */
import { KernelError, type Credential, type Operation, type PluginKernel, type Principal } from '../../kernel/index.ts'

const STREAMS_MAX = 100

/** What decides who somebody is. */
const ACCOUNT_KINDS: readonly string[] = ['users', 'sessions', 'tokens']

interface Stream {
  readonly operation: Operation
  readonly credential: Credential
  readonly who: Principal
  readonly end: () => void
}

export class Streams {
  readonly #open = new Map<string, Set<Stream>>()

  constructor({ onDurable, operations }: PluginKernel) {
    onDurable(async ({ changes }) => {
      const ids = new Set(changes.flatMap(({ kind, id }) => (ACCOUNT_KINDS.includes(kind) ? [id] : [])))
      if (ids.size === 0) return
      const concerned = [...this.#open.values()]
        .flatMap((streams) => [...streams])
        .filter(({ who }) => ids.has(who.id) || ids.has(who.credentialId))
      for (const { operation, credential, end } of concerned) await operations.judge(operation, credential).catch(end)
    })
  }

  /** @returns what forgets it. @throws KernelError TOO_MANY */
  open(stream: Stream): () => void {
    const theirs = this.#open.get(stream.who.id) ?? new Set()
    if (theirs.size >= STREAMS_MAX) throw new KernelError('TOO_MANY', `you follow ${theirs.size} streams already: end one first`)
    this.#open.set(stream.who.id, theirs.add(stream))
    return () => {
      theirs.delete(stream)
      if (theirs.size === 0) this.#open.delete(stream.who.id)
    }
  }
}
