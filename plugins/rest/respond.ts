/** From an operation's answer to a response. */
import { Readable } from 'node:stream'
import type { Context } from 'koa'
import { Download, toProblem, type Call, type Operation } from '../../kernel/index.ts'

/** When somebody who asked too often and was told no time may ask again. */
const RETRY_SECONDS = 60

export function respond(context: Context, { operation, call, output }: { operation: Operation; call: Call; output: unknown }): void {
  context.status = call.status ?? operation.status ?? 200
  if (output instanceof Download) return download(context, output)
  if (isLines(output)) {
    context.type = 'application/x-ndjson'
    context.body = Readable.from(toLines(output))
    // The first line may be long in coming: that it is followed is known at once.
    context.flushHeaders()
    return undefined
  }
  if (context.status === 204) {
    context.body = null
    return undefined
  }
  const version = versionOf(output)
  if (version !== undefined) context.set('ETag', `"${version}"`)
  context.type = 'application/json'
  context.body = JSON.stringify(output)
  return undefined
}

export function respondProblem(context: Context, error: unknown): void {
  const problem = toProblem(error, context.state['correlationId'] as string)
  context.status = problem.status
  if (problem.status === 401) context.set('WWW-Authenticate', 'Bearer')
  if (problem.status === 429) {
    const seconds = problem.details?.['retryAfterSeconds']
    context.set('Retry-After', String(typeof seconds === 'number' ? seconds : RETRY_SECONDS))
  }
  context.type = 'application/problem+json'
  context.body = JSON.stringify(problem)
}

function download(context: Context, { bytes, contentType, etag, isFleeting }: Download): void {
  context.set('ETag', `"${etag}"`)
  context.set('Cache-Control', isFleeting ? 'no-store' : 'private, max-age=31536000, immutable')
  if (context.get('If-None-Match').includes(`"${etag}"`)) {
    context.status = 304
    return
  }
  context.type = contentType
  context.body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const isLines = (output: unknown): output is AsyncIterable<object> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output

async function* toLines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`
}

const versionOf = (output: unknown): number | undefined =>
  typeof output === 'object' && output !== null && 'resourceVersion' in output && typeof output.resourceVersion === 'number'
    ? output.resourceVersion
    : undefined
