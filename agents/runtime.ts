/**
 * What the agent asks of whatever runs pods: child processes, worker threads, a browser's workers.
 * A runtime calls onExit exactly once for each start, whatever happens, and nothing after it.
 */
import type { Exit } from '../kernel/schema/pod.ts'
import type { LogLevel, PodMessage } from './pack.ts'
import type { LogFields } from './pod-messages.ts'

export interface PodSpec {
  readonly podId: string
  readonly incarnation: number
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly nodeName: string
  readonly nodeId: string
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  /** Values by name; absent is none. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly attempt: number
  /** MB of 10^6 bytes; undefined is no limit. */
  readonly memoryLimitMb: number | undefined
}

export interface LogLine {
  /** When it reached the agent, in milliseconds since 1970. */
  readonly at: number
  readonly level: LogLevel
  readonly text: string
  readonly fields?: LogFields | undefined
}

export interface PodExit {
  readonly status: 'succeeded' | 'failed' | 'stopped'
  /** Completed, Error, OOMKilled, PackLoadError, StartError, Killed, or the reason that stop() was given. */
  readonly reason: string
  readonly exit: Exit
}

export interface PodEvents {
  /** The pack is loaded and its main is called. */
  onRunning(): void
  onReady(): void
  onStatus(text: string): void
  onProgress(value: number): void
  onLog(line: LogLine): void
  onExit(exit: PodExit): void
}

/** What a pod uses of its node. */
export interface Usage {
  readonly cpuMillicores: number
  readonly memoryMb: number
}

export interface RunningPod {
  readonly podId: string
  readonly incarnation: number
  /** Aborts the pod's signal, and kills what is left after the grace. Of two calls the earlier deadline stands. */
  stop(reason: string, graceMs: number): void
  /** Hands a message of another pod to its listeners; dropped when it has none, or has ended. */
  message(message: PodMessage): void
  /** Asks its listener. @throws PodCallError when it has none, when that throws, or when the pod ends or takes too long */
  request(message: PodMessage): Promise<unknown>
  /** Kills at once; onExit follows. */
  kill(): void
  /** Since the call before; undefined where the platform does not tell. */
  usage(): Promise<Usage | undefined>
}

/** @typeParam Spec says, beside the rest, where the bundle is */
export interface Runtime<Spec extends PodSpec = PodSpec> {
  start(spec: Spec, events: PodEvents): RunningPod
  /** Prepares what makes the next start quick; resolves when it is there. */
  warm(): Promise<void>
  /** Kills every pod, waits for their exits, removes what the runtime made. */
  close(): Promise<void>
}
