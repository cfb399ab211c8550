/** The REST API over fetch: one request, its answer checked, and a credential that is renewed once when the server says it has ended. */
import { Failure, failureOf, type Refusal } from './failure.ts'

const ANSWER_MAX_MS = 60_000
const UPLOAD_MAX_MS = 600_000
const TEXT_MAX = 300

export interface Bearer {
  /** undefined for nobody in particular */
  current(): Promise<string | undefined>
  /** Another credential in place of one that has ended, or undefined when there is none. */
  renew(ended: string): Promise<string | undefined>
}

export const anonymous: Bearer = { current: () => Promise.resolve(undefined), renew: () => Promise.resolve(undefined) }

export interface Request {
  readonly method: string
  /** From the root, with what stands in it encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** The answer goes on for as long as it likes, until this is aborted. */
  readonly stream?: AbortSignal
}

export class Api {
  readonly server: string
  readonly #bearer: Bearer

  constructor(server: string, bearer: Bearer) {
    this.server = server
    this.#bearer = bearer
  }

  /** @returns the JSON of the answer, or null where there is none. @throws Failure */
  async json<T>(request: Request): Promise<T> {
    const response = await this.open(request)
    const text = await response.text()
    try {
      return (text === '' ? null : JSON.parse(text)) as T
    } catch (error) {
      throw new Failure('failed', `${this.server} answered ${text.slice(0, TEXT_MAX)}: is it a Stark server?`, { cause: error })
    }
  }

  get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.json<T>({ method: 'GET', path, query })
  }

  /** @returns an answer that says success, its body not read yet. @throws Failure */
  async open(request: Request): Promise<Response> {
    const token = await this.#bearer.current()
    let response = await this.#send(request, token)
    if (response.status === 401 && token !== undefined) {
      const renewed = await this.#bearer.renew(token)
      if (renewed !== undefined && renewed !== token) response = await this.#send(request, renewed)
    }
    if (response.ok) return response
    throw await this.#refusal(response)
  }

  /** As `open`, for a request with If-None-Match. @returns undefined when what the caller has is still the same */
  async openUnlessSame(request: Request): Promise<Response | undefined> {
    const response = await this.#send(request, await this.#bearer.current())
    if (response.status === 304) return undefined
    if (response.ok) return response
    throw await this.#refusal(response)
  }

  async #send({ method, path, query = {}, body, bytes, headers, stream }: Request, token: string | undefined): Promise<Response> {
    const url = new URL(path, this.server)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const content = bytes ?? (body === undefined ? undefined : JSON.stringify(body))
    const contentType = bytes ? 'application/octet-stream' : 'application/json'
    try {
      return await fetch(url, {
        method,
        headers: {
          ...(content === undefined ? {} : { 'content-type': contentType }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(content === undefined ? {} : { body: content }),
        signal: stream ?? AbortSignal.timeout(bytes ? UPLOAD_MAX_MS : ANSWER_MAX_MS),
        // A redirection could carry the credential to somebody else.
        redirect: 'error',
      })
    } catch (error) {
      if (stream?.aborted) throw error
      throw this.#unreachable(error)
    }
  }

  #unreachable(error: unknown): Failure {
    const why = reasonOf(error)
    return new Failure(
      'unreachable',
      `${this.server} cannot be reached (${why}): is it running? "stark up" starts one here, --server names another`,
      {
        cause: error,
      },
    )
  }

  async #refusal(response: Response): Promise<Failure> {
    const text = await response.text()
    const problem = response.headers.get('content-type')?.includes('json') ? (JSON.parse(text) as Partial<Refusal>) : {}
    const { code, detail, retryable = false, errors = [] } = problem
    if (code !== undefined && detail !== undefined) return failureOf({ code, detail, retryable, errors }, this.server)
    return new Failure('failed', `${this.server} answered ${response.status} ${text.slice(0, TEXT_MAX)}: is it a Stark server?`)
  }
}

/** Node.js says "fetch failed", and why only in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return error.message
}
