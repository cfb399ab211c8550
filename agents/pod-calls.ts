/** The calls that a pod makes to its agent: which there are, what they take, and how many may be under way. */
import type { PodIdentity } from './pack.ts'
import type { FetchCall, FromPod, ToPod } from './pod-messages.ts'
import { PodCallError, type PodServices } from './pod-services.ts'

const CALLS_IN_FLIGHT_MAX = 256
/** Each becomes a call of the control plane, which has other things to do. */
const MESSAGES_PER_SECOND = 100
const MESSAGE_BYTES_MAX = 65_536

interface Answering {
  readonly post: (message: ToPod) => void
  readonly services: PodServices
  readonly pod: PodIdentity
  readonly signal: AbortSignal
}

/** @returns what answers one call of the pod, whenever that is */
export function answerCalls({ post, services, pod, signal }: Answering): (call: Extract<FromPod, { type: 'call' }>) => void {
  let inFlight = 0
  const takesMessage = messagePace()
  const perform = async (operation: string, input: unknown): Promise<unknown> => {
    if (inFlight > CALLS_IN_FLIGHT_MAX) throw new PodCallError('LIMIT_EXCEEDED', `${CALLS_IN_FLIGHT_MAX} calls in flight are the most`)
    const serve = operations[operation]
    if (!serve) throw new PodCallError('INVALID', `there is no operation ${operation.slice(0, 64)}`)
    if ((operation === 'send' || operation === 'request') && !takesMessage()) {
      throw new PodCallError('LIMIT_EXCEEDED', `more than ${MESSAGES_PER_SECOND} messages a second`)
    }
    return serve({ services, pod, signal, input: fieldsOf(input) })
  }
  const answer = async (id: number, operation: string, input: unknown): Promise<void> => {
    inFlight++
    try {
      const value = await perform(operation, input)
      if (!signal.aborted) post({ type: 'reply', id, value })
    } catch (error) {
      // An agent's own fault is its own business: the pod learns that it happened, and no more.
      const [code, message] =
        error instanceof PodCallError ? [error.code, error.message] : ['INTERNAL' as const, 'the agent could not answer this call']
      if (!signal.aborted) post({ type: 'refusal', id, code, message })
    } finally {
      inFlight--
    }
  }
  return ({ id, operation, input }) => void answer(id, operation, input)
}

interface Call {
  readonly services: PodServices
  readonly pod: PodIdentity
  readonly signal: AbortSignal
  readonly input: Readonly<Record<string, unknown>>
}

/** Without a prototype, so that no operation is called `constructor`. */
const operations: Record<string, ((call: Call) => unknown) | undefined> = Object.assign(Object.create(null) as object, {
  'kv.get': ({ services, pod, input }: Call) => services.kv.get(pod.namespace, text(input, 'key')) ?? null,
  'kv.set': ({ services, pod, input }: Call) => {
    const refusal = services.kv.set(pod.namespace, text(input, 'key'), text(input, 'json'))
    if (refusal) throw new PodCallError('LIMIT_EXCEEDED', refusal)
    return null
  },
  'kv.delete': ({ services, pod, input }: Call) => {
    services.kv.delete(pod.namespace, text(input, 'key'))
    return null
  },
  fetch: ({ services, input, signal }: Call) => services.fetch(fetchCall(input), signal),
  send: ({ services, pod, input }: Call) => services.mail.send(pod.id, text(input, 'to'), letter(input)),
  request: ({ services, pod, input }: Call) => services.mail.request(pod.id, text(input, 'to'), letter(input)),
})

const fieldsOf = (input: unknown): Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {}

function text(input: Readonly<Record<string, unknown>>, field: string): string {
  const value = input[field]
  if (typeof value !== 'string') throw new PodCallError('INVALID', `${field} must be a string`)
  return value
}

/** What a message carries: whatever survives JSON. */
function letter({ data = null }: Readonly<Record<string, unknown>>): unknown {
  const bytes = new TextEncoder().encode(JSON.stringify(data)).byteLength
  if (bytes <= MESSAGE_BYTES_MAX) return data
  throw new PodCallError('LIMIT_EXCEEDED', `the message has ${bytes} bytes of JSON, and ${MESSAGE_BYTES_MAX} is the most`)
}

/** A token bucket. @returns whether one more may go */
function messagePace(): () => boolean {
  let tokens = MESSAGES_PER_SECOND
  let filledAt = performance.now()
  return () => {
    const now = performance.now()
    tokens = Math.min(MESSAGES_PER_SECOND, tokens + ((now - filledAt) / 1000) * MESSAGES_PER_SECOND)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

function fetchCall(input: Readonly<Record<string, unknown>>): FetchCall {
  const { headers, body } = input
  const isPair = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
  if (!Array.isArray(headers) || !headers.every(isPair)) throw new PodCallError('INVALID', 'headers must be pairs of strings')
  if (body !== null && typeof body !== 'string') throw new PodCallError('INVALID', 'body must be base64 or null')
  return { url: text(input, 'url'), method: text(input, 'method'), headers, body }
}
