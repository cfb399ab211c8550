/**
 * `context.fetch`, made by the agent: every address is judged by the policy, also those that a redirect leads to, and what
 * travels is bounded. The agent's own headers, cookies and credentials are never added.
 */
import { readBody } from '../body.ts'
import { FETCH_REQUEST_BYTES_MAX, FETCH_RESPONSE_BYTES_MAX, FETCH_TIMEOUT_MS } from '../fetch-limits.ts'
import { PodCallError } from '../pod-services.ts'
import type { FetchCall, FetchReply } from '../pod-messages.ts'

const FETCH_REDIRECTS_MAX = 10

/** @returns why the address is refused, or undefined */
export type FetchPolicy = (url: URL) => string | undefined

/** Any address of the web. */
const allowWeb: FetchPolicy = ({ protocol }) =>
  protocol === 'http:' || protocol === 'https:' ? undefined : `${protocol} is neither http: nor https:`

export interface PodFetchOptions {
  readonly allowFetch?: FetchPolicy
}

export function createPodFetch({ allowFetch = allowWeb }: PodFetchOptions = {}) {
  return async (call: FetchCall, signal: AbortSignal): Promise<FetchReply> => {
    const body = call.body === null ? null : Buffer.from(call.body, 'base64')
    if (body && body.length > FETCH_REQUEST_BYTES_MAX) {
      throw new PodCallError('LIMIT_EXCEEDED', `the body has ${body.length} bytes, and ${FETCH_REQUEST_BYTES_MAX} is the most`)
    }
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)])
      const { response, url } = await follow({ ...call, body }, { allowFetch, signal: limit })
      const bytes = await readBody(response, FETCH_RESPONSE_BYTES_MAX, tooLong)
      const { status, statusText, headers } = response
      return { url: url.href, status, statusText, headers: withoutEncoding(headers), body: Buffer.from(bytes).toString('base64') }
    } catch (error) {
      throw error instanceof PodCallError ? error : new PodCallError('FETCH_FAILED', `cannot fetch ${call.url}: ${reasonOf(error)}`)
    }
  }
}

interface Hop {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer | null
}

interface Limits {
  readonly allowFetch: FetchPolicy
  readonly signal: AbortSignal
}

/** Follows redirects by hand, because each hop needs the policy's consent. Source: https://fetch.spec.whatwg.org/#http-redirect-fetch */
async function follow(first: Hop, { allowFetch, signal }: Limits): Promise<{ response: Response; url: URL }> {
  let hop = first
  for (let redirects = 0; redirects <= FETCH_REDIRECTS_MAX; redirects++) {
    const url = new URL(hop.url)
    const refusal = allowFetch(url)
    if (refusal !== undefined) throw new PodCallError('POLICY_REFUSED', `the policy of this node refuses ${url.origin}: ${refusal}`)
    const headers = hop.headers.map(([name, value]): [string, string] => [name, value])
    const response = await fetch(url, { method: hop.method, headers, body: hop.body as BodyInit | null, redirect: 'manual', signal })
    const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null
    if (location === null) return { response, url }
    await response.body?.cancel()
    hop = redirected({ hop, from: url, to: new URL(location, url), status: response.status })
  }
  throw new PodCallError('FETCH_FAILED', `more than ${FETCH_REDIRECTS_MAX} redirects from ${first.url}`)
}

function redirected({ hop, from, to, status }: { hop: Hop; from: URL; to: URL; status: number }): Hop {
  const isRewritten = (status === 303 && hop.method !== 'HEAD') || ((status === 301 || status === 302) && hop.method === 'POST')
  const isForeign = from.origin !== to.origin
  const headers = hop.headers.filter(([name]) => {
    if (isRewritten && name.toLowerCase().startsWith('content-')) return false
    return !(isForeign && ['authorization', 'cookie'].includes(name.toLowerCase()))
  })
  return { url: to.href, headers, ...(isRewritten ? { method: 'GET', body: null } : { method: hop.method, body: hop.body }) }
}

const tooLong = (): PodCallError => new PodCallError('LIMIT_EXCEEDED', `the answer has more than ${FETCH_RESPONSE_BYTES_MAX} bytes`)

/** The bytes are decoded already. */
const withoutEncoding = (headers: Headers): [string, string][] =>
  [...headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length')

/** fetch says `fetch failed` and puts what happened into the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
