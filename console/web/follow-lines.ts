/**
 * What the server tells line by line over HTTP, followed until it has ended. A connection that breaks is made again behind what has
 * come.
 */

export interface Following<T> {
  /** Where, asked for at each connection. */
  readonly address: () => string
  readonly token: () => string
  readonly signal: AbortSignal
  readonly onItems: (items: readonly T[]) => void
}

const RETRY_MS = 1_000
const HTTP_BAD_REQUEST = 400
const HTTP_SERVER_ERROR = 500
/** A token that is being exchanged, and too many calls at once: both pass. */
const PASSING: readonly number[] = [401, 429]

/** Resolves when it has ended, or with the signal. @throws Error with what the server has against it */
export async function followLines<T>(following: Following<T>): Promise<void> {
  while (!following.signal.aborted) {
    const response = await open(following)
    if (response?.ok && (await read(response, following.onItems))) return
    if (response && isFinal(response.status)) throw new Error(`the server answered ${response.status}`)
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS)
    })
  }
}

const isFinal = (status: number): boolean => status >= HTTP_BAD_REQUEST && status < HTTP_SERVER_ERROR && !PASSING.includes(status)

/** @returns undefined when nobody answers */
async function open({ address, token, signal }: Omit<Following<never>, 'onItems'>): Promise<Response | undefined> {
  try {
    return await fetch(address(), { signal, headers: { authorization: `Bearer ${token()}` } })
  } catch {
    return undefined
  }
}

/** @returns whether it came to its end, rather than the connection */
async function read<T>({ body }: Response, onItems: (items: readonly T[]) => void): Promise<boolean> {
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
      if (parts.length > 0) onItems(parts.filter(Boolean).map((line) => JSON.parse(line) as T))
    }
  } catch (error) {
    // A line that is not JSON is a fault; a connection that breaks, or is not wanted any more, is not.
    if (error instanceof SyntaxError) throw error
    return false
  }
}
