/**
 * The functions by which the store writes and loads, answered by one SQL statement instead of the fourteen that lite runs around each
 * call, and before lite has looked at the whole schema, as it does at its first request. The answers are PostgREST's, so the caller
 * does not notice; every other request goes through lite.
 */
import type { SessionLock } from './session-lock.ts'
import type { WorkerRequest, WorkerResponse } from './protocol.ts'

/** Each takes the body of the request, and answers text, so that the answer goes out as Postgres wrote it. */
const calls: Readonly<Record<string, string>> = {
  commit_batch: `select public.commit_batch($1::jsonb -> 'p_batch')::text as answer`,
  load_page: `select public.load_page(p_kind, p_after, p_limit)::text as answer
    from jsonb_to_record($1::jsonb) as call (p_kind text, p_after uuid, p_limit integer)`,
  store_schema: `select public.store_schema()::text as answer from jsonb_to_record($1::jsonb) as call (nothing text)`,
  store_revision: `select public.store_revision()::text as answer from jsonb_to_record($1::jsonb) as call (nothing text)`,
  lease_acquire: `select public.lease_acquire(p_name, p_holder, p_ttl_ms)::text as answer
    from jsonb_to_record($1::jsonb) as call (p_name text, p_holder text, p_ttl_ms integer)`,
  lease_renew: `select to_json(public.lease_renew(p_name, p_holder, p_epoch, p_ttl_ms))::text as answer
    from jsonb_to_record($1::jsonb) as call (p_name text, p_holder text, p_epoch bigint, p_ttl_ms integer)`,
}
const PATH = '/rest/v1/rpc/'

/** @returns undefined when lite has to answer: another path, or not the secret key, which is judged there */
export function answerDirectly(session: SessionLock, secretKey: string, request: WorkerRequest): Promise<WorkerResponse> | undefined {
  const { pathname } = new URL(request.url)
  const sql = pathname.startsWith(PATH) ? calls[pathname.slice(PATH.length)] : undefined
  const { apikey, authorization } = Object.fromEntries(request.headers)
  if (sql === undefined || request.method !== 'POST' || apikey !== secretKey || authorization !== `Bearer ${secretKey}`) return undefined
  const body = new TextDecoder().decode(request.body ?? new ArrayBuffer())
  return session.exclusive(async (database) => {
    try {
      const { rows } = await database.query<{ answer: string }>(sql, [body])
      return json(200, rows[0]?.answer ?? 'null')
    } catch (error) {
      return refusal(error as Partial<DatabaseError>)
    }
  })
}

interface DatabaseError {
  code: string
  message: string
  detail: string
  hint: string
}

function refusal({ code = 'XX000', message, detail = '', hint = '' }: Partial<DatabaseError>): WorkerResponse {
  const status = /^PT\d{3}$/.test(code) ? Number(code.slice(2)) : /^(22|23|42)/.test(code) ? 400 : 500
  return json(status, JSON.stringify({ code, message, details: detail, hint }))
}

const json = (status: number, text: string): WorkerResponse => ({
  status,
  headers: [['content-type', 'application/json']],
  body: new TextEncoder().encode(text).buffer,
})
