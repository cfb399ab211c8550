/**
 * What crosses the port between a pod and its agent: types only, gone when built.
 * All of it survives JSON, because a process's port is a pipe of JSON lines; bytes travel as base64.
 */
import type { LogLevel, PackCallCode, PodIdentity } from './pack.ts'

/** What a line says beside its text, for programs. */
export type LogFields = Readonly<Record<string, unknown>>

export interface Port<Out, In> {
  post(message: Out): void
  onMessage(listener: (message: In) => void): void
}

/** All that a pod is told before it starts. */
export interface Boot {
  readonly pod: PodIdentity
  readonly node: { readonly id: string; readonly name: string }
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  /** Absent is none. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Where the isolate imports the pack from; shown as `bundle.mjs` in stacks. */
  readonly bundleUrl: string
}

export type ToPod =
  | { readonly type: 'boot'; readonly boot: Boot }
  | { readonly type: 'stop'; readonly reason: string; readonly graceMs: number }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly code: PackCallCode; readonly message: string }
  | { readonly type: 'message'; readonly from: string; readonly data: unknown }
  | { readonly type: 'request'; readonly id: number; readonly from: string; readonly data: unknown }

export type FromPod =
  /** The isolate is up and waits for its boot. */
  | { readonly type: 'waiting' }
  /** The pack is loaded and its main is called. */
  | { readonly type: 'running' }
  | { readonly type: 'ready' }
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'progress'; readonly value: number }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string; readonly fields?: LogFields }
  | { readonly type: 'call'; readonly id: number; readonly operation: string; readonly input: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  /** What this isolate holds, in bytes; threads say it, of processes the kernel tells. */
  | { readonly type: 'memory'; readonly bytes: number }
  | PodReport

/** The last word of a pod about itself. */
export interface PodReport {
  readonly type: 'exit'
  readonly status: 'succeeded' | 'failed' | 'stopped'
  /** Whether it ended before its main was called: such a bundle is at fault, not its run. */
  readonly isLoadError: boolean
  /** What main returned, as JSON text. */
  readonly result: string
  readonly error: PodFailure | null
}

export interface PodFailure {
  readonly name: string
  readonly message: string
  readonly stack: string
}

/** `context.fetch` on the wire. */
export interface FetchCall {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | null
}

export interface FetchReply {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}
