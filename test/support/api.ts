/** REST as a test speaks it: a request is one line, an answer keeps its status whatever it is, and a body may be anything. */
import type { Problem } from '../../kernel/errors.ts'

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON; the text itself where it is not. */
  readonly body: T
}
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
}
/** Text and bytes are sent as they are, everything else as JSON. */
export type Body = object | string | Uint8Array | ReadableStream<Uint8Array> | undefined

export class Api {
  readonly url: string
  readonly #token: () => string | undefined

  constructor(url: string, token: () => string | undefined) {
    this.url = url
    this.#token = token
  }

  /** The same server with another credential, or with none. */
  as(token: string | undefined): Api {
    return new Api(this.url, () => token)
  }

  get<T>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('GET', path, undefined, options)
  }

  post<T>(path: string, body?: Body, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('POST', path, body, options)
  }

  put<T>(path: string, body?: Body, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('PUT', path, body, options)
  }

  patch<T>(path: string, body?: Body, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('PATCH', path, body, options)
  }

  delete<T>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('DELETE', path, undefined, options)
  }

  async request<T>(method: string, path: string, body?: Body, { headers = {} }: RequestOptions = {}): Promise<Answer<T>> {
    const token = this.#token()
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...typeOf(body), ...headers },
      ...(body === undefined ? {} : { body: (isRaw(body) ? body : JSON.stringify(body)) as BodyInit, duplex: 'half' }),
    })
    const text = await response.text()
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }
  }
}

/** @returns the body of an answer that succeeded. @throws Error with what the server said instead */
export async function done<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`the server answered ${status}: ${(body as unknown as Problem).detail}`)
  return body
}

const isRaw = (body: object | string): body is string | Uint8Array | ReadableStream<Uint8Array> =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream

function typeOf(body: Body): Record<string, string> {
  if (body === undefined) return {}
  return { 'content-type': typeof body === 'string' || !isRaw(body) ? 'application/json' : 'application/octet-stream' }
}
