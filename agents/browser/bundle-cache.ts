/**
 * Bundles in Cache Storage, each under its sha-256 and verified before every use: whoever can write to this origin's storage can
 * write there. Where the browser keeps nothing, bundles are downloaded each time.
 */
import { KernelError } from '../../kernel/errors.ts'

const CACHE = 'stark-bundles'
const BUNDLES_MAX = 50

/** @throws KernelError HASH_MISMATCH when what was downloaded is something else */
export async function bundleBytes(sha256: string, download: () => Promise<ArrayBuffer>): Promise<ArrayBuffer> {
  const cache = await openCache()
  const kept = await (await cache?.match(keyOf(sha256)))?.arrayBuffer()
  if (kept && (await hashOf(kept)) === sha256) return kept
  const bytes = await download()
  const actual = await hashOf(bytes)
  if (actual !== sha256) {
    throw new KernelError('HASH_MISMATCH', `the bundle that was downloaded has the sha-256 ${actual}, and not ${sha256}`)
  }
  await keep(cache, sha256, bytes)
  return bytes
}

/** Being out of room costs only the next download. */
async function keep(cache: Cache | undefined, sha256: string, bytes: ArrayBuffer): Promise<void> {
  try {
    await cache?.put(keyOf(sha256), new Response(bytes))
    const keys = (await cache?.keys()) ?? []
    // Oldest first.
    for (const key of keys.slice(0, Math.max(0, keys.length - BUNDLES_MAX))) await cache?.delete(key)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
}

async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE)
  } catch {
    // The user has blocked the storage of embedded pages.
    return undefined
  }
}

const keyOf = (sha256: string): string => `/bundles/${sha256}`

async function hashOf(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
