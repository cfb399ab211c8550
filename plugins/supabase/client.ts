/**
 * The only place that makes a Supabase client. Node.js 20 has no WebSocket of its own, and createClient throws without one,
 * although nothing here opens a channel.
 */
import { createClient, type PostgrestError, type SupabaseClient } from '@supabase/supabase-js'
import { WebSocket } from 'ws'

export type Client = SupabaseClient
export type Fetch = typeof globalThis.fetch

export interface Endpoint {
  readonly url: string
  readonly fetch: Fetch
}

/** A client with no memory: it keeps no session and refreshes nothing, so one call cannot change who the next one is. */
export const connect = ({ url, fetch }: Endpoint, key: string): Client =>
  createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // ws is what supabase-js would use itself; only the types of its constructors differ.
    realtime: { transport: WebSocket as never },
    global: { fetch },
  })

export interface Answer {
  readonly data: unknown
  readonly error: PostgrestError | null
  /** 0 when nobody answered */
  readonly status: number
}

/** Calls a function of the database. Never throws: no answer is an error too. */
export const call = async (client: Client, name: string, parameters: object = {}): Promise<Answer> => client.rpc(name, parameters)
