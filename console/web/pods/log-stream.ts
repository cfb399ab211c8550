/**
 * A pod's log, followed until the pod has ended: lines of JSON over HTTP. A connection that breaks is made again behind the last
 * line that has come.
 */

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

const RETRY_MS = 1_000
const HTTP_BAD_REQUEST = 400
const HTTP_SERVER_ERROR = 500
/** A token that is being exchanged, and too many calls at once: both pass. */
const PASSING: readonly number[] = [401, 429]

/** Resolves when the log has ended, or with the signal. @throws Error with what the server has against it */
export async function followLog(request: LogRequest): Promise<void> {
  let seq = 0
  const onLines = (lines: readonly LogLine[]): void => {
    seq = lines.at(-1)?.seq ?? seq
    request.onLines(lines)
  }
  while (!request.signal.aborted) {
    const response = await open(request, seq)
    if (response?.ok && (await read(response, onLines))) return
    if (response && isFinal(response.status)) throw new Error(`the server answered ${response.status} to the log`)
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS)
    })
  }
}

const isFinal = (status: number): boolean => status >= HTTP_BAD_REQUEST && status < HTTP_SERVER_ERROR && !PASSING.includes(status)

/** @returns undefined when nobody answers */
async function open({ podId, token, signal }: LogRequest, seq: number): Promise<Response | undefined> {
  try {
    return await fetch(`/api/pods/${podId}/logs?follow=true&cursor=${seq}`, { signal, headers: { authorization: `Bearer ${token()}` } })
  } catch {
    return undefined
  }
}

/** @returns whether the log came to its end, rather than the connection */
async function read({ body }: Response, onLines: (lines: readonly LogLine[]) => void): Promise<boolean> {
  if (!body) return true
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return true
      const parts = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      if (parts.length > 0) onLines(parts.filter(Boolean).map((line) => JSON.parse(line) as LogLine))
    }
  } catch (error) {
    // A line that is not JSON is a fault; a connection that breaks, or is not wanted any more, is not.
    if (error instanceof SyntaxError) throw error
    return false
  }
}
