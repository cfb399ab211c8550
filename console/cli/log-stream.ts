/** A pod's log: what there is, and what comes until the pod has ended, over connections that break. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Api } from './api.ts'
import { Failure } from './failure.ts'

export interface LogLine {
  readonly seq: number
  readonly at: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly incarnation: number
  readonly fields?: Readonly<Record<string, unknown>>
}

const AWAY_MAX_MS = 60_000
const RETRY_MS = 500

export interface LogRequest {
  readonly pod: string
  readonly namespace: string | undefined
  /** Which lines are wanted, as the operation has it: level, since, grep, previous, tail. */
  readonly filter?: Readonly<Record<string, string>>
}

const pathOf = ({ pod }: LogRequest): string => `/api/pods/${encodeURIComponent(pod)}/logs`
const queryOf = ({ namespace, filter }: LogRequest): Record<string, string> => ({
  ...(namespace === undefined ? {} : { namespace }),
  ...filter,
})

/** Everything that is kept and wanted of the log, oldest first. */
export async function readLog(api: Api, request: LogRequest): Promise<LogLine[]> {
  const lines: LogLine[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { ...queryOf(request), ...(cursor === null ? {} : { cursor }) }
    const page: { items: LogLine[]; nextCursor: string | null } = await api.get(pathOf(request), query)
    lines.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return lines
}

/**
 * Ends when the pod has ended, or with `signal`. A connection that breaks is made again, and goes on behind the last line.
 * @param options.after the number of a line that was seen already
 * @throws Failure when the server stays away
 */
export async function* followLog(
  api: Api,
  request: LogRequest,
  { signal, after = 0 }: { signal: AbortSignal; after?: number },
): AsyncGenerator<LogLine> {
  let seq = after
  let awaySince: number | undefined
  for (;;) {
    try {
      for await (const line of stream(api, request, { signal, after: seq })) {
        seq = line.seq
        awaySince = undefined
        yield line
      }
      return
    } catch (error) {
      if (signal.aborted) return
      if (!isBroken(error)) throw error
      awaySince ??= performance.now()
      if (performance.now() - awaySince > AWAY_MAX_MS) throw error
      await wait(RETRY_MS)
    }
  }
}

/** What may be better in a moment: anything but a refusal. */
const isBroken = (error: unknown): boolean => !(error instanceof Failure) || error.kind === 'unreachable' || error.code === 'NOT_READY'

async function* stream(api: Api, request: LogRequest, { signal, after }: { signal: AbortSignal; after: number }): AsyncGenerator<LogLine> {
  const { tail, ...others } = request.filter ?? {}
  // Behind a line that was seen everything is wanted.
  const filter = { ...others, ...(tail === undefined || after > 0 ? {} : { tail }) }
  const query = { ...queryOf({ ...request, filter }), follow: 'true', cursor: String(after) }
  const { body } = await api.open({ method: 'GET', path: pathOf(request), query, stream: signal })
  if (!body) return
  for await (const line of linesOf(body.pipeThrough(new TextDecoderStream()))) yield JSON.parse(line) as LogLine
}

/** Whoever stops reading ends the request, which readline would leave open. */
export async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
