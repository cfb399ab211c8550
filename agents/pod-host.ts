/**
 * The agent's half of a pod: answers the pod's calls and hands on what it says, wherever the pod runs. The port is the pod's
 * identity; nothing in a message is. Every message is checked and bounded here, because a pack can say anything on its port.
 */
import type { LogLevel, PodIdentity, PodMessage } from './pack.ts'
import type { Boot, FromPod, PodReport, ToPod } from './pod-messages.ts'
import type { PodEvents, PodSpec } from './runtime.ts'
import { LogLimit } from './pack-runtime.ts'
import { answerCalls } from './pod-calls.ts'
import { readMessage } from './pod-reader.ts'
import { Requests } from './pod-requests.ts'
import type { PodServices } from './pod-services.ts'
import { throttleLatest } from './throttle.ts'

/** Statuses and progress become writes at the control plane: of those that come faster, only the latest is told. */
const STATUS_INTERVAL_MS = 100
/** Twice what the pod allows itself, so that its own count is the one people read; only a pack that goes around it meets this. */
const LOG_LINES_PER_SECOND = 4000

export interface PodHostOptions {
  readonly post: (message: ToPod) => void
  readonly pod: PodIdentity
  readonly services: PodServices
  readonly events: Omit<PodEvents, 'onExit'>
}

export interface PodHost {
  /** Takes whatever came over the port. */
  receive(message: unknown): void
  message(message: PodMessage): void
  request(message: PodMessage): Promise<unknown>
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
  const logs = new LogLimit((line) => events.onLog({ at: Date.now(), ...line }), LOG_LINES_PER_SECOND)
  const status = throttleLatest((text: string) => events.onStatus(text), STATUS_INTERVAL_MS)
  const progress = throttleLatest((value: number) => events.onProgress(value), STATUS_INTERVAL_MS)
  const answer = answerCalls({ post, services, pod, signal })
  const requests = new Requests(post)
  const said = { running: false, ready: false, memoryBytes: 0, report: undefined as PodReport | undefined }

  const once = (claim: 'running' | 'ready', tell: () => void): void => {
    if (!said[claim]) tell()
    said[claim] = true
  }
  const handle = (message: FromPod): void => {
    if (message.type === 'log') logs.write(message.level, message.text, message.fields)
    else if (message.type === 'call') answer(message)
    else if (message.type === 'status') status.write(message.text)
    else if (message.type === 'progress') progress.write(message.value)
    else if (message.type === 'running') once('running', () => events.onRunning())
    else if (message.type === 'ready') once('ready', () => events.onReady())
    else if (message.type === 'answer' || message.type === 'failure') requests.settle(message)
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
    message: ({ from, data }) => void (signal.aborted || post({ type: 'message', from, data })),
    request: (message) => requests.ask(message),
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
      requests.close()
    },
  }
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
