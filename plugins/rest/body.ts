/** Reading a request's body, bounded while it arrives. */
import type { IncomingMessage } from 'node:http'
import { KernelError, type Code } from '../../kernel/index.ts'

export const JSON_BYTES_MAX = 1_000_000
export const BYTES_MAX = 50_000_000
/** The largest body that is taken, and somewhat more. */
const DRAINED_BYTES_MAX = 64_000_000
const DRAIN_MAX_MS = 5_000

interface Limit {
  readonly most: number
  readonly code: Code
}

/** @throws KernelError INVALID_JSON, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE. @returns undefined when there is no body */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request, { most: JSON_BYTES_MAX, code: 'BODY_TOO_LARGE' })
  if (bytes.length === 0) return undefined
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)) {
    throw new KernelError('UNSUPPORTED_MEDIA_TYPE', `the body is ${type === '' ? 'of no type' : type}: send Content-Type: application/json`)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new KernelError('INVALID_JSON', `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** @throws KernelError with the limit's code */
export async function readBytes(request: IncomingMessage, { most, code }: Limit): Promise<Buffer> {
  const tooLarge = (bytes: number) => new KernelError(code, `the body has ${bytes} bytes or more, and ${most} is the most`)
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > most) throw tooLarge(announced)
  const chunks: Buffer[] = []
  let bytes = 0
  // Whoever is refused is told so: the request is left as it is, and `drain` reads on.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw tooLarge(bytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/**
 * Reads what is left of a body that was refused, and forgets it: a connection that is closed while its other side still sends is reset,
 * and the refusal is lost on the way. It ends with the body, or at a bound of bytes and time.
 */
export function drain(request: IncomingMessage, after: (ms: number, run: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0
    const cancel = after(DRAIN_MAX_MS, resolve)
    const done = () => {
      cancel()
      resolve()
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > DRAINED_BYTES_MAX) done()
    })
    request.once('end', done).once('close', done)
  })
}
