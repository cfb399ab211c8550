/** The REST API, for what comes before there is a connection, signing in and out, and for bytes. */

export const HTTP_UNAUTHORIZED = 401
const HTTP_FORBIDDEN = 403

/** The server said no, or could not be reached. */
export class Refusal extends Error {
  /** Asking again with the same credential is of no use. */
  readonly isFinal: boolean

  constructor(detail: string, { status }: { readonly status: number | undefined }) {
    super(detail)
    this.name = 'Refusal'
    this.isFinal = status === HTTP_UNAUTHORIZED || status === HTTP_FORBIDDEN
  }
}

export interface Request {
  readonly token?: string
  readonly body?: object
  /** Sent as they are, in place of a body of JSON. */
  readonly bytes?: Blob
}

/** @throws Refusal */
export async function send<T>(method: string, path: string, request: Request = {}): Promise<T> {
  const text = await (await answered(method, path, request)).text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** The answer as it is. @throws Refusal */
export const fetched = async (path: string, token: string): Promise<Blob> => (await answered('GET', path, { token })).blob()

async function answered(method: string, path: string, { token, body, bytes }: Request): Promise<Response> {
  const headers = {
    ...(body ? { 'content-type': 'application/json' } : {}),
    ...(bytes ? { 'content-type': 'application/octet-stream' } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await reach(path, { method, headers, body: bytes ?? (body ? JSON.stringify(body) : null) })
  if (response.ok) return response
  throw new Refusal(detailOf(await response.text()) ?? `the server answered ${response.status}`, { status: response.status })
}

/** @throws Refusal when nobody answers */
async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch {
    throw new Refusal('the server does not answer: is it still running?', { status: undefined })
  }
}

/** What a problem document says; a proxy in between may answer with something else. */
function detailOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { readonly detail?: string }).detail
  } catch {
    return undefined
  }
}
