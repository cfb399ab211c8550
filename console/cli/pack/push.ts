/**
 * A bundle to the server: reserves its version, then sends the source map and the bytes. What is there already with the same hash
 * is not sent again.
 */
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Api } from '../api.ts'
import { Failure } from '../failure.ts'
import type { Bundle } from './bundle.ts'
import type { Manifest } from './manifest.ts'

/** The server takes no larger one; such a pack's stack traces name lines of its bundle. */
const MAP_BYTES_MAX = 16_000_000

export interface Pushed {
  readonly pack: Pack
  /** False when the server had it already. */
  readonly isNew: boolean
}

/** @throws Failure when the version is there with another bundle */
export async function pushPack(api: Api, manifest: Manifest, bundle: Bundle): Promise<Pushed> {
  const known = await find(api, manifest)
  if (known?.bundle) {
    if (known.bundle.sha256 === bundle.sha256) return { pack: known, isNew: false }
    throw new Failure(
      'failed',
      `${manifest.name}@${manifest.version} is on the server with another bundle, and a version never changes: raise "version" in package.json`,
      { code: 'VERSION_EXISTS' },
    )
  }
  const reserved = await api.json<Pack>({ method: 'POST', path: '/api/packs', body: registration(manifest) })
  if (bundle.map.length <= MAP_BYTES_MAX) {
    await api.json<Pack>({ method: 'PUT', path: `/api/packs/${reserved.id}/source-map`, bytes: bundle.map })
  }
  const pack = await api.json<Pack>({
    method: 'PUT',
    path: `/api/packs/${reserved.id}/bundle`,
    query: { sha256: bundle.sha256 },
    bytes: bundle.bytes,
  })
  return { pack, isNew: true }
}

async function find(api: Api, { name, version }: Manifest): Promise<Pack | undefined> {
  try {
    return await api.get<Pack>(`/api/packs/${encodeURIComponent(`${name}@${version}`)}`)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return undefined
    throw error
  }
}

function registration({ name, version, description, settings }: Manifest): object {
  const { entry: _ours, ...theirs } = settings
  return { name, version, ...(description === undefined ? {} : { description }), ...theirs }
}
