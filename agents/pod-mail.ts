/**
 * Messages between pods, as a node takes part in them: what its own pods say goes to the control plane, also for pods beside them,
 * and what comes from there is given to the pod that it is for.
 */
import { WireError } from '../kernel/wire/client.ts'
import type { PackCallCode } from './pack.ts'
import { PodCallError, type Mail } from './pod-services.ts'
import type { RunningPod } from './runtime.ts'

/** Of all pods of this node: calls that tell the control plane how the node is must get through beside them. */
const MESSAGES_IN_FLIGHT_MAX = 128

type Ask = <T>(operation: string, input: object) => Promise<T>

interface Outcome {
  readonly value: unknown
  readonly refusal: { readonly code: PackCallCode; readonly message: string } | null
}

/** What the control plane tells a node of a message to one of its pods. */
export interface Letter {
  readonly podId: string
  readonly from: string
  readonly data: unknown
  /** It has to be answered under this id. */
  readonly requestId?: string
}

export class PodMail implements Mail {
  #ask: Ask | undefined
  #inFlight = 0

  /** The agent has a connection to ask over, or will have. */
  connect(ask: Ask): void {
    this.#ask = ask
  }

  async send(from: string, to: string, data: unknown): Promise<void> {
    await this.#pass('messages.send', { id: from, to, data })
  }

  request(from: string, to: string, data: unknown): Promise<unknown> {
    return this.#pass('messages.request', { id: from, to, data })
  }

  /** @param pod undefined when it does not run here */
  async deliver({ from, data, requestId }: Letter, pod: RunningPod | undefined): Promise<void> {
    if (requestId === undefined) return pod?.message({ from, data })
    const outcome = await answerOf(pod, { from, data })
    try {
      await this.#ask?.('messages.answer', { id: requestId, ...outcome })
    } catch (error) {
      // Whoever asked is told by the control plane that no answer came in time.
      if (!(error instanceof WireError)) throw error
    }
  }

  async #pass(operation: string, input: object): Promise<unknown> {
    if (!this.#ask) throw new PodCallError('UNREACHABLE', 'this node is not connected yet')
    if (this.#inFlight >= MESSAGES_IN_FLIGHT_MAX) {
      throw new PodCallError('LIMIT_EXCEEDED', `${MESSAGES_IN_FLIGHT_MAX} messages of this node are under way, and that is the most`)
    }
    this.#inFlight += 1
    try {
      const { value, refusal } = await this.#ask<Outcome>(operation, input)
      if (refusal) throw new PodCallError(refusal.code, refusal.message)
      return value
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      throw new PodCallError(error.retryable ? 'UNREACHABLE' : 'INVALID', error.message)
    } finally {
      this.#inFlight -= 1
    }
  }
}

async function answerOf(pod: RunningPod | undefined, message: { readonly from: string; readonly data: unknown }): Promise<Outcome> {
  if (!pod) return { value: null, refusal: { code: 'UNREACHABLE', message: 'the pod does not run here' } }
  try {
    return { value: await pod.request(message), refusal: null }
  } catch (error) {
    if (!(error instanceof PodCallError)) throw error
    return { value: null, refusal: { code: error.code, message: error.message } }
  }
}
