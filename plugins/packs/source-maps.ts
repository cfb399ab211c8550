/**
 * Source maps of packs: kept beside the bundles, never given to nodes, and used to name the author's lines in the stack traces that
 * nodes report. Adds the operation packs.uploadMap and the service sourceMaps. Source: https://tc39.es/ecma426
 */
import { createHash } from 'node:crypto'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { Type } from 'typebox'
import { KernelError, Pack, Ref, strict, type Call, type PluginKernel } from '../../kernel/index.ts'
import { namesPlaces, translatePlaces, type Place, type SourcePlace } from '../../kernel/wire/stack-text.ts'

const MAP_BYTES_MAX = 16_000_000
/** Parsed, and ready for the next line of the same pack. */
const MAPS_KEPT_MAX = 20
const SOURCE_CHARACTERS_MAX = 200

type Find = (place: Place) => SourcePlace | undefined

/** @param find a pack that the caller may change */
export function defineSourceMaps(kernel: PluginKernel, find: (ref: string, call: Call) => Pack): void {
  const { operations, need, provide } = kernel
  const kept = new Map<string, Promise<Find | undefined>>()
  const load = async (packId: string): Promise<Find | undefined> => {
    const bytes = await need('bundles').get(keyOf(packId))
    return bytes && finderOf(parse(bytes))
  }
  const get = (packId: string): Promise<Find | undefined> => {
    const found = kept.get(packId) ?? load(packId)
    kept.delete(packId)
    kept.set(packId, found)
    const [oldest] = kept.keys()
    if (kept.size > MAPS_KEPT_MAX && oldest !== undefined) kept.delete(oldest)
    // What could not be had now may be had the next time.
    found.catch(() => kept.delete(packId))
    return found
  }
  provide('sourceMaps', {
    async translate(packId, text) {
      if (!namesPlaces(text)) return text
      const find = await get(packId)
      return find ? translatePlaces(text, find) : text
    },
    async forget(packId) {
      kept.delete(packId)
      await need('bundles').delete(keyOf(packId))
    },
  })
  operations.define({
    name: 'packs.uploadMap',
    summary: "Gives a pack the source map of its bundle, so that stack traces name its author's lines",
    http: 'PUT /api/packs/:id/source-map',
    permission: 'packs:write',
    bytes: 'bytes',
    input: strict({ id: Ref, bytes: Type.Unsafe<Buffer>({ description: 'the raw body, 16 MB at most' }) }),
    output: Pack,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'BUNDLE_TOO_LARGE', 'INVALID_BUNDLE'],
    async handle({ id, bytes }, call) {
      const pack = find(id, call)
      if (bytes.length > MAP_BYTES_MAX) {
        throw new KernelError('BUNDLE_TOO_LARGE', `the source map has ${bytes.length} bytes, and ${MAP_BYTES_MAX} is the most`)
      }
      finderOf(parse(bytes))
      await need('bundles').put(keyOf(pack.id), bytes)
      kept.delete(pack.id)
      return pack
    },
  })
}

/** Of its own for each version of a pack: the same bundle of two authors can come from different sources. */
const keyOf = (packId: string): string => createHash('sha256').update(`source map of ${packId}`).digest('hex')

function parse(bytes: Buffer): SourceMapPayload {
  try {
    return JSON.parse(bytes.toString('utf8')) as SourceMapPayload
  } catch (error) {
    throw new KernelError('INVALID_BUNDLE', 'the source map is not JSON', { cause: error })
  }
}

function finderOf(payload: SourceMapPayload): Find {
  let map: SourceMap
  try {
    map = new SourceMap(payload)
  } catch (error) {
    throw new KernelError('INVALID_BUNDLE', `this is no source map: ${String(error)}`, { cause: error })
  }
  return ({ line, column }) => {
    // It counts from 0, and answers an empty object for what it does not know.
    const entry = map.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry)) return undefined
    return { source: nameOf(entry.originalSource), line: entry.originalLine + 1, column: entry.originalColumn + 1 }
  }
}

/** Its author may have written anything there, and it goes into logs. */
const nameOf = (source: string): string => source.replaceAll(/[^\x20-\x7e]/g, '?').slice(-SOURCE_CHARACTERS_MAX)
