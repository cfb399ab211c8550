/**
 * The agent's half of a pod: answers the pod's calls and hands on what it says, wherever the pod runs. The port is the pod's
 * identity; nothing in a message is. Every message is checked and bounded here, because a pack can say anything on its port.
 */
import type { LogLevel, PackCallCode, PodIdentity } from './pack.ts'
import type { Boot, FetchCall, FetchReply, FromPod, PodReport, ToPod } from './pod-messages.ts'
import type { KeyValues } from './pod-kv.ts'
import type { PodEvents, PodSpec } from './runtime.ts'
import { readMessage } from './pod-reader.ts'
import { LogLimit } from './pack-runtime.ts'
import { throttleLatest } from './throttle.ts'

const CALLS_IN_FLIGHT_MAX = 256
/** Statuses and progress become writes at the control plane: of those that come faster, only the latest is told. */
const STATUS_INTERVAL_MS = 100
/** Twice what the pod allows itself, so that its own count is the one people read; only a pack that goes around it meets this. */
const LOG_LINES_PER_SECOND = 4000

/** What the agent does for its pods. */
export interface PodServices {
  readonly kv: KeyValues
  /** @throws PodCallError */
  fetch(call: FetchCall, signal: AbortSignal): Promise<FetchReply>
}

/** A refusal that is told to the pod with its code. */
export class PodCallError extends Error {
  readonly code: PackCallCode

  constructor(code: PackCallCode, message: string) {
    super(message)
    this.name = 'PodCallError'
    this.code = code
  }
}

export interface PodHostOptions {
  readonly post: (message: ToPod) => void
  readonly pod: PodIdentity
  readonly services: PodServices
  readonly events: Omit<PodEvents, 'onExit'>
}

export interface PodHost {
  /** Takes whatever came over the port. */
  receive(message: unknown): void
  /** A line that did not come over the port: from the standard streams. */
  log(level: LogLevel, text: string): void
  /** What the pod said last about itself, once it has. */
  readonly report: PodReport | undefined
  /** Bytes, as the isolate said last; 0 when it never did. */
  readonly memoryBytes: number
  /** Tells what was held back, and ends the pod's calls. Nothing is told afterwards. */
  close(): void
}

/** @param onReport the pod has said its last word: what is left of it can go */
export function hostPod({ post, pod, services, events }: PodHostOptions, onReport: () => void = () => undefined): PodHost {
  const closing = new AbortController()
  const { signal } = closing
  const logs = new LogLimit((level, text) => events.onLog({ at: Date.now(), level, text }), LOG_LINES_PER_SECOND)
  const status = throttleLatest((text: string) => events.onStatus(text), STATUS_INTERVAL_MS)
  const progress = throttleLatest((value: number) => events.onProgress(value), STATUS_INTERVAL_MS)
  const answer = answerCalls({ post, services, namespace: pod.namespace, signal })
  const said = { running: false, ready: false, memoryBytes: 0, report: undefined as PodReport | undefined }

  const once = (claim: 'running' | 'ready', tell: () => void): void => {
    if (!said[claim]) tell()
    said[claim] = true
  }
  const handle = (message: FromPod): void => {
    if (message.type === 'log') logs.write(message.level, message.text)
    else if (message.type === 'call') answer(message)
    else if (message.type === 'status') status.write(message.text)
    else if (message.type === 'progress') progress.write(message.value)
    else if (message.type === 'running') once('running', () => events.onRunning())
    else if (message.type === 'ready') once('ready', () => events.onReady())
    else if (message.type === 'memory') said.memoryBytes = message.bytes
    else if (message.type === 'exit') {
      said.report = message
      onReport()
    }
  }
  return {
    receive(raw) {
      if (signal.aborted || said.report) return
      const message = readMessage(raw)
      if (message) handle(message)
      else logs.write('warn', 'the pod said something that is not in the protocol; it was ignored')
    },
    log: (level, text) => void (signal.aborted || logs.write(level, text)),
    get report() {
      return said.report
    },
    get memoryBytes() {
      return said.memoryBytes
    },
    close() {
      for (const each of [logs, status, progress]) each.flush()
      closing.abort()
    },
  }
}

interface Answering {
  readonly post: (message: ToPod) => void
  readonly services: PodServices
  readonly namespace: string
  readonly signal: AbortSignal
}

function answerCalls({ post, services, namespace, signal }: Answering): (call: Extract<FromPod, { type: 'call' }>) => void {
  let inFlight = 0
  const perform = async (operation: string, input: unknown): Promise<unknown> => {
    if (inFlight > CALLS_IN_FLIGHT_MAX) throw new PodCallError('LIMIT_EXCEEDED', `${CALLS_IN_FLIGHT_MAX} calls in flight are the most`)
    const serve = operations[operation]
    if (!serve) throw new PodCallError('INVALID', `there is no operation ${operation.slice(0, 64)}`)
    return serve({ services, namespace, signal, input: fieldsOf(input) })
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
  readonly namespace: string
  readonly signal: AbortSignal
  readonly input: Readonly<Record<string, unknown>>
}

const betweenPods = (): never => {
  throw new PodCallError('NOT_SUPPORTED', 'pods cannot send each other messages or requests yet')
}

/** Without a prototype, so that no operation is called `constructor`. */
const operations: Record<string, ((call: Call) => unknown) | undefined> = Object.assign(Object.create(null) as object, {
  'kv.get': ({ services, namespace, input }: Call) => services.kv.get(namespace, text(input, 'key')) ?? null,
  'kv.set': ({ services, namespace, input }: Call) => {
    const refusal = services.kv.set(namespace, text(input, 'key'), text(input, 'json'))
    if (refusal) throw new PodCallError('LIMIT_EXCEEDED', refusal)
    return null
  },
  'kv.delete': ({ services, namespace, input }: Call) => {
    services.kv.delete(namespace, text(input, 'key'))
    return null
  },
  fetch: ({ services, input, signal }: Call) => services.fetch(fetchCall(input), signal),
  send: betweenPods,
  request: betweenPods,
})

const fieldsOf = (input: unknown): Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {}

function text(input: Readonly<Record<string, unknown>>, field: string): string {
  const value = input[field]
  if (typeof value !== 'string') throw new PodCallError('INVALID', `${field} must be a string`)
  return value
}

function fetchCall(input: Readonly<Record<string, unknown>>): FetchCall {
  const { headers, body } = input
  const isPair = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
  if (!Array.isArray(headers) || !headers.every(isPair)) throw new PodCallError('INVALID', 'headers must be pairs of strings')
  if (body !== null && typeof body !== 'string') throw new PodCallError('INVALID', 'body must be base64 or null')
  return { url: text(input, 'url'), method: text(input, 'method'), headers, body }
}

/** What the pod is told at its start. */
export const bootOf = (spec: PodSpec, bundleUrl: string): Boot => ({
  pod: identityOf(spec),
  node: { id: spec.nodeId, name: spec.nodeName },
  env: spec.env,
  secrets: spec.secrets ?? {},
  args: spec.args,
  bundleUrl,
})

export const identityOf = ({ podId, name, namespace, labels, attempt }: PodSpec): PodIdentity => ({
  id: podId,
  name,
  namespace,
  labels,
  attempt,
})
