/** A pod's log, followed until the pod has ended. */
import { followLines } from '../follow-lines.ts'

export interface LogLine {
  readonly seq: number
  readonly at: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** With what the pack logged beside it, as JSON. */
  readonly text: string
  readonly incarnation: number
  /** The object that was logged last, where there was one: at the end of the text, unless that was cut. */
  readonly fields?: Readonly<Record<string, unknown>>
}
export interface LogRequest {
  readonly podId: string
  /** Asked for at each connection. */
  readonly token: () => string
  readonly signal: AbortSignal
  readonly onLines: (lines: readonly LogLine[]) => void
}

/** Resolves when the log has ended, or with the signal. @throws Error with what the server has against it */
export function followLog({ podId, token, signal, onLines }: LogRequest): Promise<void> {
  let seq = 0
  return followLines<LogLine>({
    address: () => `/api/pods/${podId}/logs?follow=true&cursor=${seq}`,
    token,
    signal,
    onItems: (lines) => {
      seq = lines.at(-1)?.seq ?? seq
      onLines(lines)
    },
  })
}
