/** Bundles in Supabase Storage, each under its sha-256: the same bytes twice are one object. */
import type { Bundles } from '../services.ts'
import type { Client } from './client.ts'
import { unavailable } from './errors.ts'

const BUCKET = 'bundles'

export function createBundles(client: Client): Bundles {
  const bucket = client.storage.from(BUCKET)
  return {
    async put(sha256, bytes) {
      const { error } = await bucket.upload(sha256, bytes, { upsert: true, contentType: 'text/javascript' })
      if (error) throw unavailable(`the bundle was not stored: ${error.message}`, error)
    },
    async get(sha256) {
      const { data, error } = await bucket.download(sha256)
      if (data) return Buffer.from(await data.arrayBuffer())
      if (isMissing(error)) return undefined
      throw unavailable(`the bundle was not read: ${error?.message}`, error)
    },
    async delete(sha256) {
      const { error } = await bucket.remove([sha256])
      if (error) throw unavailable(`the bundle was not removed: ${error.message}`, error)
    },
  }
}

/** Storage says 404, or 400 with a 404 inside, which depends on its version. */
function isMissing(error: unknown): boolean {
  const { status, statusCode } = error as { status?: number; statusCode?: string | number }
  return status === 404 || String(statusCode) === '404'
}
