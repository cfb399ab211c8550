/** How a machine or a tab becomes a node: once, with a join token, for which it is given a credential of its own. */
import { WireClient, WireError } from '../kernel/wire/client.ts'
import type { WireProblem } from '../kernel/wire/frames.ts'
import type { Connecting, NodeFacts } from './agent.ts'
import { readRegistered } from './answers.ts'

const REGISTER_RETRY_MS = 1_000

/** Makes a node of whoever holds a join token. @throws WireError when the token is refused. @returns the node's own credential */
export function join(facts: NodeFacts, token: string, { url, open, clock, random }: Connecting): Promise<string> {
  return new Promise((resolve, reject) => {
    let cancelRetry = (): void => undefined
    const fail = (problem: Pick<WireProblem, 'code' | 'detail' | 'retryable'>): void => {
      client.close()
      reject(new WireError(problem))
    }
    const register = async (): Promise<void> => {
      try {
        const { token: own } = readRegistered(await client.ask('nodes.register', { ...facts, isNew: true }))
        client.close()
        if (own === null) reject(new Error('the control plane gave no credential'))
        else resolve(own)
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        if (!error.retryable) return fail({ code: error.code, detail: error.message, retryable: false })
        // A connection that broke is made again, and its welcome asks again.
        if (client.isOnline) cancelRetry = clock.after(REGISTER_RETRY_MS, () => void register())
      }
    }
    const client = new WireClient({
      url,
      token: () => token,
      open,
      clock,
      random,
      onWelcome: () => void register(),
      onGone(final) {
        cancelRetry()
        if (final) fail(final)
      },
    })
  })
}
