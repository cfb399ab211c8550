/** What `context.fetch` may move, wherever it is made. */
export const FETCH_REQUEST_BYTES_MAX = 1_000_000
export const FETCH_RESPONSE_BYTES_MAX = 4_000_000
export const FETCH_TIMEOUT_MS = 30_000
