/** How the table of bad requests is written: a row is what is wrong, the request, and what is answered. */
import type { Code } from '../../../kernel/errors.ts'
import type { Body } from '../../support/api.ts'
import type { World } from './world.ts'

export interface BadRequest {
  readonly method: string
  readonly path: string
  readonly body?: Body
  readonly headers?: Readonly<Record<string, string>>
  /** Another credential than the administrator's; null is none. */
  readonly token?: string | null
}
/** `says` is the path of the field that is wrong when it begins with "/" and the answer names fields, else a piece of the sentence. */
export type Row = readonly [wrong: string, request: (world: World) => BadRequest, status: number, code: Code, says: string]

const asks =
  (method: string) =>
  (path: string, body?: Body, rest: Pick<BadRequest, 'headers' | 'token'> = {}): BadRequest => ({ method, path, body, ...rest })
export const [post, put, patch, remove] = [asks('POST'), asks('PUT'), asks('PATCH'), asks('DELETE')]
export const get = (path: string, token?: string | null): BadRequest => ({ method: 'GET', path, ...(token === undefined ? {} : { token }) })
export const json = (type: string) => ({ headers: { 'content-type': type } })
export const pod = (fields: object) => post('/api/pods', { pack: 'whole', ...fields })
export const pack = (fields: object) => post('/api/packs', { name: 'fresh', version: '1.0.0', runtimeTag: 'node', ...fields })

/** Sent without saying how much it will be. */
export function chunked(megabytes: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      sent += 1
      if (sent > megabytes) controller.close()
      else controller.enqueue(new Uint8Array(1_000_000).fill(0x20))
    },
  })
}
