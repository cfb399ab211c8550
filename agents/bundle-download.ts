/** Gets a bundle from the control plane, as it is; whether it is the right one is for the cache to see. */
import type { Pack } from '../kernel/schema/pack.ts'
import { WireError } from '../kernel/wire/client.ts'
import { readBody } from './body.ts'

/** The largest bundle, 50 MB, over a line of 2 Mbit/s. */
const DOWNLOAD_MAX_MS = 200_000

export interface BundleSource {
  /** http: or https: */
  readonly server: string
  readonly pack: Pack
  /** The node's own credential. */
  readonly token: string
}

/** @throws WireError that is retryable when the server is away or breaks off, Error when it does not give the bundle */
export async function downloadBundle({ server, pack, token }: BundleSource): Promise<Uint8Array<ArrayBuffer>> {
  const giving = new AbortController()
  const timer = setTimeout(() => giving.abort(new Error(`it took more than ${DOWNLOAD_MAX_MS} ms`)), DOWNLOAD_MAX_MS)
  const bytesMax = pack.bundle?.bytes ?? 0
  const tooLong = (): Error => new Error(`the bundle of ${pack.name}@${pack.version} is longer than the ${bytesMax} bytes that it has`)
  try {
    const headers = { authorization: `Bearer ${token}` }
    const url = new URL(`/api/packs/${pack.id}/bundle`, server)
    const response = await reached(fetch(url, { headers, credentials: 'omit', signal: giving.signal }), pack)
    if (response.ok) return await reached(readBody(response, bytesMax, tooLong), pack)
    throw refused(response.status, pack)
  } finally {
    clearTimeout(timer)
  }
}

/** What fetch throws says that the server was not reached, or not to the end. */
async function reached<T>(work: Promise<T>, pack: Pack): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error
    throw unavailable(pack, error.message)
  }
}

function refused(status: number, pack: Pack): Error {
  const why = `the server answered ${status}`
  return status === 429 || status >= 500 ? unavailable(pack, why) : new Error(`${saying(pack)}: ${why}`)
}

const saying = ({ name, version }: Pack): string => `the bundle of ${name}@${version} cannot be had`
const unavailable = (pack: Pack, why: string): WireError =>
  new WireError({ code: 'UNAVAILABLE', detail: `${saying(pack)} for now: ${why}`, retryable: true })
