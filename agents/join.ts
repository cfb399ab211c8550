/** How a machine or a tab becomes a node: once, with a join token, for which it is given a credential of its own. */
import { WireClient, WireError } from '../kernel/wire/client.ts'
import type { WireProblem } from '../kernel/wire/frames.ts'
import type { Connecting, NodeFacts, Registered } from './agent.ts'

/** Makes a node of whoever holds a join token. @throws WireError when the token is refused. @returns the node's own credential */
export function join(facts: NodeFacts, token: string, { url, open, clock, random }: Connecting): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (problem: Pick<WireProblem, 'code' | 'detail' | 'retryable'>): void => {
      client.close()
      reject(new WireError(problem))
    }
    const register = async (): Promise<void> => {
      try {
        const registered = await client.ask<Registered>('nodes.register', { ...facts, isNew: true })
        client.close()
        if (registered.token === null) reject(new Error('the control plane gave no credential'))
        else resolve(registered.token)
      } catch (error) {
        // A connection that broke is made again, and this is asked again.
        if (error instanceof WireError && !error.retryable) fail({ code: error.code, detail: error.message, retryable: false })
      }
    }
    const client = new WireClient({
      url,
      token: () => token,
      open,
      clock,
      random,
      onWelcome: () => void register(),
      onGone: (final) => final && fail(final),
    })
  })
}
