/**
 * `context.fetch` in a browser, made by the agent's worker: without any credentials, and bounded as in Node.js. Beside that it is
 * the browser's own fetch, so a server on another origin is only read when it allows that (CORS).
 */
import { readBody } from '../body.ts'
import { decodeBase64, encodeBase64 } from '../pack-runtime.ts'
import { FETCH_REQUEST_BYTES_MAX, FETCH_RESPONSE_BYTES_MAX, FETCH_TIMEOUT_MS } from '../fetch-limits.ts'
import { PodCallError } from '../pod-services.ts'
import type { FetchCall, FetchReply } from '../pod-messages.ts'

export async function podFetch(call: FetchCall, signal: AbortSignal): Promise<FetchReply> {
  const body = call.body === null ? null : decodeBase64(call.body)
  if (body && body.length > FETCH_REQUEST_BYTES_MAX) {
    throw new PodCallError('LIMIT_EXCEEDED', `the body has ${body.length} bytes, and ${FETCH_REQUEST_BYTES_MAX} is the most`)
  }
  const url = new URL(call.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new PodCallError('POLICY_REFUSED', `the policy of this node refuses ${url.origin}: ${url.protocol} is neither http: nor https:`)
  }
  const limit = limited(signal)
  try {
    const headers = call.headers.map(([name, value]): [string, string] => [name, value])
    const init: RequestInit = { method: call.method, headers, body, signal: limit.signal, ...ANONYMOUS }
    const response = await fetch(url.href, init)
    const { status, statusText } = response
    const bytes = await readBody(response, FETCH_RESPONSE_BYTES_MAX, tooLong)
    return { url: response.url, status, statusText, headers: [...response.headers], body: encodeBase64(bytes) }
  } catch (error) {
    if (error instanceof PodCallError) throw error
    throw new PodCallError('FETCH_FAILED', `cannot fetch ${call.url}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    limit.end()
  }
}

const tooLong = (): PodCallError => new PodCallError('LIMIT_EXCEEDED', `the answer has more than ${FETCH_RESPONSE_BYTES_MAX} bytes`)

/** Nothing of the person whose browser this is goes with it. */
const ANONYMOUS: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', mode: 'cors' }

/** `AbortSignal.any` and `timeout` are younger than the browsers that are served. */
function limited(signal: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${FETCH_TIMEOUT_MS} ms`)), FETCH_TIMEOUT_MS)
  signal.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    },
  }
}
